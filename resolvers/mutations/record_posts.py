"""`recordPosts`: record posts that a service has seen."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from database.bulk import insert
from database.session import dumps, rows
from models.participation import Post
from resolvers.audience_sql import is_running
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.mutations.posting import about, naming, new_post, read_url
from resolvers.pipeline.bulk import Summary, check_count, not_found, summarize
from resolvers.pipeline.loading import LockedCandidate, lock_participations
from resolvers.pipeline.posts import HeldUrl, Holder, find_holders
from resolvers.pipeline.transaction import MutationOutcome, caller_in
from resolvers.pipeline.unit_of_work import Evaluation, UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NAME, Form, Refusal, path_of
from workflow.enums import Action, ErrorCode, Outcome, Platform, PostSource, Role
from workflow.facts import POSTS_EACH
from workflow.post_addresses import PostAddress
from workflow.table import HOLDS_PLACE


class PostFields(TypedDict):
    """A post for one participation, or for all in which an account takes part."""

    participation_id: str | None
    platform: Platform | None
    account_external_id: str | None
    url: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPostItem:
    """The outcome for one item of the call."""

    index: int
    outcome: Outcome
    posts: Sequence[int] = ()
    error: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPostsOutcome(MutationOutcome):
    """An item for each post, in the order given; or why the whole call is refused."""

    results: Sequence[RecordedPostItem] = ()
    summary: Summary = field(default_factory=Summary)


async def record_posts(context: Context, *, posts: Sequence[PostFields]) -> RecordPostsOutcome:
    """Record posts. The number of statements does not grow with that of posts."""
    form = Form()
    if not check_count(form, posts, "post", "posts"):
        return RecordPostsOutcome(user_errors=form.refusals)
    entries = [_read(index, given) for index, given in enumerate(posts)]
    await _load(context, entries)
    recording = _Recording(
        UnitOfWork(actor_of(caller_in(context))),
        await find_holders({url for entry in entries for url in entry.held_urls}),
    )
    for entry in entries:
        recording.decide(entry)
    ids = await recording.write()
    items = [entry.item(ids) for entry in entries]
    return RecordPostsOutcome(results=items, summary=summarize(items))


# Reading the items


class _Account(NamedTuple):
    platform: int
    external_id: str


@dataclass(slots=True)
class _Entry:
    """One item of the call; without an address where it is refused as it stands."""

    index: int
    url: str
    address: PostAddress | None
    published_at: datetime | None
    participation: int | None
    account: _Account | None
    refusal: Refusal | None = None
    candidates: Sequence[LockedCandidate] = ()
    "Those of the participations, the oldest campaign first."
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    posts: list[int] = field(default_factory=list[int])
    "Those made in the call are negative (`_Recording`)."

    @property
    def held_urls(self) -> Iterator[HeldUrl]:
        """Yield the URL in each campaign, which a live post may hold."""
        if self.address is not None:
            for candidate in self.candidates:
                yield candidate.campaign.id, self.address.digest

    def item(self, ids: Sequence[int]) -> RecordedPostItem:
        """Return the outcome, with the ids of the posts that were made."""
        changed = Outcome.CHANGED in self.outcomes
        unchanged = Outcome.REFUSED if self.refusal else Outcome.UNCHANGED
        return RecordedPostItem(
            index=self.index,
            outcome=Outcome.CHANGED if changed else unchanged,
            posts=[ids[-1 - post] if post < 0 else post for post in self.posts],
            error=None if changed else self.refusal,
        )


def _read(index: int, given: PostFields) -> _Entry:
    form = Form()
    at = ("posts", index)
    url, address = read_url(form, given["url"], *at, "url")
    published_at = form.moment(given["published_at"], *at, "publishedAt")
    account = _read_account(form, given, *at)
    refusal = form.refusals[0] if form.refusals else None
    participation = given["participation_id"]
    key = None if participation is None else decode(participation, "Participation")
    return _Entry(index, url, None if refusal else address, published_at, key, account, refusal)


def _read_account(form: Form, given: PostFields, *at: str | int) -> _Account | None:
    """Return the account where the post is recorded by one; refuse both ways, and neither."""
    platform, external_id = given["platform"], given["account_external_id"]
    by_account = platform is not None or external_id is not None
    if (given["participation_id"] is not None) is by_account:
        message = "Give either participationId, or platform and accountExternalId."
        form.refuse(ErrorCode.INVALID_INPUT, message, *at)
    elif platform is not None and external_id is not None:
        text = form.identifier(external_id, MAX_NAME, *at, "accountExternalId")
        return _Account(platform.number, text)
    elif by_account:
        missing = "platform" if platform is None else "accountExternalId"
        message = "An account is known by platform and accountExternalId together."
        form.refuse(ErrorCode.INVALID_INPUT, message, *at, missing)
    return None


# Loading


async def _load(context: Context, entries: Sequence[_Entry]) -> None:
    """Lock and load the candidates of all entries."""
    named = await _find_by_account([entry for entry in entries if entry.address])
    wanted = {key for keys in named.values() for key, _ in keys}
    wanted |= {entry.participation for entry in entries if entry.participation and entry.address}
    locked = await lock_participations(context, wanted)
    for entry in entries:
        if entry.account is None:
            one = locked.get(entry.participation or 0)
            entry.candidates = [one] if one else []
        else:
            reached = [(locked.get(key), account) for key, account in named[entry.index]]
            entry.candidates = [one for one, account in reached if one and _is_in(one, account)]


async def _find_by_account(entries: Sequence[_Entry]) -> dict[int, list[tuple[int, int]]]:
    """Return the participations with the account of each entry, and the account, by its index."""
    found = defaultdict[int, list[tuple[int, int]]](list)
    asked = [(entry.index, *entry.account) for entry in entries if entry.account]
    if asked:
        for index, participation, account in await rows(_BY_ACCOUNT, accounts=dumps(asked)):
            found[index].append((participation, account))
    return found


# An account that was several influencers' is that of who has it, or had it last.
_BY_ACCOUNT = f"""SELECT (j.value->>0)::int, p.id, p.selected_account_id
FROM json_array_elements(:accounts::json) AS j(value)
JOIN participation p ON p.status IN ('APPROVED', 'JOINED') AND p.selected_account_id = (
    SELECT a.id FROM social_account a
    WHERE a.platform = (j.value->>1)::int AND a.external_id = j.value->>2
    ORDER BY CASE WHEN a.disconnected_at IS NULL THEN 0 ELSE 1 END,
        a.disconnected_at DESC, a.id DESC LIMIT 1)
