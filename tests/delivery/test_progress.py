"""Subscriptions to the progress of plans: as it is now, each step, and the end."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from delivery import progress as progress_module
from delivery.live import running
from delivery.progress import Progress
from resolvers.caller import Caller
from resolvers.ids import encode
from resolvers.plans import applying
from tests import data
from tests.delivery.test_live import Listener, subscription
from tests.engine import ADVERTISER, SERVICE, STAFF, creator
from tests.resolvers.plans.planning import created, frozen, key_of, mutate

FOLLOW = """subscription($id: ID!) { planProgressed(id: $id) {
    id status summary { changed } progress { total done changed drifted } } }"""


class Follower(Listener):
    """A subscriber to a plan."""

    @property
    def steps(self) -> list[tuple[str, int]]:
        return [(plan["status"], plan["progress"]["done"]) for plan in self.told]

    async def until(self, number: int) -> list[str]:
        async with asyncio.timeout(20):
            while len(self.told) < number:
                await asyncio.sleep(0.005)
        return []

    async def completed(self) -> None:
        """Wait for the end, which is no error."""
        async with asyncio.timeout(20):
            while not self.has_ended:
                await asyncio.sleep(0.005)
        assert self.error is None


@pytest.fixture
async def progress(db: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Progress]:
    """The subscriptions to plans of this process."""
    monkeypatch.setattr(progress_module, "LOOK_SECONDS", 0.01)
    async with running(Progress()) as progress:
        yield progress


def follow(progress: Progress, plan: str, caller: Caller = STAFF) -> Follower:
    follower = Follower()
    progress.subscribe(subscription(FOLLOW, caller, id=plan), follower)
    return follower


async def new_plan(size: int) -> str:
    campaign = await data.campaign()
    await data.crowd(size)
    given = {"campaignId": encode("Campaign", campaign.id), "action": "MARK_JOINED"}
    return (await mutate("createPlan", **given))["plan"]["id"]


async def test_a_plan_is_followed_from_what_it_is_now_to_its_end(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    plan = await new_plan(5)
    follower = follow(progress, plan)
    await follower.until(1)
    await frozen(plan)
    await follower.until(2)
    await mutate("applyPlan", id=plan)
    for told in (3, 4, 5):
        await follower.until(told)
        await applying.apply_chunk(key_of(plan))

    await follower.completed()

    assert follower.steps == [
        ("PREPARING", 0),
        ("READY", 0),
        ("APPLYING", 0),
        ("APPLYING", 2),
        ("APPLYING", 4),
        ("APPLIED", 5),
    ]
    assert [told["summary"] for told in follower.told[:2]] == [None, {"changed": 5}]


async def test_each_who_follows_is_told_the_same(progress: Progress) -> None:
    plan = await new_plan(1)
    early = [follow(progress, plan) for _ in range(3)]
    other = follow(progress, await new_plan(0))
    for follower in (*early, other):
        await follower.until(1)
    await mutate("cancelPlan", id=plan)
    late = follow(progress, plan)
    for follower in (*early, late):
        await follower.completed()

    assert [follower.steps for follower in early] == [[("PREPARING", 0), ("CANCELLED", 0)]] * 3
    assert late.steps == [("CANCELLED", 0)]
    assert (other.steps, other.has_ended) == ([("PREPARING", 0)], False)


async def test_whoever_has_left_is_told_nothing_more(progress: Progress) -> None:
    plan = await new_plan(1)
    gone, stays = Follower(), follow(progress, plan)
    leave = progress.subscribe(subscription(FOLLOW, id=plan), gone)
    await gone.until(1)
    leave()
    await mutate("cancelPlan", id=plan)
    await stays.completed()

    assert (gone.steps, gone.has_ended) == ([("PREPARING", 0)], False)


@pytest.mark.parametrize("caller", [ADVERTISER, SERVICE, creator(1)])
async def test_following_is_for_staff(progress: Progress, caller: Caller) -> None:
    plan = await created((await data.campaign()).id, "MARK_JOINED")
    follower = follow(progress, plan["id"], caller)

    assert await follower.ended() == "FORBIDDEN"
    assert follower.told == []


@pytest.mark.parametrize("gid", ["x", encode("Plan", 999), encode("Campaign", 1)])
async def test_an_unknown_plan_cannot_be_followed(progress: Progress, gid: str) -> None:
    assert await follow(progress, gid).ended() == "INVALID_INPUT"


async def test_a_look_that_fails_is_taken_again(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_module, "RETRY_SECONDS", 0.01)
    plan = await new_plan(1)
    follower = follow(progress, plan)
    await follower.until(1)
    look, failures = progress._look, 0  # pyright: ignore[reportPrivateUsage]

    async def fails() -> None:
        nonlocal failures
        failures += 1
        if failures < 3:
            raise ConnectionError
        await look()

    monkeypatch.setattr(progress, "_look", fails)
    await mutate("cancelPlan", id=plan)

    await follower.completed()
    assert failures >= 3
