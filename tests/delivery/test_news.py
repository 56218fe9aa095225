"""Live updates learn of new events by LISTEN, and by polling where notifications do not arrive."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from database.connection import DEFAULT_OPTIONS, connected
from database.options import DatabaseOptions
from database.session import rows
from delivery import news
from delivery.live import Live, running
from delivery.sequencer import CHANNEL
from models.participation import Participation
from tests import data
from tests.databases import PostgresDatabases
from tests.delivery.test_live import Listener, gid, joined, listen, part
from tests.faults.pgbouncer import pgbouncer, through
from tests.postgres import Postgres
from workflow.enums import Action

LISTENERS = f"""
SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN "{CHANNEL}"' OR query = 'LISTEN {CHANNEL}'"""


async def event(of: Participation) -> str:
    return gid(await data.event(of, Action.REMOVE))


async def listeners() -> list[int]:
    """The process ids of the connections that listen, as soon as there are any."""
    async with asyncio.timeout(20):
        while not (found := await rows(LISTENERS)):
            await asyncio.sleep(0.01)
    return [pid for [pid] in found]


@pytest.fixture
def hearing_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polling finds nothing while notifications arrive."""
    monkeypatch.setattr(news, "TOLD_SECONDS", 3600)


@asynccontextmanager
async def subscribed(
    url: str, options: DatabaseOptions = DEFAULT_OPTIONS
) -> AsyncGenerator[tuple[Participation, Listener]]:
    """A participation in this database, and a listener that gets all its events."""
    async with connected(url, options), running(Live()) as live:
        ours = await part()
        listener = listen(live)
        await joined(live, 1)
        yield ours, listener


async def test_the_sequencer_is_heard(
    hearing_alone: None, postgres_databases: PostgresDatabases
) -> None:
    with postgres_databases.lend() as url:
        async with subscribed(url) as (ours, listener):
            await listeners()
            for number in range(1, 4):
                told = await event(ours)
                assert (await listener.until(number))[-1] == told


async def test_a_connection_that_listens_comes_back_when_it_is_lost(
    hearing_alone: None, postgres_databases: PostgresDatabases
) -> None:
    with postgres_databases.lend() as url:
        async with subscribed(url) as (ours, listener):
            for number in range(1, 4):
                [pid] = await listeners()
                await rows("SELECT pg_terminate_backend(:pid)", pid=pid)
                told = await event(ours)  # perhaps while no connection listens
                assert (await listener.until(number))[-1] == told


async def test_behind_a_pooler_that_swallows_it_news_are_found_by_looking(
    postgres_server: Postgres, postgres_databases: PostgresDatabases
) -> None:
    options = DatabaseOptions(prepared_statements=False)
    with (
        postgres_databases.lend() as url,
        pgbouncer(postgres_server, "transaction") as pooler,
    ):
        async with subscribed(through(pooler, url), options) as (ours, listener):
            events = [await event(ours) for _ in range(20)]
            assert await listener.until(20) == events
