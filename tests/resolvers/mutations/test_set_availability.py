"""`setAvailability`: staff's word goes before the audience rules."""

from typing import Any

from database.session import rows
from models.campaign import AvailabilityOverride, Campaign
from models.influencer import Influencer
from models.participation import ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.engine import ADVERTISER, gids, mutate, operation, refusal
from workflow.enums import Action, CampaignStatus, ParticipationStatus, Platform

RESULTS = """
    results {
        outcome candidateStatus
        candidate { status availabilityOverride unavailableReasons }
        error { code field }
    }
    summary { changed unchanged refused }
    userErrors { code field }
"""


async def test_it_shows_hides_and_lets_the_rules_decide_again(db: str):
    campaign = await data.campaign(countries=["JP"])
    abroad = await data.influencer((Platform.INSTAGRAM, 10), country="TH")
    steps: list[tuple[str | None, str, list[str]]] = [
        ("AVAILABLE", "AVAILABLE", []),
        ("UNAVAILABLE", "UNAVAILABLE", ["HIDDEN_BY_STAFF"]),
        (None, "UNAVAILABLE", ["COUNTRY"]),
    ]
    for availability, status, reasons in steps:
        [result] = (await set_to(availability, campaign, abroad))["results"]
        assert result["outcome"] == "CHANGED"
        assert result["candidateStatus"] == status
        assert result["candidate"] == {
            "status": status,
            "availabilityOverride": availability,
            "unavailableReasons": reasons,
        }
        [again] = (await set_to(availability, campaign, abroad))["results"]
        assert again["outcome"] == "UNCHANGED"
    assert await AvailabilityOverride.all().count() == 0
    events = await ParticipationEvent.all()
    assert [(event.action, event.participation_id) for event in events] == [
        (Action.SET_AVAILABILITY, None)
    ] * 3
    assert {event.reason for event in events} == {"an old friend"}


async def test_while_they_are_waited_for_it_may_be_shown_and_nobody_is_moved_on(db: str):
    campaign = await data.campaign(countries=["JP"], followers_min=100)
    person = await data.influencer((Platform.INSTAGRAM, 10), country="TH")
    part = await data.participation(campaign, person, ParticipationStatus.WAITING)
    for availability in ("AVAILABLE", None, "AVAILABLE"):
        [result] = (await set_to(availability, campaign, person))["results"]
        assert (result["outcome"], result["candidateStatus"]) == ("CHANGED", "WAITING")
        assert result["candidate"]["availabilityOverride"] == availability
    [result] = (await set_to("UNAVAILABLE", campaign, person))["results"]
    assert result["error"]["code"] == "TRANSITION_NOT_ALLOWED"
    as_it_was = (part.status, part.version, part.updated_at)
    await part.refresh_from_db()
    assert (part.status, part.version, part.updated_at) == as_it_was
    events = await ParticipationEvent.all()
    assert {(each.from_status, each.to_status) for each in events} == {("WAITING", None)}
    assert await rows("SELECT change FROM availability_delta") == [], "they take part as before"


async def test_many_at_once_each_by_itself(db: str):
    campaign = await data.campaign()
    shown, new, busy = [await data.influencer() for _ in range(3)]
    await data.override(campaign, shown, "AVAILABLE")
    await data.participation(campaign, busy, ParticipationStatus.WAITING)
    removed = await data.influencer()
    await data.participation(campaign, removed, ParticipationStatus.REMOVED)
    payload = await set_to("UNAVAILABLE", campaign, shown, new, busy, removed)
    outcomes = [result["outcome"] for result in payload["results"]]
    assert outcomes == ["CHANGED", "CHANGED", "REFUSED", "CHANGED"]
    assert payload["results"][2]["error"]["code"] == "TRANSITION_NOT_ALLOWED"
    assert payload["results"][2]["candidateStatus"] == "WAITING"
    values = await AvailabilityOverride.all().values_list("availability", flat=True)
    assert values == ["UNAVAILABLE"] * 3


async def test_of_running_campaigns_alone_and_by_staff_alone(db: str):
    campaign = await data.campaign(status=CampaignStatus.DRAFT)
    person = await data.influencer()
    [result] = (await set_to("AVAILABLE", campaign, person))["results"]
    assert result["error"]["code"] == "CAMPAIGN_CLOSED"
    payload = await mutate(
        "setAvailability", RESULTS, campaignId="nonsense", influencerIds=gids("Influencer", person)
    )
    assert payload["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "campaignId"]}]
    given: dict[str, Any] = {"campaignId": "x", "influencerIds": ["y"]}
    text = operation("setAvailability", "summary { changed }")
    assert await refusal(text, ADVERTISER, input=given) == "FORBIDDEN"


async def set_to(availability: str | None, campaign: Campaign, *people: Influencer):
    return await mutate(
        "setAvailability",
        RESULTS,
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=gids("Influencer", *people),
        availability=availability,
        reason="an old friend",
    )
