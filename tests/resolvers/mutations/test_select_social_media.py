"""`selectSocialMedia`: in affiliate campaigns without post tracking."""

from models.participation import Participation, ParticipationEvent
from resolvers.caller import Caller
from tests import data
from tests.engine import ADVERTISER, STAFF, creator, gids, mutate, operation, refusal
from workflow.enums import CampaignType, ParticipationStatus, Platform

RESULT = """
    outcome
    participation { status version selectedPlatforms requiredAction { type platforms message } }
    userErrors { code field }
"""


async def joined(kind: CampaignType = CampaignType.AFFILIATE, *, tracking: bool = False):
    campaign = await data.campaign(type=kind, post_tracking=tracking)
    person = await data.influencer((Platform.INSTAGRAM, 10), (Platform.TIKTOK, 10))
    return await data.participation(campaign, person, ParticipationStatus.JOINED)


async def test_who_has_no_account_on_what_was_selected_is_asked_to_connect_one(db: str):
    campaign = await data.campaign(type=CampaignType.AFFILIATE, post_tracking=False)
    person = await data.influencer((Platform.TIKTOK, 10))
    part = await data.participation(campaign, person, ParticipationStatus.JOINED)
    payload = await select(part, ["TIKTOK", "INSTAGRAM"], STAFF)
    assert payload["participation"]["requiredAction"] == {
        "type": "CONNECT_ACCOUNT",
        "platforms": ["INSTAGRAM"],
        "message": "Connect your accounts on the social media that were selected: INSTAGRAM.",
    }


async def test_staff_and_the_influencer_select_and_change_platforms(db: str):
    part = await joined()
    steps = [
        (creator(part.influencer_id), ["TIKTOK"], "CHANGED"),
        (STAFF, ["TIKTOK", "TIKTOK"], "UNCHANGED"),
        (STAFF, ["TIKTOK", "INSTAGRAM"], "CHANGED"),
    ]
    for caller, platforms, outcome in steps:
        payload = await select(part, platforms, caller)
        assert payload["outcome"] == outcome
        assert set(payload["participation"]["selectedPlatforms"]) == set(platforms)
        assert payload["participation"]["requiredAction"] is None
        assert payload["userErrors"] == []
    await part.refresh_from_db()
    assert part.version == 3
    events = await ParticipationEvent.all().order_by("id")
    assert [event.actor_role for event in events] == ["INFLUENCER", "STAFF"]
    assert {(event.from_status, event.to_status) for event in events} == {("JOINED", "JOINED")}


async def test_only_the_campaigns_platforms_and_at_least_one(db: str):
    part = await joined()
    payload = await select(part, ["INSTAGRAM", "YOUTUBE"])
    assert payload["userErrors"] == [
        {"code": "PLATFORM_NOT_RELEVANT", "field": ["input", "platforms"]}
    ]
    payload = await select(part, [])
    assert payload["outcome"] == "REFUSED"
    assert payload["userErrors"] == [{"code": "INVALID_INPUT", "field": ["input", "platforms"]}]


async def test_not_where_posts_are_tracked(db: str):
    for part in (await joined(tracking=True), await joined(CampaignType.SOCIAL, tracking=True)):
        payload = await select(part, ["INSTAGRAM"])
        assert payload["userErrors"][0]["code"] == "TRANSITION_NOT_ALLOWED"
        assert payload["participation"]["status"] == "JOINED"


async def test_another_influencers_participation_is_not_there(db: str):
    part = await joined()
    stranger = await data.influencer()
    payload = await select(part, ["INSTAGRAM"], creator(stranger.pk))
    assert payload["participation"] is None
    assert payload["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "participationId"]}]
    text = operation("selectSocialMedia", "outcome")
    given = {"participationId": "x", "platforms": ["X"]}
    assert await refusal(text, ADVERTISER, input=given) == "FORBIDDEN"


async def select(part: Participation, platforms: list[str], caller: Caller = STAFF):
    [gid] = gids("Participation", part)
    return await mutate(
        "selectSocialMedia", RESULT, caller, participationId=gid, platforms=platforms
    )
