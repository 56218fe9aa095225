"""Codes of referral campaigns: adding them, who gets which, and who has none."""

from typing import Any

import pytest

from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import Participation
from models.referral_code import ReferralCode
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.engine import STAFF, answer, creator, execute, gids, mutate, operation
from workflow.enums import CampaignStatus, CampaignType, ParticipationStatus, Platform

ADDED = """added unchanged campaign { referralCodes { total left } }
    userErrors { code field message }"""
MARKED = """campaign { referralCodes { total left } }
    results { outcome participation { referralCode } error { code field } }"""
STATUS = ParticipationStatus


async def add(campaign: Campaign, *codes: str, **more: Any) -> dict[str, Any]:
    gid = encode("Campaign", campaign.pk)
    return await mutate("addReferralCodes", ADDED, campaignId=gid, codes=list(codes), **more)


async def mark(campaign: Campaign, *people: Influencer, **more: Any) -> dict[str, Any]:
    return await mutate(
        "markJoined",
        MARKED,
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=gids("Influencer", *people),
        **more,
    )


def refusals(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["field"][1:])) for error in payload["userErrors"]]


def given(payload: dict[str, Any]) -> list[str | None]:
    """The code that each has, or why they were refused."""
    return [
        result["error"]["code"] if result["error"] else result["participation"]["referralCode"]
        for result in payload["results"]
    ]


async def fitting(count: int) -> list[Influencer]:
    return [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(count)]


async def code_of(person: Influencer) -> str | None:
    part = await Participation.get(influencer_id=person.pk).prefetch_related("referral_code")
    return part.referral_code.code if part.referral_code else None


# Adding


async def test_codes_are_added_in_the_order_given_trimmed_and_once(db: str):
    campaign = await data.referral_campaign()
    payload = await add(campaign, "  SAVE10 ", "save10", "割引１０")
    assert (payload["added"], payload["unchanged"], payload["userErrors"]) == (3, 0, [])
    assert payload["campaign"] == {"referralCodes": {"total": 3, "left": 3}}
    payload = await add(campaign, "NEW", "save10\u3000", "割引10", "割引１０")
    assert (payload["added"], payload["unchanged"]) == (2, 2)
    assert payload["campaign"] == {"referralCodes": {"total": 5, "left": 5}}
    stored = await ReferralCode.filter(campaign=campaign).order_by("number")
    assert [code.code for code in stored] == ["SAVE10", "save10", "割引１０", "NEW", "割引10"]


async def test_the_same_code_may_be_in_two_campaigns(db: str):
    for campaign in (await data.referral_campaign(), await data.referral_campaign()):
        assert (await add(campaign, "SAME"))["added"] == 1


async def test_of_codes_that_are_no_good_none_is_added(db: str):
    campaign = await data.referral_campaign("OLD")
    unseen = ("", " \u200b", "A B", "A\u200bB", "A\tB", "A\0B")
    payload = await add(campaign, "GOOD", "x" * 101, *unseen, "GOOD", " GOOD")
    assert refusals(payload) == [("INVALID_INPUT", f"codes.{place}") for place in range(1, 10)]
    assert all(error["message"].endswith(".") for error in payload["userErrors"])
    assert (payload["added"], payload["unchanged"]) == (0, 0)
    assert payload["campaign"] == {"referralCodes": {"total": 1, "left": 1}}
    assert (await add(campaign, "x" * 100))["added"] == 1


async def test_ten_thousand_are_taken_in_one_call(db: str):
    campaign = await data.referral_campaign()
    codes = [f"C{number}" for number in range(10_001)]
    assert refusals(await add(campaign, *codes)) == [("TOO_MANY_ITEMS", "codes")]
    assert refusals(await add(campaign)) == [("INVALID_INPUT", "codes")]
    assert (await add(campaign, *codes[1:]))["added"] == 10_000
    assert (await add(campaign, *codes[:-1]))["unchanged"] == 9_999


@pytest.mark.parametrize("status", CampaignStatus)
async def test_codes_are_added_before_the_end_alone(db: str, status: CampaignStatus):
    campaign = await data.referral_campaign("OLD", status=status)
    payload = await add(campaign, "OLD", "NEW")
    if status in ("COMPLETED", "CANCELLED"):
        assert refusals(payload) == [("CAMPAIGN_CLOSED", "campaignId")]
        assert payload["campaign"] == {"referralCodes": {"total": 1, "left": 1}}
    else:
        assert (payload["added"], payload["unchanged"]) == (1, 1)
    assert (await add(campaign, "OLD"))["unchanged"] == 1


