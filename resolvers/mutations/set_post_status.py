"""`setPostStatus`: set the status of posts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from database.bulk import update
from database.session import locked_rows, rows
from models.participation import Post
from resolvers.context import Context
from resolvers.pipeline.bulk import Summary, not_found, parse_ids, summarize
from resolvers.pipeline.loading import LockedCandidate, lock_participations
from resolvers.pipeline.transaction import MutationOutcome, caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NOTE, Form, Refusal, path_of
from resolvers.posts_sql import live_sql
from workflow.decisions import Decision, PostDecisionResult, decide_post
from workflow.enums import Action, ErrorCode, Outcome, PostDecision, PostStatus, PostWarning, Role
from workflow.messages import post_message
from workflow.post_addresses import digest
from workflow.table import PostFacts, is_live

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
    locked = await _lock_posts(context, [key for key in keys if key is not None])
    posts = [None if key is None else locked.get(key) for key in keys]
    decisions = _decide_each(posts, status, warning, reason)
    # The influencer may read the reason of a post, so it is their message too.
    actor = actor_of(caller_in(context))
    unit = UnitOfWork(actor, reason=reason, message=reason)
    await _write(unit, posts, decisions)
    items = [
        _item(gid, index, post, decision)
        for index, (gid, post, decision) in enumerate(zip(post_ids, posts, decisions, strict=True))
    ]
    return PostsOutcome(results=items, summary=summarize(items))


@dataclass(frozen=True, slots=True)
class _LockedPost:
    id: int
    candidate: LockedCandidate
    url: str
    address: str
    "What is compared of its URL; something else where an older live post had it (migration 0007)."
    facts: PostFacts


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


async def _lock_posts(context: Context, ids: Sequence[int]) -> dict[int, _LockedPost]:
    """Lock and load posts by id, with the candidates of their participations."""
    found = await rows(_OWNERS, ids=list(ids))
    owners: dict[int, int] = {row[0]: row[1] for row in found}
    candidates = await lock_participations(context, set(owners.values()))
    locked = await locked_rows(_POSTS, "FOR UPDATE", ids=list(owners))
    return {
        key: _LockedPost(key, candidate, url, address, _facts(candidate, *columns))
        for key, url, address, *columns in locked
        if (candidate := candidates.get(owners[key]))
    }


_OWNERS = "SELECT id, participation_id FROM post WHERE id = ANY(:ids)"
_POSTS = f"""SELECT p.id, p.url, p.url_digest, p.status, p.warning, p.reason,
    NOT {live_sql("p")} AND EXISTS (SELECT 1 FROM post q WHERE q.campaign_id = p.campaign_id
        AND q.url_digest = p.url_digest AND {live_sql("q")})
FROM post p WHERE p.id = ANY(:ids) ORDER BY p.id"""


def _facts(
    candidate: LockedCandidate,
    status: str,
    warning: str | None,
    reason: str | None,
    url_is_taken: bool,
) -> PostFacts:
    facts = candidate.facts
    return PostFacts(
        campaign_status=facts.campaign_status,
        post_tracking=facts.post_tracking,
        status=PostStatus(status),
        warning=PostWarning(warning) if warning else None,
        reason=reason,
        url_is_taken=bool(url_is_taken),
    )


def _decide_each(
    posts: Sequence[_LockedPost | None],
    status: PostDecision,
    warning: PostWarning | None,
    reason: str | None,
) -> list[PostDecisionResult | None]:
    """Decide in the order given: of posts with one URL, the first that becomes live takes it."""
    decisions = list[PostDecisionResult | None]()
    taken = set[tuple[int, str]]()
    for post in posts:
        if post is None:
            decisions.append(None)
            continue
        address = (post.candidate.campaign.id, post.address)
        was_live = is_live(post.facts.status, post.facts.warning)
        lost = post.facts.url_is_taken or (address in taken and not was_live)
        facts = replace(post.facts, url_is_taken=lost)
        decision = decide_post(facts, Role.STAFF, status, warning, reason)
        if is_live(decision.target, decision.warning):
            taken.add(address)
        decisions.append(decision)
    return decisions


async def _write(
    unit: UnitOfWork,
    posts: Sequence[_LockedPost | None],
    decisions: Sequence[PostDecisionResult | None],
) -> None:
    changes = list[dict[str, Any]]()
    for post, decision in zip(posts, decisions, strict=True):
        if post and decision and decision.outcome is Outcome.CHANGED:
            changes.append(_row(post, decision))
            # The participation keeps its status.
            kept = Decision(outcome=Outcome.CHANGED, target=post.candidate.facts.status)
            unit.record(post.candidate, Action.SET_POST_STATUS, kept, post_id=post.id)
    await update(Post, changes)
    await unit.write()


def _row(post: _LockedPost, decision: PostDecisionResult) -> dict[str, Any]:
    stays = is_live(decision.target, decision.warning)
    return {
        "id": post.id,
        "url_digest": post.address if stays else digest(post.url),
        "status": decision.target,
        "warning": decision.warning,
        "reason": decision.reason,
        "updated_at": post.candidate.now,
    }


def _item(
    gid: str, index: int, post: _LockedPost | None, decision: PostDecisionResult | None
) -> PostItem:
    if post is None or decision is None:
        refusal = not_found("post", "postIds", index).refusal
        return PostItem(post_id=gid, outcome=Outcome.REFUSED, error=refusal)
    refusal = None
    if decision.error:
        text = post_message(decision.error, post.facts)
        refusal = Refusal(decision.error, text, path_of("postIds", index))
    return PostItem(post_id=gid, outcome=decision.outcome, post=post.id, error=refusal)
