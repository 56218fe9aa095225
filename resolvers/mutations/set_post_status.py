"""`setPostStatus`: judge posts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from database.bulk import update
from database.session import locked_rows, rows
from models.participation import Post
from projection import Completed
from resolvers.context import Context
from resolvers.pipeline.bulk import keys_of, not_found
from resolvers.pipeline.loading import Case, of_participations
from resolvers.pipeline.results import BulkSummary, UserError, summarize
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import NOTE_LENGTH, Form
from workflow.decisions import Decision, PostDecisionResult, PostFacts, decide_post, post_message
from workflow.enums import Action, ErrorCode, Outcome, PostDecision, PostStatus, PostWarning, Role

_NEEDS_REASON = (PostDecision.WARNING, PostDecision.INEFFECTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPostStatusResult:
    """How it came out for one post."""

    post_id: str
    "As given."
    outcome: Outcome
    post: int | None = None
    error: UserError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPostStatusPayload:
    """How it came out for each, in the order given; or what is wrong with the call."""

    results: Sequence[SetPostStatusResult] = ()
    summary: BulkSummary = field(default_factory=BulkSummary)
    user_errors: Sequence[UserError] = ()


async def set_post_status(info: MutationInfo, input: Any) -> Completed:
    """Set posts to a status (`SetPostStatusInput`)."""
    return await write(info, (Role.STAFF,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> SetPostStatusPayload:
    """The same within a transaction, with keys in the payload."""
    form = Form()
    keys = keys_of(form, input.post_ids, "Post", "postIds")
    reason = _reason(form, input)
    _check_warning(form, input)
    if form.errors:
        return SetPostStatusPayload(user_errors=form.errors)
    posts = await _load(context, [key for key in keys if key is not None])
    # The influencer may read the reason of a post, so it is their message too.
    ledger = Ledger(actor_of(caller_in(context)), context.now, reason=reason, message=reason)
    there = [posts.get(key) if key is not None else None for key in keys]
    decided = [
        decide_post(post.facts, Role.STAFF, input.status, input.warning, reason) if post else None
        for post in there
    ]
    await _write(context, ledger, there, decided)
    results = [
        _result(gid, index, post, result)
        for index, (gid, post, result) in enumerate(
            zip(input.post_ids, there, decided, strict=True)
        )
    ]
    return SetPostStatusPayload(results=results, summary=summarize(results))


@dataclass(frozen=True, slots=True)
class _LockedPost:
    id: int
    case: Case
    facts: PostFacts


def _reason(form: Form, input: Any) -> str | None:
    if input.status in _NEEDS_REASON:
        return form.reason(input.reason, "reason")
    return form.optional(input.reason, NOTE_LENGTH, "reason")


def _check_warning(form: Form, input: Any) -> None:
    if input.status is PostDecision.WARNING and input.warning is None:
        form.refuse(ErrorCode.INVALID_INPUT, "Say what is wrong with the posts.", "warning")
    if input.status is not PostDecision.WARNING and input.warning is not None:
        wrong = f"What is wrong is said with WARNING alone: leave it out for {input.status}."
        form.refuse(ErrorCode.INVALID_INPUT, wrong, "warning")


async def _load(context: Context, ids: Sequence[int]) -> dict[int, _LockedPost]:
    """The posts by id, locked, with their participations' cases."""
    found = await rows(_OWNERS, ids=list(ids))
    owners: dict[int, int] = {row[0]: row[1] for row in found}
    cases = await of_participations(set(owners.values()), caller_in(context), context.now)
    locked = await locked_rows(_POSTS, "FOR UPDATE", ids=list(owners))
    return {
        key: _LockedPost(key, case, _facts(case, status, warning, reason))
        for key, status, warning, reason in locked
        if (case := cases.get(owners[key]))
    }


_OWNERS = "SELECT id, participation_id FROM post WHERE id = ANY(:ids)"
_POSTS = "SELECT id, status, warning, reason FROM post WHERE id = ANY(:ids) ORDER BY id"


def _facts(case: Case, status: str, warning: str | None, reason: str | None) -> PostFacts:
    facts = case.facts
    assert facts.status is not None, "a post has a participation"
    return PostFacts(
        campaign_type=facts.campaign_type,
        campaign_status=facts.campaign_status,
        post_tracking=facts.post_tracking,
        status=PostStatus(status),
        warning=PostWarning(warning) if warning else None,
        reason=reason,
        participation_status=facts.status,
    )


async def _write(
    context: Context,
    ledger: Ledger,
    posts: Sequence[_LockedPost | None],
    decided: Sequence[PostDecisionResult | None],
) -> None:
    changes = list[dict[str, Any]]()
    for post, result in zip(posts, decided, strict=True):
        if post and result and result.outcome is Outcome.CHANGED:
            changes.append(_row(post, result, context))
            as_it_is = Decision(outcome=Outcome.CHANGED, target=post.case.facts.status)
            ledger.enter(post.case, Action.SET_POST_STATUS, as_it_is, post_id=post.id)
    await update(Post, changes)
    await ledger.write()


def _row(post: _LockedPost, decided: PostDecisionResult, context: Context) -> dict[str, Any]:
    return {
        "id": post.id,
        "status": decided.target,
        "warning": decided.warning,
        "reason": decided.reason,
        "updated_at": context.now,
    }


def _result(
    gid: str, index: int, post: _LockedPost | None, decided: PostDecisionResult | None
) -> SetPostStatusResult:
    if post is None or decided is None:
        error = not_found("post", "postIds", index).error
        return SetPostStatusResult(post_id=gid, outcome=Outcome.REFUSED, error=error)
    error = None
    if decided.error:
        text = post_message(decided.error, post.facts)
        error = UserError(decided.error, text, ["input", "postIds", str(index)])
    return SetPostStatusResult(post_id=gid, outcome=decided.outcome, post=post.id, error=error)