async def test_other_campaigns_have_no_codes(db: str):
    for campaign in (await data.campaign(), await data.campaign(type=CampaignType.AFFILIATE)):
        payload = await add(campaign, "CODE")
        assert refusals(payload) == [("TRANSITION_NOT_ALLOWED", "campaignId")]
        assert payload["campaign"] == {"referralCodes": None}
        [person] = await fitting(1)
        assert given(await mark(campaign, person)) == [None]


async def test_an_unknown_campaign_is_not_found(db: str):
    for gid in ("gid://joinery/Campaign/99", "nonsense"):
        payload = await mutate("addReferralCodes", ADDED, campaignId=gid, codes=["A"])
        assert refusals(payload) == [("NOT_FOUND", "campaignId")]
        assert payload["campaign"] is None


async def test_codes_stay_while_a_draft_is_of_another_kind(db: str):
    campaign = await data.referral_campaign("A", status=CampaignStatus.DRAFT)
    pool = "campaign { affiliateKind referralCodes { total left } } userErrors { code }"
    gid = encode("Campaign", campaign.pk)
    payload = await mutate("updateCampaign", pool, id=gid, affiliateKind="ECOMMERCE")
    assert payload["campaign"]["referralCodes"] is None
    payload = await mutate("updateCampaign", pool, id=gid, affiliateKind="REFERRAL_CODE")
    assert payload["campaign"]["referralCodes"] == {"total": 1, "left": 1}


# Giving


async def test_who_is_refused_takes_no_code_and_the_others_theirs_in_the_order_given(db: str):
    campaign = await data.referral_campaign("A", "B", "C")
    people = await fitting(5)
    nobody = await data.influencer()
    hidden = await data.influencer((Platform.INSTAGRAM, 10))
    await data.override(campaign, hidden, "UNAVAILABLE")
    payload = await mark(campaign, people[3], nobody, hidden, people[0], people[1], people[2])
    assert given(payload) == ["A", None, "INFLUENCER_UNAVAILABLE", "B", "C", "CODES_EXHAUSTED"]
    assert payload["results"][5]["error"]["field"] == ["input", "influencerIds", "5"]
    assert payload["campaign"] == {"referralCodes": {"total": 3, "left": 0}}
    await add(campaign, "D")
    assert given(await mark(campaign, people[0], people[2], people[4])) == [
        "B", "D", "CODES_EXHAUSTED",
    ]  # fmt: skip


async def test_without_a_place_no_code_is_asked_for(db: str):
    campaign = await data.referral_campaign("A", capacity=1)
    people = await fitting(2)
    assert given(await mark(campaign, *people)) == ["A", "CAPACITY_REACHED"]


async def test_a_code_stays_through_a_removal_and_a_new_round(db: str):
    campaign = await data.referral_campaign("A", "B")
    first, second = await fitting(2)
    await mark(campaign, first)
    part = await Participation.get(influencer_id=first.pk)
    removed = await mutate(
        "removeParticipants",
        "results { outcome participation { status referralCode } }",
        participationIds=gids("Participation", part),
        reason="why",
    )
    assert removed["results"][0]["participation"] == {"status": "REMOVED", "referralCode": "A"}
    assert given(await mark(campaign, second)) == ["B"]
    payload = await mark(campaign, first)
    assert given(payload) == ["A"]
    assert payload["campaign"] == {"referralCodes": {"total": 2, "left": 0}}


async def test_approving_gives_a_code_and_rejecting_takes_none_back(db: str):
    campaign = await data.referral_campaign("A", "B", selection=True)
    people = await fitting(3)
    parts = [await data.participation(campaign, person, STATUS.APPLIED) for person in people]

    async def decide(status: str, *some: Participation) -> list[str | None]:
        payload = await mutate(
            "setApplicantStatus",
            "results { outcome participation { referralCode } error { code } }",
            participationIds=gids("Participation", *some),
            status=status,
        )
        return given(payload)

    assert await decide("REVIEWING", parts[0]) == [None]
    assert await decide("APPROVED", *parts) == ["A", "B", "CODES_EXHAUSTED"]
    assert await decide("REJECTED", parts[0], parts[1]) == ["A", "B"]
    assert await decide("APPROVED", parts[2], parts[1], parts[0]) == ["CODES_EXHAUSTED", "B", "A"]


