"""The kept numbers of the Select influencer tab are those of a count, whoever wrote at once."""

import asyncio
import sys
from random import Random
from typing import Any

import pytest

from models.availability import AvailabilityCount
from models.campaign import Campaign
from models.influencer import Influencer, SocialAccount
from models.participation import Participation
from resolvers.availability import worker as availability_worker
from resolvers.availability.writers import RULES_LOCK, invalidate
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.concurrency.test_creators import connected
from tests.concurrency.test_waiting import other_writer
from tests.data import NOW
from tests.engine import STAFF, answer, creator, execute, operation
from workflow.enums import Platform

WRITERS, TURNS, PROCESSES = 6, 40, 3
INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK

WRITING = """
import asyncio, sys
from database.connection import connected
from tests.concurrency.test_availability_counts import write_at_once

async def main(url, seed):
    async with connected(url):
        await write_at_once(int(seed))

asyncio.run(main(*sys.argv[1:]))
"""
DYING = """
import asyncio, os, sys
from database.connection import connected
from resolvers.availability import worker as availability_worker

async def main(url):
    replace = availability_worker._replace
    async def replace_and_die(*given):
        await replace(*given)
        os._exit(9)
    availability_worker._replace = replace_and_die
    async with connected(url):
        await availability_worker.refresh()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_numbers_are_right_after_writes_of_all_kinds_at_once(db: str) -> None:
    await a_world()
    await write_at_once(1)
    await numbers_are_right()


@pytest.mark.slow
async def test_numbers_are_right_after_writes_of_several_processes(db: str) -> None:
    await a_world()
    writing = [await process(WRITING, db, str(seed)) for seed in range(2, 2 + PROCESSES)]
    assert [await one.wait() for one in writing] == [0] * PROCESSES
    await numbers_are_right()


async def test_a_count_that_died_is_done_by_the_next(db: str) -> None:
    campaign = await data.campaign()
    await data.influencer()
    await availability_worker.refresh()
    await Campaign.all().update(countries="TH")
    await invalidate(campaign.pk)

    assert await (await process(DYING, db)).wait() == 9
    row = await AvailabilityCount.get(campaign_id=campaign.pk)
    assert (row.available, row.is_stale) == (1, True)

    async with asyncio.timeout(20):
        while row.is_stale:
            await availability_worker.refresh()
            await row.refresh_from_db()
    assert row.available == 0


async def test_a_count_waits_for_who_writes_by_the_old_rule_and_nobody_waits_for_the_count(
    db: str,
) -> None:
    campaign = await data.campaign(countries=["JP"])
    moving, connecting = [await data.influencer(country=country) for country in ("JP", "TH")]
    await availability_worker.refresh()
    async with other_writer(db) as other:
        await other.execute(f"SELECT pg_advisory_xact_lock_shared({RULES_LOCK})")
        await Campaign.all().update(countries="TH")
        await invalidate(campaign.pk)
        counting = asyncio.create_task(availability_worker.refresh())
        await until_it_looks_who_writes(other)
        async with asyncio.timeout(10):
            await connected(connecting, "ig-1")
        await other.execute("UPDATE influencer SET country = 'TH' WHERE id = $1", moving.pk)
        await other.execute(
            "INSERT INTO availability_delta (campaign_id, change) VALUES ($1, -1)", campaign.pk
        )
        assert not counting.done()
    await counting
    assert (await AvailabilityCount.get(campaign_id=campaign.pk)).available == 2
    assert await _fresh_numbers_are_right() == 1


async def test_a_count_does_not_wait_for_who_begins_after_it(db: str) -> None:
    campaign = await data.campaign()
    await availability_worker.refresh()
    await invalidate(campaign.pk)
    async with other_writer(db) as late:
        async with other_writer(db) as early:
            await early.execute(f"SELECT pg_advisory_xact_lock_shared({RULES_LOCK})")
            counting = asyncio.create_task(availability_worker.refresh())
            await until_it_looks_who_writes(late)
            async with asyncio.timeout(10):
                await late.execute(f"SELECT pg_advisory_xact_lock_shared({RULES_LOCK})")
            assert not counting.done()
        async with asyncio.timeout(10):
            await counting
    assert not (await AvailabilityCount.get(campaign_id=campaign.pk)).is_stale


async def until_it_looks_who_writes(other: Any) -> None:
    looking = "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_locks%' AND state = 'idle'"
    async with asyncio.timeout(10):
        while not await other.fetch(f"{looking} AND datname = current_database()"):
            await other.execute("SELECT pg_stat_clear_snapshot()")


async def process(script: str, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", script, *words)


async def a_world() -> None:
    """A few campaigns and people; everything has been counted."""
    for number in range(4):
        await data.campaign(
            selection=bool(number % 2),
            countries=["JP"] if number == 1 else [],
            categories=["Food"] if number == 2 else [],
            followers_min=100 if number == 3 else None,
            followers_max=500 if number in (0, 3) else None,
        )
    for number in range(24):
        accounts = [(INSTAGRAM, 10), (INSTAGRAM, 1_000)][: number % 3]
        await data.influencer(*accounts, external_id=f"known-{number}")
    await availability_worker.refresh()


async def write_at_once(seed: int) -> None:
    """Several who write, and one who counts and folds all the while."""
    availability_worker.COMPACT_THRESHOLD = 3
    writing = asyncio.gather(*(Writer(seed * 100 + number).write() for number in range(WRITERS)))
    while not writing.done():
        await availability_worker.refresh()
    await writing


async def numbers_are_right() -> None:
    """Those that are fresh; and all, when they have been settled."""
    assert await Participation.all().count() > 20
    await _fresh_numbers_are_right()
    await availability_worker.refresh()
    assert (
        await _fresh_numbers_are_right()
        == await Campaign.filter(status__in=["UPCOMING", "ONGOING"]).count()
    )


async def _fresh_numbers_are_right() -> int:
    """How many open campaigns have a fresh number."""
    query = "query($id: ID!) { campaign(id: $id) { candidateCounts { status count exact } } }"
    rows = await AvailabilityCount.all().values()
    fresh = {row["campaign_id"] for row in rows if not row["is_stale"]}
    campaigns = await Campaign.all()
    kept = [await answer(query, id=encode("Campaign", campaign.pk)) for campaign in campaigns]
    await AvailabilityCount.all().delete()
    counted = [await answer(query, id=encode("Campaign", campaign.pk)) for campaign in campaigns]
    await AvailabilityCount.bulk_create([AvailabilityCount(**row) for row in rows])
    assert kept == counted
    return sum(campaign.pk in fresh and campaign.status.is_running for campaign in campaigns)


class Writer:
    """Someone who does at random whatever changes to whom a campaign is available."""

    def __init__(self, seed: int) -> None:
        self._dice = Random(seed)
        self._seed = seed

    async def write(self) -> None:
        """Take some turns."""
        acts = (
            *(self._mark, self._apply, self._leave, self._remove) * 2,
            *(self._upsert, self._connect, self._disconnect, self._override) * 2,
            self._edit,
            self._open_or_close,
            self._erase,
        )
        for _ in range(TURNS):
            await self._dice.choice(acts)()

    async def _mark(self) -> None:
        people = [encode("Influencer", key) for key in await self._people(5)]
        await self._mutate("markJoined", campaignId=await self._campaign(), influencerIds=people)

    async def _apply(self) -> None:
        [person] = await self._people(1)
        await self._mutate("apply", creator(person), campaignId=await self._campaign())

    async def _leave(self) -> None:
        for part in await self._participations(1):
            gid = encode("Participation", part.pk)
            await self._mutate("withdraw", creator(part.influencer_id), participationId=gid)

    async def _remove(self) -> None:
        gids = [encode("Participation", part.pk) for part in await self._participations(4)]
        await self._mutate("removeParticipants", participationIds=gids, reason="why")

    async def _upsert(self) -> None:
        names = [f"known-{number}" for number in self._dice.sample(range(24), 3)]
        names.append(f"new-{self._seed}-{self._dice.randint(1, 9)}")
        await self._mutate("upsertInfluencers", influencers=[self._said(name) for name in names])

    def _said(self, name: str) -> dict[str, Any]:
        return {
            "externalId": name,
            "name": name,
            "country": self._dice.choice(["JP", "TH", None]),
            "categories": self._dice.sample(["Food", "Travel", "Music"], 2),
            "accounts": [
                {
                    "platform": platform,
                    "externalId": name,
                    "handle": name,
                    "followers": self._dice.choice([10, 100, 1_000]),
                }
                for platform in self._dice.sample(["INSTAGRAM", "TIKTOK", "YOUTUBE"], 1)
            ],
        }

    async def _connect(self) -> None:
        [person] = await self._people(1)
        await self._mutate(
            "connectAccount",
            creator(person),
            platform=self._dice.choice(["INSTAGRAM", "TIKTOK"]),
            externalId=f"connected-{person}-{self._dice.randint(1, 2)}",
            handle="handle",
            followers=self._dice.choice([10, 100, 1_000]),
        )

    async def _disconnect(self) -> None:
        for account in self._some(await SocialAccount.filter(disconnected_at=None), 1):
            gid = encode("SocialAccount", account.pk)
            await self._mutate("disconnectAccount", creator(account.influencer_id), accountId=gid)

    async def _override(self) -> None:
        people = [encode("Influencer", key) for key in await self._people(4)]
        await self._mutate(
            "setAvailability",
            campaignId=await self._campaign(),
            influencerIds=people,
            availability=self._dice.choice(["AVAILABLE", "UNAVAILABLE", None]),
        )

    async def _erase(self) -> None:
        if self._dice.random() < 0.3:
            [person] = await self._people(1)
            gid = encode("Influencer", person)
            await self._mutate("eraseInfluencer", influencerId=gid, reason="why")

    async def _edit(self) -> None:
        rules: dict[str, Any] = {
            "countries": self._dice.choice([[], ["JP"], ["JP", "TH"]]),
            "categories": self._dice.choice([[], ["Food"]]),
            "followersMin": self._dice.choice([None, 50]),
            "followersMax": self._dice.choice([None, 500]),
        }
        name = self._dice.choice(list(rules))
        await self._mutate("updateCampaign", id=await self._campaign(), **{name: rules[name]})

    async def _open_or_close(self) -> None:
        if self._dice.random() < 0.3:
            await self._mutate("updateCampaign", id=await self._campaign(), status="COMPLETED")
            return
        status = self._dice.choice(["DRAFT", "ONGOING"])
        made = await self._mutate(
            "createCampaign",
            title="New",
            brand="Brand",
            type="SOCIAL",
            platforms=["INSTAGRAM"],
            countries=["JP"],
            status=status,
        )
        if status == "DRAFT":
            gid = made["campaign"]["id"]
            await self._mutate("updateCampaign", id=gid, status="ONGOING", countries=[])

    async def _mutate(self, field: str, caller: Caller = STAFF, **given: Any) -> dict[str, Any]:
        """Refusals are as good as anything: what counts is what was written."""
        selection = "campaign { id }" if field == "createCampaign" else "userErrors { code }"
        context = Context(caller=caller, clock=lambda: NOW, plain_accounts=True)
        response = await execute(operation(field, selection), {"input": given}, context)
        codes = {error["extensions"]["code"] for error in response.get("errors", ())}
        assert codes <= {"UNAUTHENTICATED"}, (field, response["errors"])  # the caller was erased
        return response["data"][field]

    async def _campaign(self) -> str:
        open_ones = await Campaign.filter(status__in=["UPCOMING", "ONGOING"]).order_by("id")
        # Others may have closed all of them; a refusal is as good as anything.
        return encode("Campaign", self._dice.choice(open_ones or await Campaign.all()).pk)

    async def _people(self, number: int) -> list[int]:
        return self._some([person.pk for person in await Influencer.all()], number)

    async def _participations(self, most: int) -> list[Participation]:
        return self._some(await Participation.exclude(status="REMOVED"), most) or []

    def _some(self, rows: list[Any], most: int) -> list[Any]:
        return self._dice.sample(rows, min(most, len(rows)))
