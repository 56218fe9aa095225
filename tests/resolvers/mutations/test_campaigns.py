"""`createCampaign` and `updateCampaign`."""

from typing import Any

import pytest

from models.campaign import Campaign
from resolvers.ids import encode
from resolvers.mutations.campaign_input import web_url
from resolvers.pipeline.validation import Form
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, answer, creator, mutate, operation, refusal
from workflow.enums import CampaignStatus, CampaignType, ParticipationStatus, Platform

FIELDS = """
    id title brand advertiserId description coverImageUrl reward hashtags mentions type
    selection affiliateKind postTracking platforms countries categories followersMin followersMax
    capacity placesTaken
    applicationDeadline startsAt endsAt status
"""
PAYLOAD = f"campaign {{ {FIELDS} }} userErrors {{ code message field }}"
LEAST: dict[str, Any] = {
    "title": "Spring",
    "brand": "Acme",
    "type": "SOCIAL",
    "platforms": ["INSTAGRAM"],
}
FULL: dict[str, Any] = {
    "title": "  Spring 春  ",
    "brand": "Acme",
    "advertiserId": "acme",
    "description": "Long",
    "coverImageUrl": "https://img.example/a.png",
    "reward": "100 USD",
    "hashtags": ["#spring", "#acme"],
    "mentions": ["@acme"],
    "type": "AFFILIATE",
    "selection": True,
    "affiliateKind": "ECOMMERCE",
    "postTracking": False,
    "platforms": ["X", "INSTAGRAM"],
    "countries": ["TH", "JP", "JP"],
    "categories": ["Beauty", "ＢＥＡＵＴＹ", "Food"],
    "followersMin": 100,
    "followersMax": 100,
    "capacity": 0,
    "applicationDeadline": "2026-01-01T00:00:00.123456+09:00",
    "startsAt": "2026-01-02T00:00:00Z",
    "endsAt": "2026-01-02T00:00:00Z",
    "status": "ONGOING",
}


async def created(**given: Any) -> dict[str, Any]:
    return await mutate("createCampaign", PAYLOAD, **{**LEAST, **given})


async def updated(campaign: Campaign, **given: Any) -> dict[str, Any]:
    return await mutate("updateCampaign", PAYLOAD, id=encode("Campaign", campaign.pk), **given)


