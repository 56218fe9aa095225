"""Whom a campaign is for, and why an influencer does not see it."""

from dataclasses import replace

import pytest

from workflow.audience import Account, Audience, qualifying, relevant, unavailable_reasons
from workflow.enums import Availability, CampaignStatus, Platform, UnavailableReason, mask_of

BEAUTY, FOOD, SPORT = 1, 2, 3

INSTAGRAM = Account(1, Platform.INSTAGRAM, 5_000, connected=True)
TIKTOK = Account(2, Platform.TIKTOK, 90, connected=True)
YOUTUBE = Account(3, Platform.YOUTUBE, 5_000, connected=True)
LOST = Account(4, Platform.INSTAGRAM, 5_000, connected=False)
EVERY_ACCOUNT = (INSTAGRAM, TIKTOK, YOUTUBE, LOST)

CAMPAIGN = Audience(
    status=CampaignStatus.ONGOING,
    platforms=mask_of((Platform.INSTAGRAM, Platform.TIKTOK)),
    countries=frozenset({"JP", "TH"}),
    categories=frozenset({BEAUTY, FOOD}),
    followers_min=1_000,
    followers_max=10_000,
)
RELEVANT = relevant(CAMPAIGN, EVERY_ACCOUNT)


def why_hidden(
    campaign: Audience = CAMPAIGN,
    country: str | None = "JP",
    categories: frozenset[int] = frozenset({FOOD, SPORT}),
    accounts: tuple[Account, ...] = EVERY_ACCOUNT,
    override: Availability | None = None,
) -> list[str]:
    return list(
        unavailable_reasons(
            campaign,
            country=country,
            categories=categories,
            candidates=relevant(campaign, accounts),
            override=override,
        )
    )


def test_an_account_is_relevant_when_connected_on_one_of_the_platforms() -> None:
    assert relevant(CAMPAIGN, EVERY_ACCOUNT) == [INSTAGRAM, TIKTOK]


def test_a_relevant_account_qualifies_within_the_range() -> None:
    assert qualifying(CAMPAIGN, RELEVANT, None) == [INSTAGRAM]


def test_every_relevant_account_qualifies_where_staff_made_the_campaign_available() -> None:
    found = qualifying(CAMPAIGN, RELEVANT, Availability.AVAILABLE)
    assert found == [INSTAGRAM, TIKTOK]


def test_hiding_the_campaign_does_not_change_which_accounts_qualify() -> None:
    assert qualifying(CAMPAIGN, RELEVANT, Availability.UNAVAILABLE) == [INSTAGRAM]


@pytest.mark.parametrize(
    ("low", "high", "followers", "fits"),
    [
        (1_000, 10_000, 999, False),
        (1_000, 10_000, 1_000, True),
        (1_000, 10_000, 10_000, True),
        (1_000, 10_000, 10_001, False),
        (0, None, 0, True),
        (None, 10_000, 0, True),
        (None, 0, 1, False),
        (None, None, 2_000_000_000, True),
    ],
)
def test_the_bounds_of_the_range_are_in_it(
    low: int | None, high: int | None, followers: int, fits: bool
) -> None:
    campaign = replace(CAMPAIGN, followers_min=low, followers_max=high)
    account = INSTAGRAM._replace(followers=followers)
    assert bool(qualifying(campaign, [account], None)) is fits


def test_whoever_meets_every_rule_sees_the_campaign() -> None:
    assert why_hidden() == []
    assert why_hidden(replace(CAMPAIGN, status=CampaignStatus.UPCOMING)) == []


def test_every_unmet_rule_is_told_in_order() -> None:
    draft = replace(CAMPAIGN, status=CampaignStatus.DRAFT)
    found = why_hidden(draft, country="US", categories=frozenset({SPORT}), accounts=(TIKTOK,))
    assert found == ["CAMPAIGN_NOT_OPEN", "COUNTRY", "CATEGORY", "FOLLOWERS"]


@pytest.mark.parametrize(
    "status", [CampaignStatus.DRAFT, CampaignStatus.COMPLETED, CampaignStatus.CANCELLED]
)
def test_a_campaign_that_is_not_running_is_hidden_even_where_staff_made_it_available(
    status: CampaignStatus,
) -> None:
    found = why_hidden(replace(CAMPAIGN, status=status), override=Availability.AVAILABLE)
    assert found == [UnavailableReason.CAMPAIGN_NOT_OPEN]


def test_an_unknown_country_fails_a_country_rule_and_no_other() -> None:
    assert why_hidden(country=None) == [UnavailableReason.COUNTRY]
    assert why_hidden(replace(CAMPAIGN, countries=frozenset()), country=None) == []


def test_an_empty_list_is_no_rule() -> None:
    anyone = replace(CAMPAIGN, countries=frozenset(), categories=frozenset())
    assert why_hidden(anyone, country="US", categories=frozenset()) == []


@pytest.mark.parametrize("accounts", [(), (YOUTUBE,), (LOST,)])
def test_the_rule_on_followers_spares_whoever_has_no_relevant_account(
    accounts: tuple[Account, ...],
) -> None:
    assert why_hidden(accounts=accounts) == []


def test_the_rule_on_followers_binds_whoever_has_a_relevant_account() -> None:
    assert why_hidden(accounts=(TIKTOK, YOUTUBE)) == [UnavailableReason.FOLLOWERS]


def test_staff_show_the_campaign_to_someone_whom_the_rules_leave_out() -> None:
    found = why_hidden(
        country="US", categories=frozenset(), accounts=(TIKTOK,), override=Availability.AVAILABLE
    )
    assert found == []


def test_hidden_by_staff_leaves_out_the_rules() -> None:
    draft = replace(CAMPAIGN, status=CampaignStatus.DRAFT)
    found = why_hidden(draft, country="US", override=Availability.UNAVAILABLE)
    assert found == [UnavailableReason.CAMPAIGN_NOT_OPEN, UnavailableReason.HIDDEN_BY_STAFF]
