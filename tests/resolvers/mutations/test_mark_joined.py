"""`markJoined`: the force-join, for one or a thousand."""

from typing import Any

import pytest

from models.campaign import Campaign
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.engine import ADVERTISER, STAFF, creator, gids, mutate, operation, refusal
from workflow.enums import CampaignStatus, CampaignType, ParticipationStatus, Platform

INSTAGRAM, TIKTOK, YOUTUBE = Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE
RESULTS = """
    campaign { id placesTaken }
    results {
        influencerId outcome candidateStatus
        participation { status origin round version selectedAccount { id } }
        candidate { status }
        error { code message field }
    }
    summary { changed unchanged refused }
    userErrors { code field }
"""


async def test_one_account_joins_several_or_none_wait_and_unavailable_is_refused(db: str):
    campaign = await data.campaign(selection=True, countries=["JP"])
    one = await data.influencer((INSTAGRAM, 10), (YOUTUBE, 99))
    several = await data.influencer((INSTAGRAM, 10), (TIKTOK, 10))
    none = await data.influencer((YOUTUBE, 10))
    abroad = await data.influencer((INSTAGRAM, 10), country="TH")
    payload = await mutate(
        "markJoined",
        RESULTS,
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=gids("Influencer", one, several, none, abroad),
        reason=" agreed by phone ",
        message="Welcome",
    )
    first, second, third, fourth = payload["results"]
    assert first["outcome"] == "CHANGED"
    assert first["candidateStatus"] == first["candidate"]["status"] == "JOINED"
    assert first["participation"]["status"] == "APPROVED"
    assert first["participation"]["selectedAccount"] is not None
    for result in (second, third):
        assert result["candidateStatus"] == "WAITING"
        assert result["participation"]["status"] == "WAITING"
        assert result["participation"]["selectedAccount"] is None
    assert fourth["outcome"] == "REFUSED"
    assert fourth["error"]["code"] == "INFLUENCER_UNAVAILABLE"
    assert fourth["error"]["field"] == ["input", "influencerIds", "3"]
    assert fourth["candidateStatus"] == "UNAVAILABLE"
    assert fourth["participation"] is None
    assert payload["summary"] == {"changed": 3, "unchanged": 0, "refused": 1}
    assert payload["campaign"]["placesTaken"] == 1
    events = await ParticipationEvent.filter(campaign_id=campaign.pk).order_by("id").values()
    assert [event["to_status"] for event in events] == ["APPROVED", "WAITING", "WAITING"]
    assert {event["from_status"] for event in events} == {None}
    assert {event["reason"] for event in events} == {"agreed by phone"}
    assert {event["message"] for event in events} == {"Welcome"}
    assert {event["actor_name"] for event in events} == {"Mika Sato"}


@pytest.mark.parametrize(
    ("kind", "selection", "tracking", "accounts", "status"),
    [
        (CampaignType.SOCIAL, False, True, 1, "JOINED"),
        (CampaignType.SOCIAL, False, True, 2, "WAITING"),
        (CampaignType.SOCIAL, True, True, 1, "APPROVED"),
        (CampaignType.AFFILIATE, True, True, 1, "APPROVED"),
        (CampaignType.AFFILIATE, False, True, 1, "JOINED"),
        (CampaignType.AFFILIATE, False, True, 0, "WAITING"),
        (CampaignType.AFFILIATE, False, False, 0, "JOINED"),
        (CampaignType.AFFILIATE, False, False, 2, "JOINED"),
        (CampaignType.AFFILIATE, True, False, 0, "APPROVED"),
        (CampaignType.AFFILIATE, True, False, 2, "APPROVED"),
    ],
)
async def test_each_kind_of_campaign_has_its_own_outcome(
    db: str, kind: CampaignType, selection: bool, tracking: bool, accounts: int, status: str
):
    campaign = await data.campaign(type=kind, selection=selection, post_tracking=tracking)
    person = await data.influencer(*[(INSTAGRAM, 10)] * accounts)
    payload = await mark(campaign, person)
    [result] = payload["results"]
    assert result["participation"]["status"] == status
    selected = result["participation"]["selectedAccount"] is not None
    assert selected == (status != "WAITING" and tracking)


async def test_marking_again_is_unchanged_and_writes_nothing(db: str):
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    await mark(campaign, person)
    payload = await mark(campaign, person)
    [result] = payload["results"]
    assert result["outcome"] == "UNCHANGED"
    assert result["participation"]["version"] == 1
    assert await ParticipationEvent.all().count() == 1


@pytest.mark.parametrize("status", ["APPLIED", "REVIEWING", "REJECTED"])
async def test_applicants_are_decided_on_their_tab(db: str, status: str):
    campaign = await data.campaign(selection=True)
    person = await data.influencer((INSTAGRAM, 10))
    await data.participation(campaign, person, ParticipationStatus(status))
    [result] = (await mark(campaign, person))["results"]
    assert result["error"]["code"] == "DECIDED_ON_APPLICANT_TAB"
    assert result["participation"]["status"] == status


