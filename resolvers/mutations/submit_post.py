"""`submitPost`: hand in the URL of a post."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from database.bulk import insert
from database.session import rows
from models.participation import Post
from projection import Completed
from resolvers.context import Context
from resolvers.pipeline.bulk import not_found
from resolvers.pipeline.loading import Case
from resolvers.pipeline.results import UserError
from resolvers.pipeline.single import own_case
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import URL_LENGTH, Form
from workflow.decisions import Command
from workflow.enums import Action, ErrorCode, Outcome, Platform, PostStatus, Role
from workflow.platform_hosts import digest, platform_of_url


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPostPayload:
    """How it came out."""

    outcome: Outcome
    post: int | None = None
    user_errors: Sequence[UserError] = ()


async def submit_post(info: MutationInfo, input: Any) -> Completed:
    """Submit a post for a participation (`SubmitPostInput`)."""
    return await write(info, (Role.INFLUENCER,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> SubmitPostPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    form = Form()
    url, platform = _read(form, input.url)
    if form.errors:
        return _refused(*form.errors)
    case = await own_case(context, input.participation_id)
    if case is None:
        return _refused(not_found("participation", "participationId").error)
    post, owner = await _known_post(case, url)
    command = Command(
        action=Action.SUBMIT_POST,
        role=caller.role,
        url_platform=platform,
        url_is_own=post is not None and owner == case.participation_id,
        url_is_taken=post is not None and owner != case.participation_id,
    )
    ledger = Ledger(actor_of(caller), context.now)
    verdict = ledger.judge(case, command)
    if verdict.outcome is Outcome.REFUSED:
        return _refused(_located(verdict.error))
    if verdict.outcome is Outcome.CHANGED:
        [post] = await insert(Post, [_row(context, case, url, platform)])
        ledger.enter(case, Action.SUBMIT_POST, verdict.decision, post_id=post)
        await ledger.write()
    return SubmitPostPayload(outcome=verdict.outcome, post=post)


def _read(form: Form, given: str) -> tuple[str, Platform | None]:
    """The URL, and the platform it is on; the form refuses what is on none."""
    url = form.text(given, URL_LENGTH, "url")
    platform = platform_of_url(url)
    if not form.errors and platform is None:
        known = ", ".join(Platform)
        message = f"Give the https URL of a post on a known platform: {known}."
        form.refuse(ErrorCode.INVALID_INPUT, message, "url")
    return url, platform


def _located(error: UserError | None) -> UserError | None:
    about_url = (ErrorCode.PLATFORM_NOT_RELEVANT, ErrorCode.URL_IN_USE)
    if error is None:
        return None
    return replace(error, field=["input", "url" if error.code in about_url else "participationId"])


async def _known_post(case: Case, url: str) -> tuple[int | None, int | None]:
    """The post that this URL is in the campaign already, and the participation it belongs to."""
    found = await rows(_KNOWN, campaign=case.campaign.id, digest=digest(url))
    return (found[0][0], found[0][1]) if found else (None, None)


_KNOWN = (
    "SELECT id, participation_id FROM post WHERE campaign_id = :campaign AND url_digest = :digest"
)


def _row(context: Context, case: Case, url: str, platform: Platform | None) -> dict[str, Any]:
    selected = case.facts.selected_account
    account = next((account for account in case.accounts if account.id == selected), None)
    fits = account is not None and platform is not None and account.platform == platform.number
    return {
        "campaign_id": case.campaign.id,
        "participation_id": case.participation_id,
        "url": url,
        "url_digest": digest(url),
        "status": PostStatus.SUBMITTED,
        "account_id": account.id if account and fits else None,
        "submitted_at": context.now,
        "updated_at": context.now,
    }


def _refused(*errors: UserError | None) -> SubmitPostPayload:
    told = [error for error in errors if error]
    return SubmitPostPayload(outcome=Outcome.REFUSED, user_errors=told)
