"""What holds for all mutations: who may call them, and that a dry run leaves no trace."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise import Tortoise

from models.influencer import SocialAccount
from models.webhook import Delivery, DeliveryStatus
from projection.internals import core_schema
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from schema import schema
from tests import data
from tests.engine import ADVERTISER, SERVICE, STAFF, WEBHOOKS, creator, execute, gids, operation
from tests.schema.test_contract import WITHOUT_TRIAL
from workflow.enums import (
    Action,
    CampaignStatus,
    CampaignType,
    ParticipationStatus,
    PlanStatus,
    Platform,
    Role,
)

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
STATUS = ParticipationStatus

Case = tuple[dict[str, Any], int]
"""An input by which something changes, and the influencer whom it is about."""


async def create_campaign() -> Case:
    given = {
        "title": "T",
        "brand": "B",
        "type": "SOCIAL",
        "platforms": ["X"],
        "categories": ["New"],
    }
    return given, (await data.influencer()).pk


async def update_campaign() -> Case:
    campaign = await data.campaign(status=CampaignStatus.DRAFT)
    return {"id": encode("Campaign", campaign.pk), "capacity": 5}, (await data.influencer()).pk


async def upsert_influencers() -> Case:
    campaign, person = await data.campaign(), await data.influencer()
    await data.participation(campaign, person, STATUS.WAITING)
    account = {"platform": "TIKTOK", "externalId": "new", "handle": "new", "followers": 1}
    known = {"externalId": person.external_id, "name": "Known", "accounts": [account]}
    return {"influencers": [known, {"externalId": "n", "name": "New"}]}, person.pk


async def mark_joined() -> Case:
    campaign, person = await data.campaign(), await data.influencer((INSTAGRAM, 10))
    given = {
        "campaignId": encode("Campaign", campaign.pk),
        "influencerIds": gids("Influencer", person),
    }
    return given, person.pk


async def set_availability() -> Case:
    given, person = await mark_joined()
    return given | {"availability": "UNAVAILABLE"}, person


async def participations(status: STATUS, **campaign: Any) -> Case:
    person = await data.influencer((INSTAGRAM, 10), (TIKTOK, 10))
    part = await data.participation(await data.campaign(**campaign), person, status)
    return {"participationIds": gids("Participation", part), "reason": "why"}, person.pk


async def set_applicant_status() -> Case:
    given, person = await participations(STATUS.APPLIED, selection=True)
    return given | {"status": "APPROVED"}, person


async def reopen_applications() -> Case:
    return await participations(STATUS.REJECTED, selection=True)


async def remove_participants() -> Case:
    return await participations(STATUS.JOINED)


async def participation(status: STATUS, **campaign: Any) -> Case:
    given, person = await participations(status, **campaign)
    return {"participationId": given["participationIds"][0]}, person


async def set_post_status() -> Case:
    person = await data.influencer((INSTAGRAM, 10))
    post = await data.post(await data.participation(await data.campaign(), person, STATUS.JOINED))
    return {"postIds": gids("Post", post), "status": "EFFECTIVE"}, person.pk


async def select_social_media() -> Case:
    untracked = {"type": CampaignType.AFFILIATE, "post_tracking": False}
    given, person = await participation(STATUS.JOINED, **untracked)
    return given | {"platforms": ["TIKTOK"]}, person


async def apply() -> Case:
    campaign, person = await data.campaign(), await data.influencer((INSTAGRAM, 10))
    return {"campaignId": encode("Campaign", campaign.pk)}, person.pk


async def select_account() -> Case:
    given, person = await participation(STATUS.WAITING)
    account = await SocialAccount.filter(influencer_id=person).first()
    assert account is not None
    return given | {"accountId": encode("SocialAccount", account.pk)}, person


async def connect_account() -> Case:
    campaign, person = await data.campaign(), await data.influencer()
    await data.participation(campaign, person, STATUS.WAITING)
    return {"platform": "TIKTOK", "externalId": "t", "handle": "t", "followers": 1}, person.pk


async def disconnect_account() -> Case:
    person = await data.influencer((INSTAGRAM, 10))
    account = await SocialAccount.get(influencer_id=person.pk)
    return {"accountId": encode("SocialAccount", account.pk)}, person.pk


async def withdraw() -> Case:
    return await participation(STATUS.WAITING)


async def submit_post() -> Case:
    given, person = await participation(STATUS.JOINED)
    return given | {"url": "https://www.tiktok.com/@a/video/1"}, person


async def add_referral_codes() -> Case:
    campaign = await data.referral_campaign("OLD")
    given = {"campaignId": encode("Campaign", campaign.pk), "codes": ["OLD", "NEW"]}
    return given, (await data.influencer()).pk


async def record_posts() -> Case:
    given, person = await submit_post()
    return {"posts": [given]}, person


async def record_findings() -> Case:
    given, person = await set_post_status()
    observed_at = data.NOW.isoformat()
    finding = {"postId": given["postIds"][0], "finding": "AD_FRAUD", "observedAt": observed_at}
    return {"findings": [finding]}, person


async def erase_influencer() -> Case:
    _, person = await participation(STATUS.WAITING)
    part = await data.Participation.get(influencer_id=person)
    await data.post(part, url="https://x.com/mika/status/1", reason="why")
    await data.event(part, Action.MARK_JOINED)
    return {"influencerId": encode("Influencer", person), "reason": "asked for"}, person


async def create_plan() -> Case:
    given, person = await mark_joined()
    return {"campaignId": given["campaignId"], "action": "MARK_JOINED"}, person


async def plan(status: PlanStatus, **given: Any) -> Case:
    campaign, person = await data.campaign(), await data.influencer((INSTAGRAM, 10))
    counts = {"changes": 1, "unchanged": 0, "refused": 0}
    late = data.NOW + timedelta(days=1)
    made = await data.plan(campaign, status=status, expires_at=late, **counts, **given)
    return {"id": encode("Plan", made.pk)}, person.pk


async def ready_plan() -> Case:
    return await plan(PlanStatus.READY)


async def undo_plan() -> Case:
    given, person = await plan(PlanStatus.APPLIED, changed=1, ended_at=data.NOW)
    return given | {"reason": "why"}, person


async def webhook() -> Case:
    person = await data.influencer((INSTAGRAM, 10))
    part = await data.participation(await data.campaign(), person, STATUS.JOINED)
    event, made = await data.event(part, Action.MARK_JOINED), await data.webhook()
    await data.delivery(made, event, 1, status=DeliveryStatus.FAILED, last_error="It failed.")
    return {"id": encode("Webhook", made.pk)}, person.pk


async def create_webhook() -> Case:
    _, person = await webhook()
    return {"url": "https://example.com/hook"}, person


async def update_webhook() -> Case:
    given, person = await webhook()
    return given | {"isEnabled": False}, person


async def redeliver() -> Case:
    given, person = await webhook()
    delivery = await Delivery.all().first()
    assert delivery is not None
    return given | {"deliveryId": encode("Delivery", delivery.pk)}, person


STAFF_ALONE = {
    "createCampaign": create_campaign,
    "updateCampaign": update_campaign,
    "markJoined": mark_joined,
    "reopenApplications": reopen_applications,
    "removeParticipants": remove_participants,
    "setAvailability": set_availability,
    "setPostStatus": set_post_status,
    "addReferralCodes": add_referral_codes,
    "eraseInfluencer": erase_influencer,
    "createPlan": create_plan,
    "applyPlan": ready_plan,
    "cancelPlan": ready_plan,
    "undoPlan": undo_plan,
    "createWebhook": create_webhook,
    "updateWebhook": update_webhook,
    "deleteWebhook": webhook,
    "rotateWebhookSecret": webhook,
    "redeliver": redeliver,
}
STAFF_AND_ADVERTISERS = {"setApplicantStatus": set_applicant_status}
STAFF_AND_CREATORS = {"selectSocialMedia": select_social_media}
CREATORS_ALONE = {
    "apply": apply,
    "selectAccount": select_account,
    "connectAccount": connect_account,
    "disconnectAccount": disconnect_account,
    "withdraw": withdraw,
    "submitPost": submit_post,
}
STAFF_AND_SERVICES = {"upsertInfluencers": upsert_influencers}
SERVICES_ALONE = {"recordPosts": record_posts, "recordFindings": record_findings}
FOR = {
    Role.STAFF: STAFF_ALONE | STAFF_AND_ADVERTISERS | STAFF_AND_CREATORS | STAFF_AND_SERVICES,
    Role.ADVERTISER: STAFF_AND_ADVERTISERS,
    Role.INFLUENCER: STAFF_AND_CREATORS | CREATORS_ALONE,
    Role.SERVICE: STAFF_AND_SERVICES | SERVICES_ALONE,
}
CASES = {field: case for cases in FOR.values() for field, case in cases.items()}
TRIED = [field for field in CASES if field not in WITHOUT_TRIAL]
"""Mutations that have a trial run."""
ALLOWED = {(field, role) for role, cases in FOR.items() for field in cases}


def caller_for(field: str, person: int) -> Caller:
    """Staff where they may use the mutation, else a service or the influencer."""
    if (field, Role.STAFF) in ALLOWED:
        return STAFF
    return SERVICE if (field, Role.SERVICE) in ALLOWED else creator(person)


def test_no_mutation_is_forgotten():
    mutation = core_schema(schema).mutation_type
    assert mutation is not None
    assert set(mutation.fields) == set(CASES)


async def test_each_is_for_its_roles_alone(db: str):
    for field, prepare in CASES.items():
        given, person = await prepare()
        for caller in (None, STAFF, ADVERTISER, creator(person), SERVICE):
            before = await everything()
            code = await code_of(field, given, caller)
            role = caller.role if caller else None
            if (field, role) in ALLOWED:
                assert code is None, (field, role)
                continue
            assert code == ("FORBIDDEN" if caller else "UNAUTHENTICATED"), (field, role)
            assert await everything() == before


@pytest.mark.parametrize("field", TRIED)
async def test_a_dry_run_does_everything_and_leaves_no_trace(db: str, field: str):
    given, person = await CASES[field]()
    caller = caller_for(field, person)
    before = await everything()
    tried = await run(field, given, caller, dry=True)
    assert await everything() == before
    done = await run(field, given, caller)
    assert await everything() != before
    assert tried == done


async def run(field: str, given: dict[str, Any], caller: Caller | None, *, dry: bool = False):
    text = operation(field, "userErrors { code message field }", dry=dry)
    context = context_of(caller)
    response = await execute(text, {"input": given}, context)
    assert response == {"data": {field: {"userErrors": []}}}
    return response["data"]


def context_of(caller: Caller | None) -> Context:
    return Context(caller=caller, clock=lambda: data.NOW, plain_accounts=True, webhooks=WEBHOOKS)


async def code_of(field: str, given: dict[str, Any], caller: Caller | None) -> str | None:
    """The code of the top-level error, if there is one."""
    context = context_of(caller)
    text = operation(field, "userErrors { code }")
    response = await execute(text, {"input": given}, context)
    for error in response.get("errors", ()):
        assert error.get("path") == ([field] if caller else None)
        return error["extensions"]["code"]
    return None


async def everything() -> dict[str, list[str]]:
    """All rows of all tables."""
    apps: Any = Tortoise.apps
    return {
        name: sorted(map(repr, await model.all().values()))
        for name, model in apps["models"].items()
    }
