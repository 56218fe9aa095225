"""Making posts: what `submitPost` and `recordPosts` share."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from resolvers.pipeline.loading import LockedCandidate
from resolvers.pipeline.posts import Holder
from resolvers.pipeline.validation import MAX_URL, Form, Refusal, path_of
from workflow.enums import Action, ErrorCode, Platform, PostSource, PostStatus, Role
from workflow.post_addresses import PostAddress, example, read
from workflow.table import Command


def read_url(form: Form, given: str, *path: str | int) -> tuple[str, PostAddress | None]:
    """Return the URL, trimmed, and what it names; refuse a URL that names no post."""
    before = len(form.refusals)
    url = form.identifier(given, MAX_URL, *path)
    address = read(url)
    if len(form.refusals) > before:
        return url, None
    if address is None:
        known = ", ".join(Platform)
        message = f"Give the https URL of a post on a known platform: {known}."
        form.refuse(ErrorCode.INVALID_INPUT, message, *path)
    elif not address.is_post:
        wanted = example(address.platform)
        message = f"This URL names no post. Give that of the post itself, such as {wanted}."
        form.refuse(ErrorCode.INVALID_INPUT, message, *path)
    return url, address


def naming(
    action: Action,
    role: Role,
    address: PostAddress,
    candidate: LockedCandidate,
    holder: Holder | None,
) -> Command:
    """Return the command to make a post at an address, which a live post may hold already."""
    is_own = holder is not None and holder.participation == candidate.participation_id
    return Command(
        action=action,
        role=role,
        url_platform=address.platform,
        url_is_own=is_own,
        url_is_taken=holder is not None and not is_own,
    )


def about(refusal: Refusal | None, named: str, *at: str | int) -> Refusal | None:
    """Return a refusal with the field that it is about: the URL, or what names who posts."""
    if refusal is None:
        return None
    about_url = refusal.code in (ErrorCode.PLATFORM_NOT_RELEVANT, ErrorCode.URL_IN_USE)
    return replace(refusal, field=path_of(*at, "url" if about_url else named))


def new_post(
    candidate: LockedCandidate,
    url: str,
    address: PostAddress,
    source: PostSource,
    published_at: datetime | None = None,
) -> dict[str, Any]:
    """Return the row of a new post."""
    selected = candidate.facts.selected_account
    account = next((account for account in candidate.accounts if account.id == selected), None)
    fits = account is not None and account.platform == address.platform.number
    assert candidate.participation is not None, "a participation was loaded"
    return {
        "campaign_id": candidate.campaign.id,
        "participation_id": candidate.participation_id,
        "url": url,
        "url_digest": address.digest,
        "source": source,
        "published_at": published_at,
        "status": PostStatus.SUBMITTED,
        "round": candidate.participation.round,
        "account_id": account.id if account and fits else None,
        "submitted_at": candidate.now,
        "updated_at": candidate.now,
    }
