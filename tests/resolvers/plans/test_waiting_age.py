"""The metric of the oldest plan that makes no progress, by status."""

import asyncio
from datetime import timedelta

import pytest

from background.worker import Worker
from models.plan import Plan
from resolvers.context import utc_now
from resolvers.plans import applying, waiting_age
from telemetry.metrics import PLAN_AGE
from tests import data
from tests.data import NOW
from tests.resolvers.plans.planning import created, key_of, mutate
from workflow.enums import PlanStatus

MINUTE = timedelta(minutes=1)


def ages() -> dict[str, float]:
    """The age of the oldest plan by status."""
    return {status: seconds for _, [status], [seconds] in PLAN_AGE.samples()}


async def test_the_oldest_plan_that_waits_counts_by_status(db: str) -> None:
    campaign = await data.campaign()
    for minutes in (1, 3, 2):
        await data.plan(campaign, status=PlanStatus.PREPARING, created_at=NOW - minutes * MINUTE)
    await data.plan(campaign, status=PlanStatus.CANCELLED, created_at=NOW - 9 * MINUTE)

    await waiting_age.measure(NOW)

    assert ages() == {"PREPARING": 180, "APPLYING": 0}


async def test_a_plan_that_is_applied_waits_from_its_start(db: str) -> None:
    """As those that were begun by a process of an earlier version."""
    campaign = await data.campaign()
    long_ago = NOW - timedelta(days=1)
    await data.plan(
        campaign,
        status=PlanStatus.APPLYING,
        changes=1,
        created_at=long_ago,
        started_at=NOW - MINUTE,
    )

    await waiting_age.measure(NOW)

    assert ages() == {"PREPARING": 0, "APPLYING": 60}


async def test_a_plan_that_comes_further_is_young_again(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    await data.crowd(4)
    plan = await created((await data.campaign()).id, "MARK_JOINED")
    long_ago = NOW - timedelta(days=1)
    await Plan.all().update(created_at=long_ago)
    for step in (lambda: mutate("applyPlan", id=plan["id"]), lambda: apply_chunk(plan["id"])):
        await step()
        [row] = await Plan.all()
        assert row.progressed_at is not None
        assert row.progressed_at > long_ago
        await waiting_age.measure(row.progressed_at + MINUTE)
        assert ages() == {"PREPARING": 0, "APPLYING": 60}
        await Plan.all().update(progressed_at=long_ago)


async def apply_chunk(plan: str) -> None:
    await applying.apply_chunk(key_of(plan))


async def test_a_process_that_measures_no_more_sets_no_age(db: str) -> None:
    """As Prometheus is told of all processes' ages added up."""
    await waiting_age.measure(utc_now())  # another test may have left an age
    await data.plan(await data.campaign(), status=PlanStatus.PREPARING, created_at=NOW)
    worker: Worker = waiting_age.worker
    measuring = asyncio.create_task(worker.run())
    async with asyncio.timeout(10):
        while not ages().get("PREPARING"):
            await asyncio.sleep(0.01)
    measuring.cancel()
    await asyncio.gather(measuring, return_exceptions=True)
    assert ages() == {"PREPARING": 0, "APPLYING": 0}
