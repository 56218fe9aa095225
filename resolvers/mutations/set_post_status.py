"""`setPostStatus`: set the status of posts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from resolvers.context import Context
from resolvers.pipeline.bulk import Summary, not_found, parse_ids, summarize
from resolvers.pipeline.posts import LockedPost, lock_posts
from resolvers.pipeline.transaction import MutationOutcome, caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NOTE, Form, Refusal, path_of
from workflow.decisions import PostDecisionResult, decide_post
from workflow.enums import Action, ErrorCode, Outcome, PostDecision, PostWarning, Role
from workflow.findings import Decided
from workflow.messages import post_message
from workflow.table import PostFacts

_NEEDS_REASON = (PostDecision.WARNING, PostDecision.INEFFECTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostItem:
    """The outcome for one post of a bulk call."""

    post_id: str
    "As given."
    outcome: Outcome
    post: int | None = None
    error: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsOutcome(MutationOutcome):
    """An item for each post, in the order given; or why the whole call is refused."""

    results: Sequence[PostItem] = ()
    summary: Summary = field(default_factory=Summary)


async def set_post_status(
    context: Context,
    *,
    post_ids: Sequence[str],
    status: PostDecision,
    warning: PostWarning | None,
    reason: str | None,
) -> PostsOutcome:
    """Set posts to a status."""
    form = Form()
    keys = parse_ids(form, post_ids, "Post", "postIds")
    reason = _read_reason(form, status, reason)
    _check_warning(form, status, warning)
    if form.refusals:
        return PostsOutcome(user_errors=form.refusals)
    posts = await lock_posts(context, [key for key in keys if key is not None])
    # The influencer may read the reason of a post, so it is their message too.
    unit = UnitOfWork(actor_of(caller_in(context)), reason=reason, message=reason)
    items = list[PostItem]()
    for index, (gid, key) in enumerate(zip(post_ids, keys, strict=True)):
        post = posts.get(key)
        item = PostItem(post_id=gid, outcome=Outcome.REFUSED, error=_unknown(index))
        if post is not None:
            facts = posts.facts(post)
            decision = decide_post(facts, Role.STAFF, status, warning, reason)
            if decision.outcome is not Outcome.REFUSED:
                post.decided = _decided(post, decision)
            if decision.outcome is Outcome.CHANGED:
                posts.change(unit, Action.SET_POST_STATUS, post, decision)
            elif decision.outcome is Outcome.UNCHANGED:
                posts.confirm(post)
            item = _item(gid, index, post, decision, facts)
        items.append(item)
    await posts.write(unit)
    return PostsOutcome(results=items, summary=summarize(items))


def _read_reason(form: Form, status: PostDecision, reason: str | None) -> str | None:
    if status in _NEEDS_REASON:
        return form.reason(reason, "reason")
    return form.optional(reason, MAX_NOTE, "reason")


def _check_warning(form: Form, status: PostDecision, warning: PostWarning | None) -> None:
    if status is PostDecision.WARNING and warning is None:
        form.refuse(ErrorCode.INVALID_INPUT, "Say what is wrong with the posts.", "warning")
    if status is not PostDecision.WARNING and warning is not None:
        wrong = f"What is wrong is said with WARNING alone: leave it out for {status}."
        form.refuse(ErrorCode.INVALID_INPUT, wrong, "warning")


def _decided(post: LockedPost, decision: PostDecisionResult) -> Decided:
    """Return the decision, at a moment at which all findings so far were known."""
    now = post.candidate.now
    return Decided(decision.state, max(now, post.heard_at or now))


def _unknown(index: int) -> Refusal | None:
    return not_found("post", "postIds", index).refusal


def _item(
    gid: str, index: int, post: LockedPost, decision: PostDecisionResult, facts: PostFacts
) -> PostItem:
    refusal = None
    if decision.error:
        text = post_message(decision.error, facts)
        refusal = Refusal(decision.error, text, path_of("postIds", index))
    return PostItem(post_id=gid, outcome=decision.outcome, post=post.id, error=refusal)
