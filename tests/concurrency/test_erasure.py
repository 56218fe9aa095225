"""Erasure at the same time as other mutations: no personal data are left, in any order."""

import asyncio
from typing import Any

from models.campaign import Campaign
from models.influencer import Influencer, InfluencerSearch, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from models.plan import Plan
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.concurrency.test_waiting import other_writer, until_someone_waits
from tests.engine import STAFF, creator, execute, operation
from tests.resolvers.plans.planning import created, key_of, look
from workflow.enums import ParticipationStatus, Platform

STATUS = ParticipationStatus
TURNS = 8
UNDECIDED = (STATUS.WAITING, STATUS.APPLIED, STATUS.REVIEWING)
REFUSALS = {
    "UNAUTHENTICATED",
    "NOT_FOUND",
    "INVALID_INPUT",  # an upsert of an erased influencer
    "ACCOUNT_REQUIRED",  # `apply` must choose one of two accounts that were just connected
    "TRANSITION_NOT_ALLOWED",
}
TOLD = {"reason": "Mika, a friend", "message": "Dear Mika"}


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def test_nothing_is_left_whatever_happens_at_the_same_moment(db: str):
    for turn in range(TURNS):
        person = await data.influencer((Platform.TIKTOK, 10), name=f"Mika {turn}")
        campaigns = [await data.campaign(selection=number % 2 == 1) for number in range(4)]
        waits = await data.participation(campaigns[0], person, STATUS.WAITING)
        joined = await data.participation(campaigns[2], person, STATUS.JOINED)
        them = creator(person.pk)
        marking: dict[str, Any] = {"influencerIds": [gid(person)], **TOLD}
        calls = [
            said("eraseInfluencer", influencerId=gid(person), reason="asked for"),
            said("eraseInfluencer", influencerId=gid(person), reason="asked for"),
            said("markJoined", campaignId=gid(campaigns[1]), **marking),
            said("markJoined", campaignId=gid(campaigns[0]), **marking),
            said("apply", them, campaignId=gid(campaigns[3])),
            said("connectAccount", them, **account(f"own-{turn}")),
            said("withdraw", them, participationId=gid(waits), reason="Mika leaves"),
            said("submitPost", them, participationId=gid(joined), url=f"{TIKTOK}/{turn}7"),
            said(
                "upsertInfluencers",
                influencers=[
                    {
                        "externalId": person.external_id,
                        "name": "Mika anew",
                        "email": "mika@example.com",
                        "accounts": [account(f"told-{turn}")],
                    }
                ],
            ),
        ]
        order = [*calls[turn:], *calls[:turn]]
        codes = {code for each in await asyncio.gather(*order) for code in each}
        assert codes <= REFUSALS
        await nothing_is_left_of(person)


TIKTOK = "https://www.tiktok.com/@mika/video"


def account(name: str) -> dict[str, Any]:
    return {"platform": "TIKTOK", "externalId": name, "handle": f"mika.{name}", "followers": 10}


async def said(field: str, caller: Caller = STAFF, **given: Any) -> set[str]:
    """Run a mutation; return the codes of its refusals."""
    context = Context(caller=caller, plain_accounts=True)
    response = await execute(operation(field, "userErrors { code }"), {"input": given}, context)
    if "errors" in response:
        return {error["extensions"]["code"] for error in response["errors"]}
    return {error["code"] for error in response["data"][field]["userErrors"]}


async def nothing_is_left_of(person: Influencer) -> None:
    row = await Influencer.get(id=person.pk)
    assert (row.name, row.email, row.platforms, row.followers) == ("Erased", None, 0, 0)
    assert (await InfluencerSearch.get(influencer_id=person.pk)).text == "erased"
    for each in await SocialAccount.filter(influencer_id=person.pk):
        assert each.disconnected_at
        assert each.handle == "Erased"
    parts = await Participation.filter(influencer_id=person.pk)
    assert not {part.status for part in parts} & {*UNDECIDED}
    for post in await Post.filter(participation_id__in=[part.pk for part in parts]):
        assert "mika" not in post.url
    for event in await ParticipationEvent.filter(influencer_id=person.pk):
        assert (event.actor_name, event.message) in ((None, None), ("Mika Sato", None))
        assert event.reason == ("asked for" if event.action == "ERASE" else None)
    for part in parts:
        of = await Campaign.get(id=part.campaign_id)
        assert of.places_taken == (part.status in (STATUS.APPROVED, STATUS.JOINED))


async def test_an_erasure_that_waits_for_a_campaign_removes_who_was_marked_in_it_meanwhile(
    db: str,
):
    person, campaigns = await data.influencer(), [await data.campaign() for _ in range(2)]
    waits = await data.participation(campaigns[0], person, STATUS.WAITING)
    async with other_writer(db) as other:
        await other.execute("SELECT FROM campaign WHERE id = $1 FOR UPDATE", campaigns[0].pk)
        erasing = asyncio.create_task(
            said("eraseInfluencer", influencerId=gid(person), reason="asked for")
        )
        await until_someone_waits()
        await other.execute(
            "INSERT INTO participation (campaign_id, influencer_id, status, origin, round, version,"
            " selected_platforms, followers, created_at, updated_at)"
            " SELECT $1, influencer_id, status, origin, round, version, selected_platforms,"
            " followers, created_at, updated_at FROM participation WHERE id = $2",
            campaigns[1].pk,
            waits.pk,
        )
    assert await erasing == set()
    statuses = {part.status for part in await Participation.filter(influencer_id=person.pk)}
    assert statuses == {STATUS.REMOVED}


async def test_an_erasure_that_waits_for_a_plan_holds_no_campaign_for_which_the_plan_waits(
    db: str,
):
    person, campaign = await data.influencer((Platform.TIKTOK, 10)), await data.campaign()
    plan = await created(campaign.pk, "MARK_JOINED", reason="Mika")
    waits = await data.participation(await data.campaign(), person, STATUS.WAITING)
    async with other_writer(db) as other:
        await other.execute("SELECT FROM plan FOR UPDATE")
        erasing = asyncio.create_task(
            said("eraseInfluencer", influencerId=gid(person), reason="asked for")
        )
        await until_someone_waits(other)
        await other.execute(
            "SELECT FROM campaign WHERE id = $1 FOR UPDATE NOWAIT", waits.campaign_id
        )
    assert await erasing == set()
    assert (await look(plan["id"]))["reason"] is None


async def test_a_plan_that_becomes_theirs_while_an_erasure_waits_loses_its_texts_too(db: str):
    person, campaign = await data.influencer((Platform.TIKTOK, 10)), await data.campaign()
    await data.participation(campaign, person, STATUS.WAITING)
    plan = await created(campaign.pk, "REMOVE", reason="Mika")
    await Plan.filter(id=key_of(plan["id"])).update(status="APPLYING")
    async with other_writer(db) as other:
        await other.execute("SELECT FROM campaign WHERE id = $1 FOR UPDATE", campaign.pk)
        erasing = asyncio.create_task(
            said("eraseInfluencer", influencerId=gid(person), reason="asked for")
        )
        await until_someone_waits(other)
        await other.execute("UPDATE plan SET status = 'CANCELLED'")
    assert await erasing == set()
    assert (await look(plan["id"]))["reason"] is None
