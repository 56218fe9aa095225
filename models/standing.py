"""How an influencer stands to a campaign: from stored rows to the facts that decide.

The rows are plain tuples of columns, so that reads and writes, which load them differently, come
to the same facts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from models.audience import Account, Audience, qualifying, relevant, unavailable_reasons
from models.categories import numbers_in
from models.enums import (
    Availability,
    CampaignStatus,
    CampaignType,
    ParticipationStatus,
    PostStatus,
    platform_of,
)
from models.workflow import Facts

POSTS_EACH = 100
"""Posts that a participation may have."""


class CampaignRow(NamedTuple):
    """Columns of a campaign."""

    type: str
    status: str
    post_tracking: bool
    platforms: int
    countries: str
    category_mask: int
    category_overflow: str
    followers_min: int | None
    followers_max: int | None
    capacity: int | None
    places_taken: int
    application_deadline: datetime | str | None
    "SQLite gives moments as text when nobody asks for more."


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
    version: int
    selected_account_id: int | None
    selected_platforms: int


NOBODY = ParticipationRow("", 0, None, 0)
"""Where there is no participation."""


def facts(
    campaign: CampaignRow,
    influencer: InfluencerRow,
    accounts: Sequence[AccountRow],
    *,
    override: str | None,
    participation: ParticipationRow | None,
    post_statuses: Iterable[str],
    now: datetime,
) -> Facts:
    """The facts of this pair, as they are at this moment."""
    audience = audience_of(campaign)
    availability = Availability(override) if override else None
    known = [account_of(row) for row in accounts]
    part = participation or NOBODY
    posts = [PostStatus(status) for status in post_statuses]
    left = None if campaign.capacity is None else campaign.capacity - campaign.places_taken
    return Facts(
        campaign_type=CampaignType(campaign.type),
        campaign_status=audience.status,
        post_tracking=bool(campaign.post_tracking),
        campaign_platforms=campaign.platforms,
        status=ParticipationStatus(part.status) if part.status else None,
        version=part.version,
        unavailable_reasons=unavailable_reasons(
            audience,
            country=influencer.country,
            categories=numbers_in(influencer.category_mask, influencer.category_overflow),
            accounts=known,
            override=availability,
        ),
        override=availability,
        deadline_passed=_has_passed(campaign.application_deadline, now),
        own=frozenset(account.id for account in known),
        relevant=frozenset(account.id for account in relevant(audience, known)),
        qualifying=frozenset(account.id for account in qualifying(audience, known, availability)),
        selected_account=part.selected_account_id,
        selected_connected=any(
            account.connected for account in known if account.id == part.selected_account_id
        ),
        selected_platforms=part.selected_platforms,
        places_left=left,
        has_live_post=any(status is not PostStatus.INEFFECTIVE for status in posts),
        has_standing_post=any(status in _STANDING for status in posts),
        has_undecided_post=any(status in _UNDECIDED for status in posts),
        has_post_place=len(posts) < POSTS_EACH,
    )


@lru_cache(maxsize=1024)
def audience_of(campaign: CampaignRow) -> Audience:
    """The rules of a campaign."""
    return Audience(
        status=CampaignStatus(campaign.status),
        platforms=campaign.platforms,
        countries=frozenset(campaign.countries.split()),
        categories=numbers_in(campaign.category_mask, campaign.category_overflow),
        followers_min=campaign.followers_min,
        followers_max=campaign.followers_max,
    )


def account_of(row: AccountRow) -> Account:
    """An account as the rules see it."""
    return Account(row.id, platform_of(row.platform), row.followers, row.disconnected_at is None)


_STANDING = frozenset({PostStatus.SUBMITTED, PostStatus.EFFECTIVE, PostStatus.APPROVED})
_UNDECIDED = frozenset({PostStatus.SUBMITTED, PostStatus.EFFECTIVE, PostStatus.WARNING})


def moment_of(value: datetime | str | None) -> datetime | None:
    """A moment as either database gives it: SQLite's are texts."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _has_passed(deadline: datetime | str | None, now: datetime) -> bool:
    moment = moment_of(deadline)
    return moment is not None and moment <= now
