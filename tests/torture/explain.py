"""Whether an answer follows from what was so at one moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.torture.calls import Call, Item
from tests.torture.cast import Cast
from tests.torture.rules import (
    APPLICANTS,
    Ask,
    Part,
    Parts,
    Scene,
    Terms,
    Verdict,
    places,
    verdict,
)
from tests.torture.wire import Seen, part_of


class Event(NamedTuple):
    """One line of the history, as it is stored."""

    key: int
    by: str
    "The name of who acted, which is that of the one call that their token is good for."
    campaign: int
    person: int
    action: str
    source: str | None
    target: str | None
    round: int | None
    url: str | None = None


class Moment(NamedTuple):
    """What may have been so in one campaign at one moment."""

    cast: Cast
    campaign: int
    parts: Parts
    terms: Sequence[Terms]
    "Each may have been so."
    connected: Callable[[int], Sequence[frozenset[str]]]
    "The accounts that a person may have had connected: each may have been so."
    counts: Sequence[int] = ()
    "The events of each participation up to now, by person."

    def scenes(
        self, person: int, terms: Terms, parts: Parts, accounts: frozenset[str] | None = None
    ) -> Iterable[Scene]:
        """What may have decided about a person; `accounts` are those of theirs, where known."""
        campaign, who = self.cast.campaigns[self.campaign], self.cast.people[person]
        for connected in self.connected(person) if accounts is None else [accounts]:
            yield Scene(campaign, terms, parts, who, person, connected)


Written = Mapping[tuple[int, str | None], Event]
"""The events of a call in one campaign, by person and URL of a post."""


class Asked(NamedTuple):
    """The items of a call that are about one campaign, with what was answered of each."""

    call: Call
    items: Sequence[Item]
    seen: Sequence[Seen] | None
    "None: no answer came."
    accounts: tuple[frozenset[str], frozenset[str]] | None = None
    "Before and after, where the call itself changes them."

    def ask(self, item: Item) -> Ask:
        """What it asks for an item."""
        ask = self.call.ask(item)
        return ask._replace(connected_before=self.accounts[0]) if self.accounts else ask


def outcomes(moment: Moment, asked: Asked, written: Written | None) -> set[Parts]:
    """What the campaign may hold after the call, if its answer can be explained; else nothing.

    `written` are its events; None where it is not known which there are.
    """
    found = set[Parts]()
    for terms in moment.terms:
        states = {moment.parts}
        for index, item in enumerate(asked.items):
            seen = asked.seen[index] if asked.seen is not None else None
            states = _after_item(moment, terms, states, asked, item, seen, written)
        found |= states
    if asked.call.is_dry:
        return {moment.parts} if found else set()
    return found


def _after_item(
    moment: Moment,
    terms: Terms,
    states: set[Parts],
    asked: Asked,
    item: Item,
    seen: Seen | None,
    written: Written | None,
) -> set[Parts]:
    ask = asked.ask(item)
    after = set[Parts]()
    for parts in states:
        accounts = asked.accounts[1] if asked.accounts else None
        for scene in moment.scenes(item.person, terms, parts, accounts):
            for result in _verdicts(scene, ask):
                is_told = seen is None or _fits(scene, result, item, seen)
                if is_told and _is_written(scene, result, asked.call, item, written):
                    after.add(_with(parts, item.person, result.part))
    return after


def _verdicts(scene: Scene, ask: Ask) -> Iterable[Verdict]:
    """Yield the possible outcomes: of posts with one URL, the call does not say which it means."""
    same = sum(post.url == ask.url for post in scene.part.posts) if ask.post else 1
    for nth in range(max(1, same)):
        yield verdict(scene, ask._replace(nth=nth))


def _with(parts: Parts, person: int, part: Part) -> Parts:
    return (*parts[:person], part, *parts[person + 1 :])


def _fits(scene: Scene, result: Verdict, item: Item, seen: Seen) -> bool:
    """Whether this is what was answered."""
    if (result.outcome, result.code) != (seen.outcome, seen.code):
        return False
    if seen.part is not None and not _is_like(result.part, seen.part):
        return False
    if seen.post is not None:
        shown = {name: value for name, value in seen.post.items() if name != "id"}
        posts = [post for post in result.part.posts if post.url == item.url]
        return any(_is_like(post, shown) for post in posts)
    after = scene._replace(parts=_with(scene.parts, scene.number, result.part))
    return seen.tab is None or seen.tab == after.on_select_tab()


def _is_like(known: Any, shown: Mapping[str, Any]) -> bool:
    return all(getattr(known, name, None) == value for name, value in shown.items())


def _is_written(
    scene: Scene, result: Verdict, call: Call, item: Item, written: Written | None
) -> bool:
    """Whether the history has of it what it must have."""
    if written is None:
        return True
    event = written.get((item.person, item.url))
    if event is None:
        return result.outcome != "CHANGED" or call.is_dry
    said = (event.action, event.source, event.target, event.round)
    wanted = (call.action, scene.status, result.part.status, result.part.round)
    if call.action == "SET_AVAILABILITY":
        wanted = (call.action, None if scene.is_out else scene.status, None, None)
    return result.outcome == "CHANGED" and said == wanted and not call.is_dry


# Reads


def is_true(moment: Moment, call: Call, answer: Mapping[str, Any]) -> bool:
    """Whether a read shows what was so."""
    [item] = call.items
    match call.action:
        case "READ_TAB":
            shown = answer["campaign"]
            return _is_tab_true(moment, shown) and _are_applicants_true(moment, shown)
        case "READ_APPLICANTS":
            campaign = moment.cast.campaigns[moment.campaign]
            if campaign.advertiser != call.caller:
                return answer["campaign"] is None
            return _are_applicants_true(moment, answer["campaign"])
        case "READ_HISTORY":
            return _is_history_true(moment, item.person, answer["participation"])
        case _:
            return _is_own_true(moment, item.person, answer["campaign"])


def _is_own_true(moment: Moment, person: int, shown: Mapping[str, Any] | None) -> bool:
    part = moment.parts[person]
    if part.status is None:
        scenes = [
            one for terms in moment.terms for one in moment.scenes(person, terms, moment.parts)
        ]
        visible = shown is not None and shown["viewerParticipation"] is None
        return any(one.is_visible() == visible for one in scenes)
    mine = shown and part_of(shown["viewerParticipation"], moment.cast)
    return mine is not None and _is_like(part, mine)


def _is_history_true(moment: Moment, person: int, shown: Mapping[str, Any] | None) -> bool:
    mine = part_of(shown, moment.cast)
    if shown is None or mine is None or not _is_like(moment.parts[person], mine):
        return False
    events = shown["events"]
    is_last = events["nodes"][-1]["to"] == mine["status"]
    return is_last and events["totalCount"] == moment.counts[person]


def _are_applicants_true(moment: Moment, shown: Mapping[str, Any]) -> bool:
    """Whether capacity, places, the Applicant tab and its badges are of this moment."""
    if shown["placesTaken"] != places(moment.parts):
        return False
    if shown["capacity"] not in [terms.capacity for terms in moment.terms]:
        return False
    rows = {
        moment.cast.number(row["influencer"]["id"]): (row["status"], row["version"])
        for row in shown["applicants"]["nodes"]
    }
    parts = enumerate(moment.parts)
    known = {n: (part.status, part.version) for n, part in parts if part.status in APPLICANTS}
    badges = {badge["status"]: badge["count"] for badge in shown["applicantCounts"]}
    counted = {status: sum(s == status for s, _ in known.values()) for status in badges}
    return rows == known and badges == counted and len(rows) == shown["applicants"]["totalCount"]


def _is_tab_true(moment: Moment, shown: Mapping[str, Any]) -> bool:
    """Whether the Select influencer tab and its badges are of this moment."""
    rows = shown["candidates"]["nodes"]
    if not len(rows) == len(moment.cast.people) == shown["candidates"]["totalCount"]:
        return False
    statuses = [row["status"] for row in rows]
    badges = [
        (badge["count"], statuses.count(badge["status"]))
        for badge in shown["candidateCounts"]
        # Whoever belongs to another chapter is UNAVAILABLE.
        if badge["exact"] and badge["status"] != "UNAVAILABLE"
    ]
    agree = all(count == listed for count, listed in badges)
    return agree and all(_is_row_true(moment, shown["status"], row) for row in rows)


def _is_row_true(moment: Moment, status: str, row: Mapping[str, Any]) -> bool:
    person = moment.cast.number(row["influencer"]["id"])
    part = moment.parts[person]
    mine = part_of(row["participation"], moment.cast)
    if (mine or {"status": None})["status"] != part.status:
        return False
    if mine is not None and not _is_like(part, mine):
        return False
    running = status in ("UPCOMING", "ONGOING")
    return any(
        scene.on_select_tab() == row["status"]
        for terms in moment.terms
        if terms.is_running == running
        for scene in moment.scenes(person, terms, moment.parts)
    )
