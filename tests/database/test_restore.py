"""A dump of PostgreSQL, restored into a cluster that has seen fewer transactions."""

import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import pytest
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)

from database.connection import connected
from models.availability import AvailabilityCount, AvailabilityDelta
from models.participation import ParticipationEvent
from resolvers.availability import worker
from resolvers.ids import encode
from tests import data
from tests.databases import PostgresDatabases
from tests.engine import answer, mutate
from tests.postgres import Postgres, postgres
from workflow.enums import Platform

PEOPLE = 12
FEED = """query($after: String) {
  participationEvents(after: $after) { nodes { id } pageInfo { endCursor } } }"""
COUNTS = "query($id: ID!) { campaign(id: $id) { candidateCounts { status count exact } } }"
BURN = "DO $$ BEGIN FOR n IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


@pytest.fixture(scope="module")
def other_cluster() -> Generator[Postgres]:
    """Another PostgreSQL, just set up."""
    with postgres() as server:
        yield server


async def test_counts_are_right_after_a_restore(
    postgres_server: Postgres,
    postgres_databases: PostgresDatabases,
    other_cluster: Postgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "COMPACT_THRESHOLD", 1)
    async with restored(postgres_server, postgres_databases, other_cluster) as campaign:
        assert await AvailabilityDelta.all().count() == 3  # who is new, twice, and who joined
        for _ in range(3):
            await worker.refresh()
            assert await counts(campaign) == {"AVAILABLE": PEOPLE - 3, "JOINED": 3}
        assert await AvailabilityDelta.all().count() == 0
        await join(campaign, 4)
        await worker.refresh()
        assert await counts(campaign) == {"AVAILABLE": PEOPLE - 4, "JOINED": 4}
        await AvailabilityCount.all().delete()
        assert await counts(campaign) == {"AVAILABLE": PEOPLE - 4, "JOINED": 4}


async def test_the_feed_goes_on_in_another_cluster(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, other_cluster: Postgres
) -> None:
    """Its transactions have lower numbers; cursors stay valid, and no event is missed."""
    async with restored(postgres_server, postgres_databases, other_cluster) as campaign:
        page = (await answer(FEED))["participationEvents"]
        assert len(page["nodes"]) == 3
        await join(campaign, 5)
        rest = (await answer(FEED, after=page["pageInfo"]["endCursor"]))["participationEvents"]
        everything = [
            encode("ParticipationEvent", each.pk) for each in await ParticipationEvent.all()
        ]
        assert sorted(node["id"] for node in page["nodes"] + rest["nodes"]) == sorted(everything)
        assert len(everything) == 5


@asynccontextmanager
async def restored(
    server: Postgres, databases: PostgresDatabases, other: Postgres
) -> AsyncGenerator[str]:
    """Connect to the copy of a database in which three joined since it was counted."""
    EXECUTOR_CACHE.clear()
    server.sql(BURN)
    with databases.lend() as url:
        async with connected(url):
            campaign = await data.campaign()
            for _ in range(PEOPLE - 1):
                await data.influencer((Platform.INSTAGRAM, 10))
            await worker.refresh()
            gid = encode("Campaign", campaign.pk)
            newcomer = {"externalId": "new", "name": "New"}
            await mutate("upsertInfluencers", "created", influencers=[newcomer])
            await join(gid, 3)
        copy = other.create("restored")
        dump(server, url, other, copy)
    try:
        async with connected(copy):
            yield gid
    finally:
        other.drop("restored")


def dump(server: Postgres, url: str, other: Postgres, copy: str) -> None:
    """Dump a database of one server, and restore it on the other."""
    pg_dump = [server.programs / "pg_dump", "--no-owner", "--dbname", url]
    script = subprocess.run(pg_dump, check=True, capture_output=True).stdout
    psql = [other.programs / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", copy]
    subprocess.run(psql, input=script, check=True, capture_output=True)


async def join(campaign: str, number: int) -> None:
    """Mark the first so many as joined."""
    ids = [encode("Influencer", key) for key in range(1, number + 1)]
    await mutate("markJoined", "summary { changed }", campaignId=campaign, influencerIds=ids)


async def counts(campaign: str) -> dict[str, int]:
    """The badges that are not 0, all of them exact."""
    badges = (await answer(COUNTS, id=campaign))["campaign"]["candidateCounts"]
    assert all(badge["exact"] for badge in badges)
    return {badge["status"]: badge["count"] for badge in badges if badge["count"]}
