"""`submitPost`: submit the URL of a post."""

from dataclasses import dataclass, replace
from typing import Any

from database.bulk import insert
from database.session import rows
from models.participation import Post
from resolvers.context import Context
from resolvers.pipeline.bulk import not_found
from resolvers.pipeline.loading import LockedCandidate
from resolvers.pipeline.single import load_participation
from resolvers.pipeline.transaction import MutationOutcome, caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_URL, Form, Refusal, path_of
from resolvers.posts_sql import live_sql
from workflow.enums import Action, ErrorCode, Outcome, Platform, PostStatus
from workflow.post_addresses import PostAddress, example, read
from workflow.table import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPostOutcome(MutationOutcome):
    """The outcome for the post."""

    outcome: Outcome
    post: int | None = None


async def submit_post(context: Context, *, participation_id: str, url: str) -> SubmitPostOutcome:
    """Submit a post for a participation of the calling influencer."""
    caller = caller_in(context)
    form = Form()
    url, address = _read_url(form, url)
    if address is None or form.refusals:
        return _refused(*form.refusals)
    candidate = await load_participation(context, participation_id)
    if candidate is None:
        return _refused(not_found("participation", "participationId").refusal)
    post, owner = await _find_live_post(candidate, address)
    command = Command(
        action=Action.SUBMIT_POST,
        role=caller.role,
        url_platform=address.platform,
        url_is_own=post is not None and owner == candidate.participation_id,
        url_is_taken=post is not None and owner != candidate.participation_id,
    )
    unit = UnitOfWork(actor_of(caller))
    evaluation = unit.evaluate(candidate, command)
    if evaluation.outcome is Outcome.REFUSED:
        return _refused(_with_path(evaluation.refusal))
    if evaluation.outcome is Outcome.CHANGED:
        [post] = await insert(Post, [_new_post(candidate, url, address)])
        unit.record(candidate, Action.SUBMIT_POST, evaluation.decision, post_id=post)
        await unit.write()
    return SubmitPostOutcome(outcome=evaluation.outcome, post=post)


def _read_url(form: Form, given: str) -> tuple[str, PostAddress | None]:
    """Return the URL, trimmed, and what it names; refuse a URL that names no post."""
    url = form.identifier(given, MAX_URL, "url")
    address = read(url)
    if form.refusals:
        return url, None
    if address is None:
        known = ", ".join(Platform)
        message = f"Give the https URL of a post on a known platform: {known}."
        form.refuse(ErrorCode.INVALID_INPUT, message, "url")
    elif not address.is_post:
        wanted = example(address.platform)
        message = f"This URL names no post. Give that of the post itself, such as {wanted}."
        form.refuse(ErrorCode.INVALID_INPUT, message, "url")
    return url, address


def _with_path(refusal: Refusal | None) -> Refusal | None:
    about_url = (ErrorCode.PLATFORM_NOT_RELEVANT, ErrorCode.URL_IN_USE)
    if refusal is None:
        return None
    field = "url" if refusal.code in about_url else "participationId"
    return replace(refusal, field=path_of(field))


async def _find_live_post(
    candidate: LockedCandidate, address: PostAddress
) -> tuple[int | None, int | None]:
    """Return the live post that holds the address in the campaign, and its participation."""
    found = await rows(_HOLDER, campaign=candidate.campaign.id, digest=address.digest)
    return (found[0][0], found[0][1]) if found else (None, None)


_HOLDER = f"""SELECT q.id, q.participation_id FROM post q
WHERE q.campaign_id = :campaign AND q.url_digest = :digest AND {live_sql("q")}"""


def _new_post(candidate: LockedCandidate, url: str, address: PostAddress) -> dict[str, Any]:
    selected = candidate.facts.selected_account
    account = next((account for account in candidate.accounts if account.id == selected), None)
    fits = account is not None and account.platform == address.platform.number
    assert candidate.participation is not None, "a participation was loaded"
    return {
        "campaign_id": candidate.campaign.id,
        "participation_id": candidate.participation_id,
        "url": url,
        "url_digest": address.digest,
        "status": PostStatus.SUBMITTED,
        "round": candidate.participation.round,
        "account_id": account.id if account and fits else None,
        "submitted_at": candidate.now,
        "updated_at": candidate.now,
    }


def _refused(*refusals: Refusal | None) -> SubmitPostOutcome:
    return SubmitPostOutcome(
        outcome=Outcome.REFUSED, user_errors=[refusal for refusal in refusals if refusal]
    )