async def test_a_removed_one_starts_the_next_round_afresh(db: str):
    campaign = await data.campaign(type=CampaignType.AFFILIATE, post_tracking=False)
    person = await data.influencer((INSTAGRAM, 10))
    part = await data.participation(
        campaign,
        person,
        ParticipationStatus.REMOVED,
        origin="SELF",
        selected_platforms=1,
        version=4,
    )
    [result] = (await mark(campaign, person))["results"]
    assert result["participation"]["round"] == 2
    assert result["participation"]["version"] == 5
    assert result["participation"]["origin"] == "FORCED"
    assert await Participation.filter(id=part.pk, selected_platforms=0).exists()
    [event] = await ParticipationEvent.all()
    assert (event.from_status, event.to_status, event.round) == ("REMOVED", "JOINED", 2)


async def test_items_take_places_in_the_order_given(db: str):
    campaign = await data.campaign(capacity=2)
    people = [await data.influencer((INSTAGRAM, 10)) for _ in range(4)]
    payload = await mark(campaign, people[3], people[0], people[2], people[1])
    outcomes = [result["outcome"] for result in payload["results"]]
    assert outcomes == ["CHANGED", "CHANGED", "REFUSED", "REFUSED"]
    assert payload["results"][2]["error"]["code"] == "CAPACITY_REACHED"
    assert payload["campaign"]["placesTaken"] == 2


async def test_a_full_campaign_still_takes_who_has_to_wait(db: str):
    campaign = await data.campaign(capacity=0)
    waiting, joining = await data.influencer(), await data.influencer((INSTAGRAM, 10))
    payload = await mark(campaign, joining, waiting)
    assert [result["outcome"] for result in payload["results"]] == ["REFUSED", "CHANGED"]


@pytest.mark.parametrize("status", ["DRAFT", "COMPLETED", "CANCELLED"])
async def test_a_closed_campaign_takes_nobody(db: str, status: str):
    campaign = await data.campaign(status=CampaignStatus(status))
    person = await data.influencer((INSTAGRAM, 10))
    [result] = (await mark(campaign, person))["results"]
    assert result["error"]["code"] == "CAMPAIGN_CLOSED"


async def test_ids_that_name_nobody_are_not_found_one_by_one(db: str):
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    erased = await data.influencer((INSTAGRAM, 10), erased_at=data.NOW)
    ids = [
        "nonsense",
        encode("Campaign", person.pk),
        encode("Influencer", 10**17),
        *gids("Influencer", erased, person),
    ]
    payload = await mutate(
        "markJoined", RESULTS, campaignId=encode("Campaign", campaign.pk), influencerIds=ids
    )
    assert [result["influencerId"] for result in payload["results"]] == ids
    codes = [result["error"] and result["error"]["code"] for result in payload["results"]]
    assert codes == ["NOT_FOUND"] * 4 + [None]
    assert payload["summary"] == {"changed": 1, "unchanged": 0, "refused": 4}


async def test_what_is_wrong_with_the_call_is_told_and_nothing_done(db: str):
    campaign = encode("Campaign", (await data.campaign()).pk)
    person = encode("Influencer", (await data.influencer((INSTAGRAM, 10))).pk)
    wrong: list[tuple[str, list[str], dict[str, Any], list[dict[str, object]]]] = [
        (campaign, [], {}, [error("INVALID_INPUT", "influencerIds")]),
        (campaign, [person, person], {}, [error("INVALID_INPUT", "influencerIds", "1")]),
        (campaign, ["x"] * 1_001, {}, [error("TOO_MANY_ITEMS", "influencerIds")]),
        (campaign, [person], {"reason": "x" * 2_001}, [error("INVALID_INPUT", "reason")]),
        (campaign, [person], {"message": "a\0b"}, [error("INVALID_INPUT", "message")]),
        ("gid://joinery/Campaign/999", [person], {}, [error("NOT_FOUND", "campaignId")]),
        ("nonsense", [person], {}, [error("NOT_FOUND", "campaignId")]),
    ]
    for of, ids, more, errors in wrong:
        payload = await mutate("markJoined", RESULTS, campaignId=of, influencerIds=ids, **more)
        assert payload["userErrors"] == errors
        assert payload["results"] == []
        assert payload["summary"] == {"changed": 0, "unchanged": 0, "refused": 0}
    assert await Participation.all().count() == 0


async def test_a_dry_run_answers_in_full_and_leaves_no_trace(db: str):
    campaign = await data.campaign(capacity=5)
    person = await data.influencer((INSTAGRAM, 10))
    payload = await mutate(
        "markJoined",
        RESULTS,
        dry=True,
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=gids("Influencer", person),
    )
    assert payload["results"][0]["participation"]["status"] == "JOINED"
    assert payload["campaign"]["placesTaken"] == 1
    assert await Participation.all().count() == 0
    assert await ParticipationEvent.all().count() == 0
    assert (await Campaign.get(id=campaign.pk)).places_taken == 0


async def test_only_staff_may(db: str):
    text = operation("markJoined", "summary { changed }")
    given = {"campaignId": "x", "influencerIds": ["y"]}
    assert await refusal(text, None, input=given) == "UNAUTHENTICATED"
    assert await refusal(text, ADVERTISER, input=given) == "FORBIDDEN"
    assert await refusal(text, creator(1), input=given) == "FORBIDDEN"


def error(code: str, *path: str) -> dict[str, object]:
    return {"code": code, "field": ["input", *path]}


async def mark(campaign: Campaign, *people: object):
    return await mutate(
        "markJoined",
        RESULTS,
        STAFF,
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=gids("Influencer", *people),
    )
