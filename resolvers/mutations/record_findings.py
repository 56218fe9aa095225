"""`recordFindings`: record what a service has found of posts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

from database.session import BatchStatement, Step, rows
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import Summary, check_count, not_found, summarize
from resolvers.pipeline.posts import LockedPost, LockedPosts, lock_posts
from resolvers.pipeline.transaction import MutationOutcome, caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import Form, Refusal, path_of
from telemetry.requests import decided
from workflow.decisions import decide_finding
from workflow.enums import Action, ErrorCode, Finding, Outcome, Role
from workflow.facts import moment_of
from workflow.findings import MAX_AHEAD, Observation, state_after
from workflow.messages import post_message


class FindingFields(TypedDict):
    """A finding on a post, or that it is over."""

    post_id: str
    finding: Finding
    over: bool
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingItem:
    """The outcome for one finding of the call."""

    index: int
    post_id: str
    "As given."
    outcome: Outcome
    post: int | None = None
    error: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFindingsOutcome(MutationOutcome):
    """An item for each finding, in the order given; or why the whole call is refused."""

    results: Sequence[FindingItem] = ()
    summary: Summary = field(default_factory=Summary)


async def record_findings(
    context: Context, *, findings: Sequence[FindingFields]
) -> RecordFindingsOutcome:
    """Record findings. The number of statements does not grow with that of findings."""
    form = Form()
    if not check_count(form, findings, "finding", "findings"):
        return RecordFindingsOutcome(user_errors=form.refusals)
    arrived = context.now
    keys = [decode(given["post_id"], "Post") for given in findings]
    ids = {key for key in keys if key is not None}
    posts = await lock_posts(context, ids)
    recording = _Recording(posts, await _observations(ids))
    unit = UnitOfWork(actor_of(caller_in(context)))
    items = [
        _invalid(index, given, arrived) or recording.decide(unit, index, given, posts.get(key))
        for index, (given, key) in enumerate(zip(findings, keys, strict=True))
    ]
    await recording.write(unit)
    return RecordFindingsOutcome(results=items, summary=summarize(items))


def _invalid(index: int, given: FindingFields, arrived: datetime) -> FindingItem | None:
    """Return the refusal of a time that is none, or that has not come yet."""
    form = Form()
    at = ("findings", index, "observedAt")
    observed_at = form.moment(given["observed_at"], *at)
    if observed_at is not None and observed_at > arrived + MAX_AHEAD:
        message = "It lies in the future: give the time at which it was seen."
        form.refuse(ErrorCode.INVALID_INPUT, message, *at)
    return _refused(index, given, form.refusals[0]) if form.refusals else None


def _refused(index: int, given: FindingFields, refusal: Refusal | None) -> FindingItem:
    return FindingItem(
        index=index, post_id=given["post_id"], outcome=Outcome.REFUSED, error=refusal
    )


class _Recording:
    """The findings of one call: decided in the order given, and kept together."""

    def __init__(self, posts: LockedPosts, known: dict[int, list[Observation]]) -> None:
        self._posts = posts
        self._known = known
        self._kept: list[tuple[int, Observation]] = []

    def decide(
        self, unit: UnitOfWork, index: int, given: FindingFields, post: LockedPost | None
    ) -> FindingItem:
        """Decide what follows for the post, after the findings before."""
        if post is None:
            refusal = not_found("post", "findings", index, "postId").refusal
            return _refused(index, given, refusal)
        received_at = _after(post.decided.at, post.candidate.now)
        seen = Observation(given["finding"], given["observed_at"], received_at, given["over"])
        known = _with(self._known[post.id], seen)
        facts = self._posts.facts(post)
        follows = state_after(post.decided, known)
        decision = decide_finding(facts, Role.SERVICE, follows)
        error = None
        if decision.error is not None:
            text = post_message(decision.error, facts)
            error = Refusal(decision.error, text, path_of("findings", index, "postId"))
        else:
            self._known[post.id] = known
            self._kept.append((post.id, seen))
        if decision.outcome is Outcome.CHANGED:
            self._posts.change(unit, Action.RECORD_FINDING, post, decision)
        else:
            decided(Action.RECORD_FINDING, decision.outcome)
        return FindingItem(
            index=index,
            post_id=given["post_id"],
            outcome=decision.outcome,
            post=post.id,
            error=error,
        )

    async def write(self, unit: UnitOfWork) -> None:
        """Keep the findings, and write what followed."""
        if self._kept:
            await _KEEP([_row(post, seen) for post, seen in self._kept])
        await self._posts.write(unit)


def _after(decided_at: datetime | None, now: datetime) -> datetime:
    """Return the time of what comes after a decision: the locks say so, whatever our clocks do."""
    return now if decided_at is None else max(now, decided_at + timedelta(microseconds=1))


def _with(known: Sequence[Observation], seen: Observation) -> list[Observation]:
    """Return the observations with one more, unless it is known: then it came before."""
    is_known = any(
        (one.finding, one.over, one.observed_at) == (seen.finding, seen.over, seen.observed_at)
        for one in known
    )
    return [*known] if is_known else [*known, seen]


async def _observations(posts: Collection[int]) -> dict[int, list[Observation]]:
    """Return what decides of the observations of these posts, by post."""
    found = defaultdict[int, list[Observation]](list)
    for post, *columns in await rows(_LAST, ids=list(posts)):
        found[post].append(_observation(*columns))
    return found


def _observation(
    finding: str, is_over: bool, observed_at: datetime | str, received_at: datetime | str
) -> Observation:
    """Return the observation in a row of `_LAST`."""
    return Observation(
        Finding(finding), moment_of(observed_at), moment_of(received_at), bool(is_over)
    )


_KINDS = " UNION ALL ".join(f"SELECT '{finding}' AS finding" for finding in Finding)
# Of each kind the last, and those observed since it counts: before, it outdoes all others, or ends
# them. There are more only where the service's clock is ahead, by minutes at most.
_LAST = f"""SELECT f.post_id, f.finding, f.is_over, f.observed_at, f.received_at
FROM post p CROSS JOIN ({_KINDS}) k
JOIN post_finding f ON f.post_id = p.id AND f.finding = k.finding AND f.observed_at >= (
    SELECT CASE WHEN l.observed_at < l.received_at THEN l.observed_at ELSE l.received_at END
    FROM post_finding l WHERE l.post_id = p.id AND l.finding = k.finding
    ORDER BY l.observed_at DESC LIMIT 1)
WHERE p.id = ANY(:ids)"""

_COLUMNS = {
    "post_id": "bigint",
    "finding": "text",
    "is_over": "boolean",
    "observed_at": "timestamptz",
    "received_at": "timestamptz",
}
_KEEP = BatchStatement(
    _COLUMNS,
    Step(
        "kept",
        """INSERT INTO post_finding (post_id, finding, is_over, observed_at, received_at)
        SELECT post_id, finding, is_over, observed_at, received_at FROM given WHERE true
        ORDER BY place ON CONFLICT DO NOTHING RETURNING id""",
    ),
)


def _row(post: int, seen: Observation) -> dict[str, object]:
    return {
        "post_id": post,
        "finding": seen.finding,
        "is_over": seen.over,
        "observed_at": seen.observed_at.isoformat(" "),
        "received_at": seen.received_at.isoformat(" "),
    }
