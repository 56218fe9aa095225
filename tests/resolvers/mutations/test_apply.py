"""`apply`: take part of one's own accord."""

from datetime import timedelta
from typing import Any

import pytest

from models.campaign import Campaign
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, STAFF, creator, mutate, operation, refusal
from workflow.enums import CampaignStatus, CampaignType, ParticipationStatus, Platform

INSTAGRAM, TIKTOK, YOUTUBE = Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE
AFFILIATE = CampaignType.AFFILIATE
PAYLOAD = """
    outcome
    participation { status origin round version selectedAccount { id platform } }
    userErrors { code message field }
"""


async def applied(
    person: Influencer, campaign: Campaign | str, account: SocialAccount | str | None = None
) -> dict[str, Any]:
    """The payload of their application."""
    given: dict[str, Any] = {"campaignId": campaign if isinstance(campaign, str) else gid(campaign)}
    if account is not None:
        given["accountId"] = account if isinstance(account, str) else gid(account)
    return await mutate("apply", PAYLOAD, creator(person.pk), **given)


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def account_on(person: Influencer, platform: Platform) -> SocialAccount:
    return await SocialAccount.get(influencer_id=person.pk, platform=platform.number)


def code(payload: dict[str, Any]) -> str:
    """The code of the only refusal."""
    [error] = payload["userErrors"]
    assert payload["outcome"] == "REFUSED"
    return error["code"]


async def test_the_only_qualifying_account_makes_an_applicant_or_a_participant(db: str):
    person = await data.influencer((INSTAGRAM, 10), (YOUTUBE, 99))
    for selection, status in ((True, "APPLIED"), (False, "JOINED")):
        campaign = await data.campaign(selection=selection, capacity=1)
        payload = await applied(person, campaign)
        assert payload["outcome"] == "CHANGED"
        assert payload["userErrors"] == []
        part = payload["participation"]
        assert (part["status"], part["origin"], part["round"]) == (status, "SELF", 1)
        assert part["selectedAccount"]["platform"] == "INSTAGRAM"
        await campaign.refresh_from_db()
        assert campaign.places_taken == (1 if status == "JOINED" else 0)
        [event] = await ParticipationEvent.filter(campaign_id=campaign.pk)
        assert (event.action, event.from_status, event.to_status) == ("APPLY", None, status)
        assert (event.actor_role, event.actor_id) == ("INFLUENCER", gid(person))


async def test_with_several_accounts_one_is_given(db: str):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 10))
    payload = await applied(person, campaign)
    assert code(payload) == "ACCOUNT_REQUIRED"
    assert payload["userErrors"][0]["field"] == ["input", "accountId"]
    assert payload["participation"] is None
    payload = await applied(person, campaign, await account_on(person, TIKTOK))
    assert payload["participation"]["selectedAccount"]["platform"] == "TIKTOK"


async def test_an_untracked_affiliate_takes_no_account_and_selects_none(db: str):
    campaign = await data.campaign(type=AFFILIATE, post_tracking=False)
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 10))
    payload = await applied(person, campaign, await account_on(person, TIKTOK))
    assert code(payload) == "INVALID_INPUT"
    assert payload["userErrors"][0]["field"] == ["input", "accountId"]
    payload = await applied(person, campaign)
    assert payload["participation"]["status"] == "JOINED"
    assert payload["participation"]["selectedAccount"] is None


async def test_what_one_cannot_see_is_not_there(db: str):
    person = await data.influencer((INSTAGRAM, 10), country="TH")
    hidden = await data.campaign(countries=["JP"])
    draft = await data.campaign(status=CampaignStatus.DRAFT)
    for campaign in (hidden, draft, "gid://joinery/Campaign/999999", gid(person), "nonsense"):
        payload = await applied(person, campaign)
        assert code(payload) == "NOT_FOUND"
        assert payload["userErrors"][0]["field"] == ["input", "campaignId"]
        assert payload["participation"] is None
    assert await Participation.all().count() == 0


async def test_staff_can_let_in_whom_the_rules_leave_out(db: str):
    person = await data.influencer((INSTAGRAM, 10), country="TH")
    campaign = await data.campaign(countries=["JP"], followers_min=100)
    await data.override(campaign, person, "AVAILABLE")
    assert (await applied(person, campaign))["outcome"] == "CHANGED"


