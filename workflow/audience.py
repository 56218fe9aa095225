"""A campaign's audience: which accounts qualify, and why it is not visible to an influencer.

The rules are docs/rules.md#visibility and docs/rules.md#relevant-and-qualifying-accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workflow.enums import Availability, CampaignStatus, Platform, UnavailableReason


class Account(NamedTuple):
    """One social account of an influencer."""

    id: int
    platform: Platform
    followers: int
    connected: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """A campaign's status and audience rules. An empty or None one is no rule."""

    status: CampaignStatus
    platforms: int
    """Bit mask."""
    countries: frozenset[str]
    categories: frozenset[int]
    """Category numbers."""
    followers_min: int | None
    followers_max: int | None

    def wants(self, followers: int) -> bool:
        """Return whether so many followers are in the range, bounds included."""
        low, high = self.followers_min, self.followers_max
        return (low is None or low <= followers) and (high is None or followers <= high)


def relevant(audience: Audience, accounts: Sequence[Account]) -> list[Account]:
    """Return the connected accounts on the campaign's platforms, in the order given."""
    platforms = audience.platforms
    return [a for a in accounts if a.connected and a.platform.bit & platforms]


def qualifying(
    audience: Audience, candidates: Sequence[Account], override: Availability | None
) -> Sequence[Account]:
    """Return the relevant accounts that qualify: those in the range of followers.

    All of them qualify if staff have made the campaign available to the influencer.
    """
    if override is Availability.AVAILABLE:
        return candidates
    return [account for account in candidates if audience.wants(account.followers)]


def unavailable_reasons(
    audience: Audience,
    *,
    country: str | None,
    categories: frozenset[int],
    candidates: Sequence[Account],
    override: Availability | None,
) -> tuple[UnavailableReason, ...]:
    """Return why the campaign is not visible to the influencer; () if it is.

    `candidates` are their relevant accounts.
    """
    reasons: list[UnavailableReason] = []
    if not audience.status.is_running:
        reasons.append(UnavailableReason.CAMPAIGN_NOT_OPEN)
    if override is Availability.UNAVAILABLE:
        reasons.append(UnavailableReason.HIDDEN_BY_STAFF)
    elif override is None:
        reasons += _unmet_rules(audience, country, categories, candidates)
    return tuple(reasons)


def _unmet_rules(
    audience: Audience,
    country: str | None,
    categories: frozenset[int],
    candidates: Sequence[Account],
) -> list[UnavailableReason]:
    unmet: list[UnavailableReason] = []
    if audience.countries and country not in audience.countries:
        unmet.append(UnavailableReason.COUNTRY)
    if audience.categories and audience.categories.isdisjoint(categories):
        unmet.append(UnavailableReason.CATEGORY)
    # An influencer without a relevant account is let in: they may wait, and connect one.
    if candidates and not qualifying(audience, candidates, None):
        unmet.append(UnavailableReason.FOLLOWERS)
    return unmet