def refused(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Code and field of each refusal."""
    return [(error["code"], ".".join(error["field"][1:])) for error in payload["userErrors"]]


async def test_a_campaign_is_created_with_all_that_is_said(db: str):
    payload = await created(**FULL)
    assert payload["userErrors"] == []
    campaign = payload["campaign"]
    assert campaign == FULL | {
        "id": campaign["id"],
        "title": "Spring 春",
        "platforms": ["INSTAGRAM", "X"],
        "countries": ["JP", "TH"],
        "categories": ["Beauty", "Food"],
        "placesTaken": 0,
        "applicationDeadline": "2025-12-31T15:00:00.123456Z",
    }
    found = await answer('{ campaigns(filter: {search: "ＳＰＲ"}) { nodes { id } } }')
    assert found["campaigns"]["nodes"] == [{"id": campaign["id"]}]


async def test_what_is_left_out_has_its_default(db: str):
    campaign = (await created())["campaign"]
    assert campaign["status"] == "DRAFT"
    assert (campaign["selection"], campaign["affiliateKind"]) == (False, None)
    assert campaign["postTracking"] is True
    assert campaign["description"] == ""
    assert campaign["hashtags"] == campaign["categories"] == campaign["countries"] == []
    for name in ("advertiserId", "capacity", "followersMin", "endsAt", "coverImageUrl", "reward"):
        assert campaign[name] is None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": " "}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"brand": "a\0"}, "brand"),
    ({"description": "x" * 10_001}, "description"),
    ({"reward": "x" * 2_001}, "reward"),
    ({"advertiserId": "x" * 201}, "advertiserId"),
    ({"coverImageUrl": "javascript:alert(1)"}, "coverImageUrl"),
    ({"coverImageUrl": "https:///a.png"}, "coverImageUrl"),
    ({"coverImageUrl": f"https://img.example/{'x' * 2_048}"}, "coverImageUrl"),
    ({"hashtags": ["#"] * 31}, "hashtags"),
    ({"hashtags": ["#a", "x" * 101]}, "hashtags.1"),
    ({"mentions": ["@a", " "]}, "mentions.1"),
    ({"postTracking": False}, "postTracking"),
    ({"type": "AFFILIATE"}, "affiliateKind"),
    ({"type": "SOCIAL", "affiliateKind": "URL_TRACKING"}, "affiliateKind"),
    ({"platforms": []}, "platforms"),
    ({"countries": ["JP", "jp"]}, "countries.1"),
    ({"countries": ["XX"]}, "countries.0"),
    ({"categories": ["x"] * 51}, "categories"),
    ({"followersMin": -1}, "followersMin"),
    ({"followersMin": 2, "followersMax": 1}, "followersMax"),
    ({"capacity": -1}, "capacity"),
    ({"startsAt": "2026-01-02T00:00:00Z", "endsAt": "2026-01-02T00:00:00+01:00"}, "endsAt"),
]


@pytest.mark.parametrize(("wrong", "path"), [*WRONG, ({"status": "COMPLETED"}, "status")])
async def test_bad_input_creates_nothing(db: str, wrong: dict[str, Any], path: str):
    payload = await created(**wrong)
    assert refused(payload) == [("INVALID_INPUT", path)]
    assert payload["campaign"] is None
    assert await Campaign.all().count() == 0


@pytest.mark.parametrize(("wrong", "path"), WRONG)
async def test_bad_input_updates_nothing(db: str, wrong: dict[str, Any], path: str):
    campaign = await data.campaign(status=CampaignStatus.DRAFT)
    before = await Campaign.get(id=campaign.pk).values()
    assert refused(await updated(campaign, **wrong)) == [("INVALID_INPUT", path)]
    assert await Campaign.get(id=campaign.pk).values() == before


async def test_all_that_is_wrong_is_told_at_once(db: str):
    payload = await created(title="", capacity=-1, followersMin=2, followersMax=1)
    assert {path for _, path in refused(payload)} == {"title", "capacity", "followersMax"}


async def test_what_is_left_out_stays_and_null_clears(db: str):
    campaign = await data.campaign(
        title="Old", reward="gold", capacity=5, starts_at=NOW, followers_min=3
    )
    payload = await updated(campaign, title=" New ", reward=None, capacity=None, startsAt=None)
    assert payload["userErrors"] == []
    changed = payload["campaign"]
    assert (changed["title"], changed["brand"], changed["followersMin"]) == ("New", "Brand", 3)
    assert changed["reward"] is changed["capacity"] is changed["startsAt"] is None
    found = await answer('{ campaigns(filter: {search: "old"}) { totalCount } }')
    assert found["campaigns"]["totalCount"] == 0
    found = await answer('{ campaigns(filter: {search: "new"}) { totalCount } }')
    assert found["campaigns"]["totalCount"] == 1


@pytest.mark.parametrize(
    "name",
    [
        "title", "brand", "description", "hashtags", "mentions", "type", "selection",
        "postTracking", "platforms", "countries", "categories", "status",
    ],
)  # fmt: skip
async def test_null_is_refused_where_there_must_be_a_value(db: str, name: str):
    campaign = await data.campaign()
    assert refused(await updated(campaign, **{name: None})) == [("INVALID_INPUT", name)]


async def test_rules_are_checked_together_with_what_stays(db: str):
    campaign = await data.campaign(followers_max=10, ends_at=NOW)
    payload = await updated(campaign, followersMin=11, startsAt="2026-11-24T09:30:00.123457Z")
    assert refused(payload) == [("INVALID_INPUT", "followersMax"), ("INVALID_INPUT", "endsAt")]


async def test_after_draft_some_things_are_fixed(db: str):
    campaign = await data.campaign(type=CampaignType.AFFILIATE)
    payload = await updated(campaign, type="SOCIAL", advertiserId="other")
    assert refused(payload) == [
        ("TRANSITION_NOT_ALLOWED", "type"), ("TRANSITION_NOT_ALLOWED", "advertiserId"),
    ]  # fmt: skip
    payload = await updated(campaign, selection=True, affiliateKind="ECOMMERCE", postTracking=False)
    assert refused(payload) == [
        ("TRANSITION_NOT_ALLOWED", name) for name in ("selection", "affiliateKind", "postTracking")
    ]
    payload = await updated(campaign, platforms=["INSTAGRAM", "X"])
    assert refused(payload) == [("TRANSITION_NOT_ALLOWED", "platforms")]
    payload = await updated(campaign, platforms=["INSTAGRAM", "TIKTOK", "X"])
    assert payload["campaign"]["platforms"] == ["INSTAGRAM", "TIKTOK", "X"]
    assert (await updated(campaign, type="AFFILIATE", advertiserId="acme"))["userErrors"] == []


async def test_a_draft_can_change_in_everything(db: str):
    campaign = await data.campaign(status=CampaignStatus.DRAFT)
    payload = await updated(campaign, **FULL)
    assert payload["userErrors"] == []
    assert payload["campaign"]["type"] == "AFFILIATE"
    assert (payload["campaign"]["selection"], payload["campaign"]["affiliateKind"]) == (
        True,
        "ECOMMERCE",
    )
    assert payload["campaign"]["platforms"] == ["INSTAGRAM", "X"]
    assert payload["campaign"]["status"] == "ONGOING"


FORWARD = {
    ("DRAFT", "UPCOMING"), ("DRAFT", "ONGOING"), ("DRAFT", "COMPLETED"), ("DRAFT", "CANCELLED"),
    ("UPCOMING", "ONGOING"), ("UPCOMING", "COMPLETED"), ("UPCOMING", "CANCELLED"),
    ("ONGOING", "COMPLETED"), ("ONGOING", "CANCELLED"),
}  # fmt: skip


async def test_a_campaign_that_becomes_social_has_no_kind_any_more(db: str):
    campaign = await data.campaign(type=CampaignType.AFFILIATE, status=CampaignStatus.DRAFT)
    assert refused(await updated(campaign, affiliateKind=None)) == [
        ("INVALID_INPUT", "affiliateKind")
    ]
    kind = str(campaign.affiliate_kind)
    assert refused(await updated(campaign, type="SOCIAL", affiliateKind=kind)) == [
        ("INVALID_INPUT", "affiliateKind")
    ]
    payload = await updated(campaign, type="SOCIAL")
    assert payload["userErrors"] == []
    assert (payload["campaign"]["type"], payload["campaign"]["affiliateKind"]) == ("SOCIAL", None)
    payload = await updated(campaign, type="AFFILIATE", affiliateKind="REFERRAL_CODE")
    assert payload["campaign"]["affiliateKind"] == "REFERRAL_CODE"


async def test_status_moves_forward_only(db: str):
    for before in CampaignStatus:
        for after in CampaignStatus:
            campaign = await data.campaign(status=before)
            payload = await updated(campaign, status=after.value)
            if before is after or (before, after) in FORWARD:
                assert payload["userErrors"] == []
                assert payload["campaign"]["status"] == after
            else:
                assert refused(payload) == [("TRANSITION_NOT_ALLOWED", "status")]
                assert payload["campaign"]["status"] == before


@pytest.mark.parametrize("status", [CampaignStatus.COMPLETED, CampaignStatus.CANCELLED])
async def test_nothing_changes_in_the_end(db: str, status: CampaignStatus):
    campaign = await data.campaign(status=status)
    payload = await updated(campaign, title="New", capacity=3)
    assert refused(payload) == [
        ("TRANSITION_NOT_ALLOWED", "title"), ("TRANSITION_NOT_ALLOWED", "capacity"),
    ]  # fmt: skip
    assert (await updated(campaign, title=campaign.title))["userErrors"] == []


async def test_capacity_is_not_below_the_places_taken(db: str):
    campaign = await data.campaign()
    for _ in range(2):
        await data.participation(campaign, await data.influencer(), ParticipationStatus.JOINED)
    assert refused(await updated(campaign, capacity=1)) == [("CAPACITY_REACHED", "capacity")]
    payload = await updated(campaign, capacity=2)
    assert (payload["campaign"]["capacity"], payload["campaign"]["placesTaken"]) == (2, 2)


async def test_what_changes_nothing_leaves_the_row_alone(db: str):
    created_id = (await created(**FULL))["campaign"]["id"]
    campaign = await Campaign.get(id=int(created_id.rpartition("/")[2]))
    later = NOW.replace(year=2027)
    data_ = await answer(
        operation("updateCampaign", PAYLOAD), now=later, input={"id": created_id, **FULL}
    )
    assert data_["updateCampaign"]["userErrors"] == []
    assert (await Campaign.get(id=campaign.pk)).updated_at == NOW


async def test_new_rules_decide_who_sees_it(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.INSTAGRAM, 10), categories=["Food"])
    query = f'{{ campaign(id: "{encode("Campaign", campaign.pk)}") {{ id }} }}'
    await updated(campaign, categories=["ＦＯＯＤ", "Cars"])
    assert (await answer(query, creator(person.pk)))["campaign"] is not None
    await updated(campaign, categories=["Cars"])
    assert (await answer(query, creator(person.pk)))["campaign"] is None


async def test_unknown_campaigns_are_not_found(db: str):
    for given in ("nonsense", "gid://joinery/Campaign/999999", "gid://joinery/Influencer/1"):
        payload = await mutate("updateCampaign", PAYLOAD, id=given, title="x")
        assert refused(payload) == [("NOT_FOUND", "id")]
        assert payload["campaign"] is None


async def test_only_staff_keep_campaigns(db: str):
    for caller in (ADVERTISER, creator(1)):
        for field, given in (("createCampaign", LEAST), ("updateCampaign", {"id": "x"})):
            query = operation(field, "userErrors { code }")
            assert await refusal(query, caller, input=given) == "FORBIDDEN"


async def test_a_dry_run_creates_and_changes_nothing(db: str):
    payload = await mutate("createCampaign", PAYLOAD, dry=True, **LEAST)
    assert payload["campaign"]["title"] == "Spring"
    campaign = await data.campaign(title="Old")
    payload = await mutate(
        "updateCampaign", PAYLOAD, dry=True, id=encode("Campaign", campaign.pk), title="New"
    )
    assert payload["campaign"]["title"] == "New"
    assert [row.title for row in await Campaign.all()] == ["Old"]


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("HTTPS://img.example/a.png?b#c", True),
        ("http://例え.jp", True),
        ("https://", False),
        ("https://?a", False),
        ("https://img.example/a b", False),  # an import brings what no scalar has looked at
        ("ftp://img.example/a", False),
        ("img.example/a.png", False),
    ],
)
def test_a_picture_is_named_by_a_web_url(url: str, is_good: bool):
    form = Form()
    assert web_url(form, url, "coverImageUrl") == url
    assert (not form.refusals) is is_good