JOIN campaign c ON c.id = p.campaign_id AND c.post_tracking AND {is_running("c")}
ORDER BY p.campaign_id"""


def _is_in(candidate: LockedCandidate, account: int) -> bool:
    """Return whether they still take part with the account, now that they are locked."""
    facts = candidate.facts
    is_open = facts.campaign_status.is_running and facts.post_tracking
    return is_open and facts.status in HOLDS_PLACE and facts.selected_account == account


# Deciding and writing


class _New(NamedTuple):
    candidate: LockedCandidate
    evaluation: Evaluation
    row: Mapping[str, Any]


class _Recording:
    """The posts of one call: decided in the order given, and inserted together.

    Until then the first has the number -1, the second -2, and so on.
    """

    def __init__(self, unit: UnitOfWork, holders: dict[HeldUrl, Holder]) -> None:
        self._unit = unit
        self._holders = holders
        self._new: list[_New] = []
        self._made = Counter[int]()
        "How many, by participation."

    def decide(self, entry: _Entry) -> None:
        """Decide an entry in each of its campaigns."""
        if entry.address is None:
            return
        for candidate in entry.candidates:
            self._decide(entry, entry.address, candidate)
        if not entry.candidates:
            entry.refusal = _unknown(entry)

    async def write(self) -> Sequence[int]:
        """Insert the posts with their events; return their ids."""
        ids = await insert(Post, [new.row for new in self._new])
        for post, (candidate, evaluation, _) in zip(ids, self._new, strict=True):
            self._unit.record(candidate, Action.RECORD_POST, evaluation, post_id=post)
        await self._unit.write()
        return ids

    def _decide(self, entry: _Entry, address: PostAddress, candidate: LockedCandidate) -> None:
        holder = self._holders.get((candidate.campaign.id, address.digest))
        command = naming(Action.RECORD_POST, Role.SERVICE, address, candidate, holder)
        evaluation = self._unit.evaluate(candidate, command, "posts", entry.index)
        if evaluation.outcome is Outcome.CHANGED:
            holder = self._make(entry, address, candidate, evaluation)
        if holder and evaluation.outcome is not Outcome.REFUSED:
            entry.posts.append(holder.post)
        entry.outcomes.append(evaluation.outcome)
        named = "accountExternalId" if entry.account else "participationId"
        entry.refusal = entry.refusal or about(evaluation.refusal, named, "posts", entry.index)

    def _make(
        self,
        entry: _Entry,
        address: PostAddress,
        candidate: LockedCandidate,
        evaluation: Evaluation,
    ) -> Holder:
        row = new_post(candidate, entry.url, address, PostSource.SERVICE, entry.published_at)
        self._new.append(_New(candidate, evaluation, row))
        participation = candidate.participation_id or 0
        self._made[participation] += 1
        has_place = len(candidate.posts) + self._made[participation] < POSTS_EACH
        candidate.facts = replace(candidate.facts, has_post_place=has_place)
        holder = Holder(-len(self._new), participation)
        self._holders[candidate.campaign.id, address.digest] = holder
        return holder


def _unknown(entry: _Entry) -> Refusal | None:
    if entry.account is None:
        return not_found("participation", "posts", entry.index, "participationId").refusal
    message = "Nobody takes part with this account in a campaign that is running and tracks posts."
    return Refusal(ErrorCode.NOT_FOUND, message, path_of("posts", entry.index, "accountExternalId"))
