"""Plans beside everything else: each item is tried once, whoever works, dies or interferes."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from database.session import run
from models.campaign import Campaign
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from resolvers.plans import applying
from tests import data, engine
from tests.engine import creator
from tests.live import ROOT
from tests.resolvers.plans.planning import created, items, key_of, look, mutate
from workflow.enums import Action, ParticipationStatus


async def _plan(size: int, **given: Any) -> tuple[Campaign, dict[str, Any], list[int]]:
    people = await data.crowd(size)
    campaign = await data.campaign(**given)
    plan = await created(campaign.id, "MARK_JOINED")
    assert (await mutate("applyPlan", id=plan["id"]))["userErrors"] == []
    return campaign, plan, people


async def _came_out_right(campaign: Campaign, plan: dict[str, Any]) -> dict[str, Any]:
    """Compare the plan with its events, and check that nobody was moved twice; return the plan."""
    plan = await look(plan["id"])
    events = await ParticipationEvent.filter(plan_id=key_of(plan["id"]))
    moved = Counter(event.influencer_id for event in events)
    assert set(moved.values()) <= {1}
    progress = plan["progress"]
    assert progress["changed"] == len(moved)
    assert progress["done"] == progress["changed"] + progress["drifted"]
    done = await items(plan, state=["DONE"])
    assert {item["influencer"]["id"] for item in done} == {encode("Influencer", i) for i in moved}
    assert len(await items(plan, state=["DRIFTED"])) == progress["drifted"]
    await campaign.refresh_from_db()
    joined = [ParticipationStatus.JOINED, ParticipationStatus.APPROVED]
    parts = Participation.filter(campaign_id=campaign.id, status__in=joined)
    assert campaign.places_taken == await parts.count()
    return plan


async def test_several_who_apply_a_plan_at_once_try_each_item_once(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 5)
    campaign, plan, _ = await _plan(40)

    await asyncio.gather(*(applying.apply_chunk(key_of(plan["id"])) for _ in range(12)))

    plan = await _came_out_right(campaign, plan)
    assert plan["status"] == "APPLIED"
    assert plan["progress"] == {"total": 40, "done": 40, "changed": 40, "drifted": 0}


async def test_a_plan_is_cancelled_between_chunks_whoever_is_at_work(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 5)
    campaign, plan, _ = await _plan(40)
    key = key_of(plan["id"])
    chunks: list[Awaitable[Any]] = [applying.apply_chunk(key) for _ in range(4)]

    await asyncio.gather(*chunks[:2], mutate("cancelPlan", id=plan["id"]), *chunks[2:])

    plan = await _came_out_right(campaign, plan)
    assert plan["status"] == "CANCELLED"
    assert plan["progress"]["done"] % 5 == 0


async def test_single_actions_go_on_beside_a_plan(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "CHUNK", 5)
    campaign, plan, people = await _plan(60, capacity=80)
    dice = random.Random(1)

    async def act(person: int) -> None:
        await asyncio.sleep(dice.random() / 3)
        match person % 4:
            case 0:
                await _mark(campaign, person)
            case 1:
                await _connect(person)
            case 2:
                capacity = dice.randint(60, 90)
                await engine.mutate(
                    "updateCampaign",
                    "userErrors { code }",
                    id=encode("Campaign", campaign.id),
                    capacity=capacity,
                )
            case _:
                await _remove(person)

    await asyncio.gather(applying.apply_all(), *(act(person) for person in people[::2]))

    plan = await _came_out_right(campaign, plan)
    assert plan["status"] == "APPLIED"
    assert plan["progress"]["done"] == 60


async def _mark(campaign: Campaign, person: int) -> None:
    await engine.mutate(
        "markJoined",
        "userErrors { code }",
        campaignId=encode("Campaign", campaign.id),
        influencerIds=[encode("Influencer", person)],
    )


async def _connect(person: int) -> None:
    context = engine.Context(caller=creator(person), plain_accounts=True)
    document = engine.operation("connectAccount", "userErrors { code }")
    given = {"platform": "TIKTOK", "externalId": f"t{person}", "handle": "t", "followers": 1}
    answer = await engine.execute(document, {"input": given}, context)
    assert answer["data"]["connectAccount"]["userErrors"] == []


async def _remove(person: int) -> None:
    parts = await Participation.filter(influencer_id=person)
    ids = [encode("Participation", part.id) for part in parts]
    if ids:
        await engine.mutate(
            "removeParticipants", "userErrors { code }", participationIds=ids, reason="why"
        )


@asynccontextmanager
async def _planner(url: str, chunk: int) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that applies plans, killed at the end."""
    module = ("-m", "tests.concurrency.planner", url, str(chunk))
    process = await asyncio.create_subprocess_exec(sys.executable, *module, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def _kill_again_and_again(
    url: str, plan: dict[str, Any], kills: int, chunk: int, *, waits: bool
) -> int:
    """Kill who applies the plan this often, each time after it has come further; let the last end.

    Return how often the plan had come further. Unless it `waits`, the lease, which lasts half a
    minute on SQLite, ends at once.
    """
    dice = random.Random(kills)
    steps = 0
    for number in range(kills + 1):
        before = (await look(plan["id"]))["progress"]["done"]
        async with _planner(url, chunk), asyncio.timeout(60):
            while True:
                now = await look(plan["id"])
                if now["status"] != "APPLYING":
                    return steps
                if number < kills and now["progress"]["done"] > before:
                    break
                await asyncio.sleep(0.005)
            steps += 1
            await asyncio.sleep(dice.random() / 20)
        if not waits:
            await run("DELETE FROM lease")
    return steps


@pytest.mark.slow
async def test_a_plan_goes_on_where_its_worker_was_killed(db: str) -> None:
    campaign, plan, _ = await _plan(2_000)

    kills = await _kill_again_and_again(db, plan, 3, 50, waits=False)

    assert kills == 3
    plan = await _came_out_right(campaign, plan)
    assert plan["progress"] == {"total": 2_000, "done": 2_000, "changed": 2_000, "drifted": 0}


@pytest.mark.fault
@pytest.mark.slow
async def test_twenty_kills_in_a_plan_of_twenty_thousand(db: str) -> None:
    campaign, plan, _ = await _plan(20_000)

    kills = await _kill_again_and_again(db, plan, 20, 250, waits=not db.startswith("sqlite"))

    assert kills == 20
    plan = await _came_out_right(campaign, plan)
    assert plan["status"] == "APPLIED"
    assert plan["progress"]["changed"] == 20_000
    assert await ParticipationEvent.filter(action=Action.MARK_JOINED).count() == 20_000