async def test_accounts_that_do_not_fit_are_refused(db: str):
    person = await data.influencer(
        (INSTAGRAM, 10), (TIKTOK, 900), (YOUTUBE, 500), disconnected=(Platform.X,)
    )
    other = await data.influencer((INSTAGRAM, 500))
    campaign = await data.campaign(
        platforms=(INSTAGRAM, TIKTOK, Platform.X), followers_min=100, followers_max=1000
    )
    for account, expected in (
        (await account_on(person, YOUTUBE), "ACCOUNT_NOT_RELEVANT"),
        (await account_on(person, Platform.X), "ACCOUNT_NOT_RELEVANT"),
        (await account_on(person, INSTAGRAM), "ACCOUNT_NOT_QUALIFYING"),
        (await account_on(other, INSTAGRAM), "NOT_FOUND"),
        ("gid://joinery/SocialAccount/999999", "NOT_FOUND"),
        ("nonsense", "NOT_FOUND"),
    ):
        payload = await applied(person, campaign, account)
        assert code(payload) == expected
        assert payload["userErrors"][0]["field"] == ["input", "accountId"]


async def test_the_deadline_is_over_when_it_comes(db: str):
    person = await data.influencer((INSTAGRAM, 10))
    assert code(await applied(person, await data.campaign(application_deadline=NOW))) == (
        "DEADLINE_PASSED"
    )
    later = await data.campaign(application_deadline=NOW + timedelta(microseconds=1))
    assert (await applied(person, later))["outcome"] == "CHANGED"


async def test_a_repeat_changes_nothing_and_another_account_is_refused(db: str):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 10))
    first = await account_on(person, INSTAGRAM)
    await applied(person, campaign, first)
    for account in (None, first):
        payload = await applied(person, campaign, account)
        assert payload["outcome"] == "UNCHANGED"
        assert payload["participation"]["version"] == 1
    assert await ParticipationEvent.all().count() == 1
    payload = await applied(person, campaign, await account_on(person, TIKTOK))
    assert code(payload) == "TRANSITION_NOT_ALLOWED"
    assert payload["participation"]["selectedAccount"]["platform"] == "INSTAGRAM"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ParticipationStatus.WAITING, "ACCOUNT_REQUIRED"),
        (ParticipationStatus.REJECTED, "TRANSITION_NOT_ALLOWED"),
    ],
)
async def test_applying_is_not_the_way_on_from_waiting_or_rejected(
    db: str, status: ParticipationStatus, expected: str
):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((INSTAGRAM, 10))
    await data.participation(campaign, person, status)
    assert code(await applied(person, campaign)) == expected


async def test_whoever_was_removed_begins_a_new_round_where_they_see_the_campaign(db: str):
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    await data.participation(campaign, person, ParticipationStatus.REMOVED, version=3)
    await Campaign.filter(id=campaign.pk).update(countries="TH")
    payload = await applied(person, campaign)
    assert code(payload) == "NOT_FOUND"
    assert payload["participation"] is None
    await Campaign.filter(id=campaign.pk).update(countries="")
    part = (await applied(person, campaign))["participation"]
    assert (part["status"], part["round"], part["version"]) == ("JOINED", 2, 4)
    assert part["origin"] == "SELF"


async def test_no_place_is_left(db: str):
    campaign = await data.campaign(capacity=0)
    person = await data.influencer((INSTAGRAM, 10))
    assert code(await applied(person, campaign)) == "CAPACITY_REACHED"
    assert await Participation.all().count() == 0


async def test_a_dry_run_leaves_nothing(db: str):
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    payload = await mutate("apply", PAYLOAD, creator(person.pk), dry=True, campaignId=gid(campaign))
    assert payload["participation"]["status"] == "JOINED"
    assert await Participation.all().count() == 0
    assert await ParticipationEvent.all().count() == 0


async def test_only_influencers_apply(db: str):
    apply = operation("apply", "outcome")
    for caller in (STAFF, ADVERTISER):
        assert await refusal(apply, caller, input={"campaignId": "x"}) == "FORBIDDEN"
    assert await refusal(apply, None, input={"campaignId": "x"}) == "UNAUTHENTICATED"
