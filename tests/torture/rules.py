"""The rules as a model of their own: what one campaign holds, and what a call makes of it.

It is written from docs/rules.md alone, in plain words, and shares nothing with the server: what
decides there is a table, here each mutation is a story that ends at its first `Refused`,
`Unchanged` or new `Part`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

HOLDS_PLACE = ("APPROVED", "JOINED")
TAKES_PART = ("APPLIED", "REVIEWING", "APPROVED", "JOINED")
APPLICANTS = ("APPLIED", "REVIEWING", "APPROVED", "REJECTED")
DECIDED = ("APPROVED", "REJECTED")
FINAL = ("APPROVED", "INEFFECTIVE")
"Of posts."


class Account(NamedTuple):
    """An account that a person has, or once had."""

    name: str
    platform: str
    followers: int


class Person(NamedTuple):
    """An influencer: what never changes of them."""

    country: str
    accounts: tuple[Account, ...]
    "Also those that are disconnected."


class Campaign(NamedTuple):
    """What never changes of a campaign."""

    type: str
    is_selection: bool
    is_tracked: bool
    advertiser: str
    platforms: tuple[str, ...]
    country: str
    followers_min: int

    @property
    def needs_no_account(self) -> bool:
        return self.type == "AFFILIATE" and not self.is_tracked


class Terms(NamedTuple):
    """What staff may change of a campaign."""

    capacity: int | None
    is_running: bool = True


class Post(NamedTuple):
    url: str
    status: str = "SUBMITTED"
    warning: str | None = None
    reason: str | None = None

    @property
    def is_live(self) -> bool:
        return self.status != "INEFFECTIVE" and self.warning != "DELETED_POST"


class Part(NamedTuple):
    """What a campaign holds of one person."""

    status: str | None = None
    "None: they never took part."
    origin: str | None = None
    round: int = 0
    version: int = 0
    account: str | None = None
    platforms: frozenset[str] = frozenset()
    override: str | None = None
    posts: tuple[Post, ...] = ()


Parts = tuple[Part, ...]
"""Of each person, by their number."""


class Ask(NamedTuple):
    """One item of a call: an action on one person in one campaign, with its input."""

    action: str
    person: int
    caller: str = "STAFF"
    "STAFF, else the name of an advertiser, else the number of a person."
    account: str | None = None
    platforms: frozenset[str] = frozenset()
    availability: str | None = None
    url: str | None = None
    post: Post | None = None
    "What a post is set to."
    nth: int = 0
    "Of their posts with this URL."
    if_status: tuple[str, ...] = ()
    if_version: int | None = None
    connected_before: frozenset[str] = frozenset()
    "CONNECT_ACCOUNT: by name; `Scene.connected` is as it is afterwards."


class Scene(NamedTuple):
    """All that decides about one person in one campaign at one moment."""

    campaign: Campaign
    terms: Terms
    parts: Parts
    person: Person
    number: int
    connected: frozenset[str]
    "The names of the person's connected accounts."

    @property
    def part(self) -> Part:
        return self.parts[self.number]

    @property
    def status(self) -> str | None:
        return self.part.status

    @property
    def is_out(self) -> bool:
        return self.status in (None, "REMOVED")

    def relevant(self) -> list[Account]:
        return self._relevant(self.connected)

    def qualifying(self, connected: frozenset[str] | None = None) -> list[str]:
        """The names of accounts with which the person may take part."""
        relevant = self._relevant(self.connected if connected is None else connected)
        shown = self.part.override == "AVAILABLE"
        return [a.name for a in relevant if shown or a.followers >= self.campaign.followers_min]

    def is_visible(self) -> bool:
        if not self.terms.is_running or self.part.override == "UNAVAILABLE":
            return False
        if self.part.override == "AVAILABLE":
            return True
        fits = bool(self.qualifying()) or not self.relevant()
        return self.person.country == self.campaign.country and fits

    def on_select_tab(self) -> str:
        if self.is_out:
            return "AVAILABLE" if self.is_visible() else "UNAVAILABLE"
        shown = {"REVIEWING": "APPLIED", "APPROVED": "JOINED"}
        return shown.get(self.status or "", self.status or "")

    def _relevant(self, connected: frozenset[str]) -> list[Account]:
        accounts = self.person.accounts
        return [
            a for a in accounts if a.name in connected and a.platform in self.campaign.platforms
        ]


class Verdict(NamedTuple):
    """What comes of an item: its outcome, and the part afterwards."""

    outcome: str
    part: Part
    code: str | None = None


def places(parts: Parts) -> int:
    return sum(part.status in HOLDS_PLACE for part in parts)


def verdict(scene: Scene, ask: Ask) -> Verdict:
    """Return the answer of docs/rules.md to an item of a call that the role may make."""
    try:
        _refuse("NOT_FOUND", when=_is_someone_elses(scene, ask))
        return Verdict("CHANGED", _STORIES[ask.action](scene, ask))
    except _Refused as refused:
        return Verdict("REFUSED", scene.part, refused.code)
    except _Unchanged:
        return Verdict("UNCHANGED", scene.part)


class _Unchanged(Exception):  # noqa: N818 - it is no error
    """It is so already."""


class _Refused(Exception):  # noqa: N818
    def __init__(self, code: str) -> None:
        self.code = code


def _refuse(code: str, *, when: bool) -> None:
    if when:
        raise _Refused(code)


def _unchanged(*, when: bool) -> None:
    if when:
        raise _Unchanged


def _is_someone_elses(scene: Scene, ask: Ask) -> bool:
    if ask.action in ("MARK_JOINED", "SET_AVAILABILITY", "APPLY", "CONNECT_ACCOUNT"):
        return False
    callers = ("STAFF", scene.campaign.advertiser, str(scene.number))
    return scene.status is None or ask.caller not in callers


# The stories


def _mark_joined(scene: Scene, _: Ask) -> Part:
    _unchanged(when=scene.status in ("WAITING", *HOLDS_PLACE))
    _closed(scene)
    _refuse("DECIDED_ON_APPLICANT_TAB", when=not scene.is_out)
    _refuse("INFLUENCER_UNAVAILABLE", when=not scene.is_visible())
    qualifying = scene.qualifying()
    goal = "APPROVED" if scene.campaign.is_selection else "JOINED"
    if scene.campaign.needs_no_account:
        return _start(scene, goal, "FORCED")
    if len(qualifying) != 1:
        return _start(scene, "WAITING", "FORCED")
    return _start(scene, goal, "FORCED", qualifying[0])


def _apply(scene: Scene, ask: Ask) -> Part:
    _refuse("NOT_FOUND", when=scene.is_out and not scene.is_visible())
    _refuse("INVALID_INPUT", when=scene.campaign.needs_no_account and ask.account is not None)
    _not_own(scene, ask)
    is_in = scene.status in TAKES_PART
    same = scene.part.account == ask.account and ask.account in scene.connected
    _unchanged(when=is_in and (ask.account is None or same))
    _closed(scene)
    _refuse("TRANSITION_NOT_ALLOWED", when=is_in or scene.status == "REJECTED")
    _refuse("ACCOUNT_REQUIRED", when=scene.status == "WAITING")
    goal = "APPLIED" if scene.campaign.is_selection else "JOINED"
    if scene.campaign.needs_no_account:
        return _start(scene, goal, "SELF")
    qualifying = scene.qualifying()
    _refuse("ACCOUNT_REQUIRED", when=ask.account is None and len(qualifying) != 1)
    account = ask.account or qualifying[0]
    _unfit(scene, account)
    return _start(scene, goal, "SELF", account)


def _select_account(scene: Scene, ask: Ask) -> Part:
    assert ask.account is not None
    _not_own(scene, ask)
    part = scene.part
    _unchanged(when=part.account == ask.account and ask.account in scene.connected)
    _closed(scene)
    is_lost = part.account is not None and part.account not in scene.connected
    replaces = scene.status in TAKES_PART and is_lost
    _refuse("TRANSITION_NOT_ALLOWED", when=scene.status != "WAITING" and not replaces)
    _unfit(scene, ask.account)
    if replaces:
        return _moved(scene, scene.status or "", account=ask.account)
    goal = "APPLIED" if scene.campaign.is_selection else "JOINED"
    _needs_place(scene, goal)
    return _moved(scene, goal, account=ask.account)


def _connect_account(scene: Scene, ask: Ask) -> Part:
    """Connecting never fails; this is what it does to one participation, if anything."""
    before, now = scene.qualifying(ask.connected_before), scene.qualifying()
    _unchanged(when=scene.status != "WAITING" or not scene.terms.is_running)
    _unchanged(when=bool(before) or len(now) != 1)
    if scene.campaign.is_selection:
        return _moved(scene, "APPLIED", account=now[0])
    _unchanged(when=not _has_place(scene))
    return _moved(scene, "JOINED", account=now[0])


def _select_social_media(scene: Scene, ask: Ask) -> Part:
    has_media = scene.campaign.needs_no_account and scene.status in HOLDS_PLACE
    _unchanged(when=has_media and ask.platforms == scene.part.platforms)
    _closed(scene)
    _refuse("TRANSITION_NOT_ALLOWED", when=not has_media)
    foreign = ask.platforms - set(scene.campaign.platforms)
    _refuse("PLATFORM_NOT_RELEVANT", when=bool(foreign))
    return _moved(scene, scene.status or "")._replace(platforms=ask.platforms)


def _set_applicant_status(scene: Scene, ask: Ask) -> Part:
    goal = APPLICANT_GOALS[ask.action]
    _unchanged(when=scene.status == goal)
    _stale(scene, ask)
    _closed(scene)
    _refuse("NOT_A_SELECTION_CAMPAIGN", when=not scene.campaign.is_selection)
    goes_back = scene.status in DECIDED and goal not in DECIDED
    _refuse("TRANSITION_IRREVERSIBLE", when=goes_back)
    _refuse("TRANSITION_NOT_ALLOWED", when=scene.status not in APPLICANTS)
    _needs_place(scene, goal)
    return _moved(scene, goal)


def _reopen(scene: Scene, _: Ask) -> Part:
    _unchanged(when=scene.status == "APPLIED")
    _closed(scene)
    _refuse("NOT_A_SELECTION_CAMPAIGN", when=not scene.campaign.is_selection)
    _refuse("TRANSITION_NOT_ALLOWED", when=scene.status != "REJECTED")
    return _moved(scene, "APPLIED", rounds=1)


def _remove(scene: Scene, ask: Ask) -> Part:
    _unchanged(when=scene.status == "REMOVED")
    _stale(scene, ask)
    _closed(scene)
    put_in = scene.status == "APPROVED" and scene.part.origin == "FORCED"
    removable = put_in or scene.status in ("WAITING", "JOINED")
    _refuse("TRANSITION_NOT_ALLOWED", when=not removable)
    _has_live_post(scene)
    return _moved(scene, "REMOVED")


def _withdraw(scene: Scene, _: Ask) -> Part:
    _unchanged(when=scene.status == "REMOVED")
    _closed(scene)
    _refuse("TRANSITION_NOT_ALLOWED", when=scene.status in DECIDED)
    _has_live_post(scene)
    return _moved(scene, "REMOVED")


def _set_availability(scene: Scene, ask: Ask) -> Part:
    _unchanged(when=scene.part.override == ask.availability)
    _closed(scene)
    shows = scene.status == "WAITING" and ask.availability != "UNAVAILABLE"
    _refuse("TRANSITION_NOT_ALLOWED", when=not scene.is_out and not shows)
    return scene.part._replace(override=ask.availability)


def _submit_post(scene: Scene, ask: Ask) -> Part:
    assert ask.url is not None
    own = [post.url for post in scene.part.posts if post.is_live]
    _unchanged(when=ask.url in own)
    _closed(scene)
    allowed = scene.campaign.is_tracked and scene.status in HOLDS_PLACE
    _refuse("TRANSITION_NOT_ALLOWED", when=not allowed)
    _refuse("PLATFORM_NOT_RELEVANT", when="INSTAGRAM" not in scene.campaign.platforms)
    _refuse("URL_IN_USE", when=_is_held(scene, ask.url))
    return scene.part._replace(posts=(*scene.part.posts, Post(ask.url)))


def _set_post_status(scene: Scene, ask: Ask) -> Part:
    wanted = ask.post
    places = [place for place, post in enumerate(scene.part.posts) if post.url == ask.url]
    _refuse("NOT_FOUND", when=len(places) <= ask.nth)
    assert wanted is not None
    place = places[ask.nth]
    before = scene.part.posts[place]
    _unchanged(when=wanted == before)
    _refuse("TRANSITION_IRREVERSIBLE", when=before.status in FINAL)
    comes_back = wanted.is_live and not before.is_live
    _refuse("URL_IN_USE", when=comes_back and _is_held(scene, wanted.url))
    posts = (*scene.part.posts[:place], wanted, *scene.part.posts[place + 1 :])
    return scene.part._replace(posts=posts)


APPLICANT_GOALS = {
    "SET_APPLIED": "APPLIED",
    "SET_REVIEWING": "REVIEWING",
    "APPROVE": "APPROVED",
    "REJECT": "REJECTED",
}
_STORIES: Mapping[str, Callable[[Scene, Ask], Part]] = {
    "MARK_JOINED": _mark_joined,
    "APPLY": _apply,
    "SELECT_ACCOUNT": _select_account,
    "CONNECT_ACCOUNT": _connect_account,
    "SELECT_SOCIAL_MEDIA": _select_social_media,
    **dict.fromkeys(APPLICANT_GOALS, _set_applicant_status),
    "REOPEN": _reopen,
    "REMOVE": _remove,
    "WITHDRAW": _withdraw,
    "SET_AVAILABILITY": _set_availability,
    "SUBMIT_POST": _submit_post,
    "SET_POST_STATUS": _set_post_status,
}


# What the stories say often


def _closed(scene: Scene) -> None:
    _refuse("CAMPAIGN_CLOSED", when=not scene.terms.is_running)


def _not_own(scene: Scene, ask: Ask) -> None:
    own = [account.name for account in scene.person.accounts]
    _refuse("NOT_FOUND", when=ask.account is not None and ask.account not in own)


def _unfit(scene: Scene, account: str) -> None:
    relevant = [one.name for one in scene.relevant()]
    _refuse("ACCOUNT_NOT_RELEVANT", when=account not in relevant)
    _refuse("ACCOUNT_NOT_QUALIFYING", when=account not in scene.qualifying())


def _stale(scene: Scene, ask: Ask) -> None:
    old = ask.if_version is not None and ask.if_version != scene.part.version
    _refuse("STALE_VERSION", when=old)
    _refuse("STALE_STATUS", when=bool(ask.if_status) and scene.status not in ask.if_status)


def _has_live_post(scene: Scene) -> None:
    live = any(post.is_live for post in scene.part.posts)
    _refuse("TRANSITION_NOT_ALLOWED", when=scene.status in HOLDS_PLACE and live)


def _is_held(scene: Scene, url: str) -> bool:
    return any(post.url == url and post.is_live for part in scene.parts for post in part.posts)


def _has_place(scene: Scene) -> bool:
    return scene.terms.capacity is None or places(scene.parts) < scene.terms.capacity


def _needs_place(scene: Scene, goal: str) -> None:
    enters = goal in HOLDS_PLACE and scene.status not in HOLDS_PLACE
    _refuse("CAPACITY_REACHED", when=enters and not _has_place(scene))


def _start(scene: Scene, goal: str, origin: str, account: str | None = None) -> Part:
    """Begin the next round, with nothing of the one before but its posts and override."""
    _needs_place(scene, goal)
    part = scene.part
    return Part(
        status=goal,
        origin=origin,
        round=part.round + 1,
        version=part.version + 1,
        account=account,
        override=part.override,
        posts=part.posts,
    )


def _moved(scene: Scene, goal: str, *, account: str | None = None, rounds: int = 0) -> Part:
    part = scene.part
    return part._replace(
        status=goal,
        round=part.round + rounds,
        version=part.version + 1,
        account=account or part.account,
    )
