"""The facts that decide about an influencer in a campaign, built from stored rows.

The rows are plain tuples of columns, so that reads and writes, which load them differently, build
the same facts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, overload

from workflow.audience import Account, Audience, qualifying, relevant, unavailable_reasons
from workflow.categories import numbers_in
from workflow.enums import (
    AffiliateKind,
    Availability,
    CampaignStatus,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostStatus,
    PostWarning,
    mask_of,
)
from workflow.table import POST_SOURCES, Facts, PostState, is_live

MAX_ACCOUNTS = 50
"""Connected accounts that an influencer may have."""
POSTS_EACH = 100
"""Posts that a participation may have."""


class CampaignRow(NamedTuple):
    """Columns of a campaign."""

    status: str
    selection: bool
    post_tracking: bool
    affiliate_kind: str | None
    platforms: int
    countries: str
    category_mask: int
    category_overflow: str
    followers_min: int | None
    followers_max: int | None
    capacity: int | None
    places_taken: int
    codes_total: int
    codes_given: int
    application_deadline: datetime | str | None
    "A text from SQLite, unless Tortoise converts it."


class InfluencerRow(NamedTuple):
    """Columns of an influencer."""

    country: str | None
    category_mask: int
    category_overflow: str


class AccountRow(NamedTuple):
    """Columns of a social account."""

    id: int
    platform: int
    followers: int
    disconnected_at: object


class ParticipationRow(NamedTuple):
    """Columns of a participation."""

    status: str
    origin: str
    version: int
    selected_account_id: int | None
    selected_platforms: int
    referral_code_id: int | None


NO_PARTICIPATION = ParticipationRow("", "", 0, None, 0, None)
"""In place of a participation that does not exist."""


class PostRow(NamedTuple):
    """Columns of a post."""

    status: str
    warning: str | None


def build_facts(
    campaign: CampaignRow,
    influencer: InfluencerRow,
    accounts: Sequence[AccountRow],
    *,
    override: str | None,
    participation: ParticipationRow | None,
    posts: Sequence[PostRow],
    now: datetime,
) -> Facts:
    """Return the facts at a moment."""
    terms = terms_of(campaign)
    availability = Availability(override) if override else None
    known = [account_of(row) for row in accounts]
    candidates = relevant(terms.audience, known)
    part = participation or NO_PARTICIPATION
    return Facts(
        campaign_status=terms.audience.status,
        selection=terms.selection,
        post_tracking=terms.post_tracking,
        campaign_platforms=campaign.platforms,
        status=_STATUSES[part.status],
        origin=_ORIGINS[part.origin],
        version=part.version,
        unavailable_reasons=unavailable_reasons(
            terms.audience,
            country=influencer.country,
            categories=numbers_in(influencer.category_mask, influencer.category_overflow),
            candidates=candidates,
            override=availability,
        ),
        override=availability,
        deadline_passed=terms.deadline is not None and terms.deadline <= now,
        own=frozenset([account.id for account in known]),
        relevant=frozenset([account.id for account in candidates]),
        qualifying=frozenset(
            [account.id for account in qualifying(terms.audience, candidates, availability)]
        ),
        selected_account=part.selected_account_id,
        selected_connected=_is_connected(part.selected_account_id, known),
        selected_platforms=part.selected_platforms,
        connected_platforms=_connected(known, part.selected_platforms),
        places_left=terms.places_left,
        codes_left=terms.codes_left,
        has_code=part.referral_code_id is not None,
        has_live_post=any(is_live(*post) for post in posts),
        has_valid_post=any(post.status in _VALID for post in posts),
        has_undecided_post=any(post.status in POST_SOURCES for post in posts),
        has_post_place=len(posts) < POSTS_EACH,
        has_account_place=sum(account.connected for account in known) < MAX_ACCOUNTS,
    )


class Terms(NamedTuple):
    """The requirements of a campaign for every influencer."""

    selection: bool
    post_tracking: bool
    audience: Audience
    deadline: datetime | None
    places_left: int | None
    "None: no limit."
    codes_left: int | None
    "None: the campaign gives no codes."


@lru_cache(maxsize=1024)
def terms_of(campaign: CampaignRow) -> Terms:
    """Return the terms in a row; cached, since most calls and screens are about one campaign."""
    return Terms(
        bool(campaign.selection),
        bool(campaign.post_tracking),
        Audience(
            status=CampaignStatus(campaign.status),
            platforms=campaign.platforms,
            countries=frozenset(campaign.countries.split()),
            categories=numbers_in(campaign.category_mask, campaign.category_overflow),
            followers_min=campaign.followers_min,
            followers_max=campaign.followers_max,
        ),
        moment_of(campaign.application_deadline),
        None if campaign.capacity is None else campaign.capacity - campaign.places_taken,
        campaign.codes_total - campaign.codes_given if gives_codes(campaign) else None,
    )


def gives_codes(campaign: CampaignRow) -> bool:
    """Return whether who joins the campaign is given a code."""
    return campaign.affiliate_kind == AffiliateKind.REFERRAL_CODE


def post_state(status: str | None, warning: str | None, reason: str | None) -> PostState:
    """Return the state of a post in these columns."""
    return PostState(PostStatus(status), PostWarning(warning) if warning else None, reason)


def account_of(row: AccountRow) -> Account:
    """Return the account in a row."""
    platform = _PLATFORMS[row.platform]
    return Account(row.id, platform, row.followers, row.disconnected_at is None)


_STATUSES: dict[str, ParticipationStatus | None] = {
    NO_PARTICIPATION.status: None,
    **{status.value: status for status in ParticipationStatus},
}
_ORIGINS: dict[str, ParticipationOrigin | None] = {
    NO_PARTICIPATION.origin: None,
    **{origin.value: origin for origin in ParticipationOrigin},
}
_PLATFORMS = {platform.number: platform for platform in Platform}
_VALID = frozenset({PostStatus.SUBMITTED, PostStatus.EFFECTIVE, PostStatus.APPROVED})


@overload
def moment_of(value: datetime | str) -> datetime: ...
@overload
def moment_of(value: datetime | str | None) -> datetime | None: ...
def moment_of(value: datetime | str | None) -> datetime | None:
    """Return a moment as either database returns it: SQLite as a text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _connected(known: Iterable[Account], platforms: int) -> int:
    """Return those of the platforms on which an account is connected."""
    if not platforms:
        return 0
    return platforms & mask_of(account.platform for account in known if account.connected)


def _is_connected(account: int | None, known: Iterable[Account]) -> bool:
    return account is not None and any(one.connected for one in known if one.id == account)
