"""Live updates hear of news by LISTEN, and find it where LISTEN is not to be had."""

import asyncio

import pytest

from database.connection import connected
from database.options import DatabaseOptions
from database.session import rows
from delivery import news
from delivery.live import Live, running
from delivery.sequencer import CHANNEL
from models.participation import Participation
from tests import data
from tests.databases import PostgresDatabases
from tests.delivery.test_live import gid, joined, listen, part
from tests.faults.pgbouncer import pgbouncer, through
from tests.postgres import Postgres
from workflow.enums import Action

LISTENERS = f"""
SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN "{CHANNEL}"' OR query = 'LISTEN {CHANNEL}'"""


async def event(of: Participation) -> str:
    return gid(await data.event(of, Action.REMOVE))


async def listeners() -> list[int]:
    """The connections that listen, as soon as there are any."""
    async with asyncio.timeout(20):
        while not (found := await rows(LISTENERS)):
            await asyncio.sleep(0.01)
    return [pid for [pid] in found]


@pytest.fixture
def hearing_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found by looking."""
    monkeypatch.setattr(news, "TOLD_SECONDS", 3600)


async def test_the_sequencer_is_heard(
    hearing_alone: None, postgres_databases: PostgresDatabases
) -> None:
    with postgres_databases.lend() as url:
        async with connected(url), running(Live()) as live:
            ours = await part()
            listener = listen(live)
            await joined(live, 1)
            await listeners()
            for number in range(1, 4):
                told = await event(ours)
                assert (await listener.until(number))[-1] == told


async def test_a_connection_that_listens_comes_back_when_it_is_lost(
    hearing_alone: None, postgres_databases: PostgresDatabases
) -> None:
    with postgres_databases.lend() as url:
        async with connected(url), running(Live()) as live:
            ours = await part()
            listener = listen(live)
            await joined(live, 1)
            for number in range(1, 4):
                [pid] = await listeners()
                await rows("SELECT pg_terminate_backend(:pid)", pid=pid)
                told = await event(ours)  # while nobody listens, perhaps
                assert (await listener.until(number))[-1] == told


async def test_behind_a_pooler_that_swallows_it_news_are_found_by_looking(
    postgres_server: Postgres, postgres_databases: PostgresDatabases
) -> None:
    options = DatabaseOptions(prepared_statements=False)
    with (
        postgres_databases.lend() as url,
        pgbouncer(postgres_server, "transaction") as pooler,
    ):
        async with connected(through(pooler, url), options), running(Live()) as live:
            ours = await part()
            listener = listen(live)
            await joined(live, 1)
            events = [await event(ours) for _ in range(20)]
            assert await listener.until(20) == events