async def test_who_connects_without_a_code_left_waits_and_may_try_again(db: str):
    campaign = await data.referral_campaign()
    person = await data.influencer()
    part = await data.participation(campaign, person, STATUS.WAITING)
    me = creator(person.pk)
    text = operation("connectAccount", "account { id } advanced { id } userErrors { code }")
    account = {"platform": "TIKTOK", "externalId": "t", "handle": "t", "followers": 1}
    context = Context(caller=me, clock=lambda: data.NOW, plain_accounts=True)
    connected = (await execute(text, {"input": account}, context))["data"]["connectAccount"]
    assert (connected["advanced"], connected["userErrors"]) == ([], [])
    query = """query($id: ID!) { participation(id: $id) { status referralCode availableActions
        requiredAction { type blockedBy } } }"""
    seen = await answer(query, me, id=encode("Participation", part.pk))
    assert seen["participation"] == {
        "status": "WAITING",
        "referralCode": None,
        "availableActions": ["WITHDRAW"],
        "requiredAction": {"type": "SELECT_ACCOUNT", "blockedBy": ["CODES_EXHAUSTED"]},
    }
    chosen: dict[str, Any] = {
        "participationId": encode("Participation", part.pk),
        "accountId": connected["account"]["id"],
    }
    selected = "participation { status referralCode } userErrors { code }"
    payload = await mutate("selectAccount", selected, me, **chosen)
    assert payload["userErrors"] == [{"code": "CODES_EXHAUSTED"}]
    await add(campaign, "LATE")
    payload = await mutate("selectAccount", selected, me, **chosen)
    assert payload["participation"] == {"status": "JOINED", "referralCode": "LATE"}


async def test_who_connects_their_first_account_gets_a_code_by_import_too(db: str):
    campaign = await data.referral_campaign("A", "B")
    people = [await data.influencer() for _ in range(3)]
    for person in people:
        await data.participation(campaign, person, STATUS.WAITING)

    def entry(person: Influencer) -> dict[str, Any]:
        name = person.external_id
        account = {"platform": "TIKTOK", "externalId": name, "handle": name, "followers": 1}
        return {"externalId": name, "name": name, "accounts": [account]}

    payload = await mutate(
        "upsertInfluencers",
        "advanced { status referralCode }",
        influencers=[entry(person) for person in reversed(people)],
    )
    assert payload["advanced"] == [
        {"status": "JOINED", "referralCode": "A"},
        {"status": "JOINED", "referralCode": "B"},
    ]
    assert [await code_of(person) for person in people] == [None, "B", "A"]


async def test_creators_are_told_that_no_code_is_left(db: str):
    campaign = await data.referral_campaign("A")
    first, second = await fitting(2)
    query = "query($id: ID!) { campaign(id: $id) { viewerActions viewerBlockers } }"

    async def look() -> tuple[list[str], list[str]]:
        seen = await answer(query, creator(second.pk), id=encode("Campaign", campaign.pk))
        return seen["campaign"]["viewerActions"], seen["campaign"]["viewerBlockers"]

    assert await look() == (["APPLY"], [])
    gid = encode("Campaign", campaign.pk)
    applied = "participation { referralCode } userErrors { code }"
    payload = await mutate("apply", applied, creator(first.pk), campaignId=gid)
    assert payload["participation"] == {"referralCode": "A"}
    assert await look() == ([], ["CODES_EXHAUSTED"])
    payload = await mutate("apply", applied, creator(second.pk), campaignId=gid)
    assert payload["userErrors"] == [{"code": "CODES_EXHAUSTED"}]


async def test_a_code_that_a_trial_run_gave_reads_null_and_stays_free(db: str):
    campaign = await data.referral_campaign("A", "B", "C")
    before, new, other = await fitting(3)
    await mark(campaign, before)
    part = await Participation.get(influencer_id=before.pk)
    await mutate(
        "removeParticipants",
        "summary { changed }",
        participationIds=gids("Participation", part),
        reason="why",
    )
    tried = await mark(campaign, before, new, dry=True)
    assert given(tried) == ["A", None]
    assert tried["campaign"] == {"referralCodes": {"total": 3, "left": 1}}
    done = await mark(campaign, other, new)
    assert given(done) == ["B", "C"]
    tried = await mutate(
        "addReferralCodes",
        ADDED,
        STAFF,
        dry=True,
        campaignId=encode("Campaign", campaign.pk),
        codes=["A", "D"],
    )
    assert (tried["added"], tried["unchanged"]) == (1, 1)
    assert tried["campaign"] == {"referralCodes": {"total": 4, "left": 1}}
    assert await ReferralCode.filter(campaign=campaign).count() == 3
