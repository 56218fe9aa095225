"""Live updates while servers end, are replaced and killed, and the database hangs up."""

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from database.connection import connected
from database.session import rows
from tests.conformance.live import Client, client
from tests.databases import Databases
from tests.faults.servers import ServerGroup, running, wait_until
from tests.transport.streams.events import events
from tests.transport.streams.news import CHANGED, News, new_news
from tests.transport.streams.sockets import socket

pytestmark = pytest.mark.slow

ATTEMPTS = 2_000
_HANG_UP = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'LISTEN%'"""


@asynccontextmanager
async def told_all(server: ServerGroup, news: News) -> AsyncGenerator[list[Client]]:
    """An npm client of each protocol; at the end each must have got every change once."""
    async with (
        client("ws", server.url, attempts=ATTEMPTS) as one,
        client("sse", server.url, attempts=ATTEMPTS) as two,
    ):
        clients = [one, two]
        while not all(each.cursors for each in clients):  # until both are subscribed
            await news.happen()
            await asyncio.sleep(0.2)
        yield clients
        feed = [cursor for cursor, _ in await news.feed()]
        for each in clients:
            missed = feed.index(each.cursors[0])
            await each.until("next", len(feed) - missed)
            assert each.cursors == feed[missed:]
            assert each.of("error") == each.of("complete") == []


async def hang_up(database: str) -> None:
    """Terminate the connections on which servers listen for notifications."""
    async with connected(database):
        assert await rows(_HANG_UP)


@pytest.mark.parametrize("breaks", [2, pytest.param(20, marks=pytest.mark.fault)])
async def test_each_change_is_told_once_and_in_order_however_often_it_breaks(
    packages: None, databases: Databases, tmp_path: Path, breaks: int
) -> None:
    with databases.lend() as database, running(database, tmp_path) as server:
        server.wait_until_all_serve()
        news = await new_news(server.url, 3 * breaks + 100)
        is_postgres = database.startswith("postgres")
        kinds = cycle(["kill", "hang up", "replace"] if is_postgres else ["kill", "replace"])
        async with told_all(server, news) as clients:
            for _ in range(breaks):
                happening = asyncio.create_task(happens(news, 3))
                match next(kinds):
                    case "kill":
                        # Kill both workers, one after the other: one of them has the clients.
                        for worker in server.workers():
                            again = restarted(server)
                            server.kill_worker(worker)
                            await again
                    case "replace":
                        await asyncio.to_thread(replace_workers, server)
                    case _:
                        await hang_up(database)
                await happening
        assert sum(len(each.of("connected")) for each in clients) > 2


async def happens(news: News, number: int) -> None:
    """Make changes; try again while the server is killed."""
    wanted = len(news.waiting) - number
    while len(news.waiting) > wanted:
        one, rest = news.waiting[0], news.waiting[1:]
        try:
            await news.happen()
        except Exception:  # noqa: BLE001
            news.waiting = [one, *rest]
            await asyncio.sleep(0.1)


def replace_workers(server: ServerGroup) -> None:
    """Have all workers replaced, and wait until the old ones have gone."""
    old = set(server.workers())
    server.tell(signal.SIGHUP)
    wait_until(
        lambda: old.isdisjoint(new := server.workers()) and len(new) == len(old), server.said
    )


def restarted(server: ServerGroup) -> Awaitable[None]:
    """Return an awaitable that waits for the start of one more worker."""
    before = server.said().count("startup complete")
    return asyncio.to_thread(
        wait_until, lambda: server.said().count("startup complete") > before, server.said
    )


async def test_streams_stay_while_the_server_drains_and_end_before_it_does(
    databases: Databases, tmp_path: Path
) -> None:
    settings = {"JOINERY_DRAIN_DELAY": "3", "JOINERY_GRACEFUL_TIMEOUT": "15"}
    with (
        databases.lend() as database,
        running(database, tmp_path, workers=1, settings=settings) as server,
    ):
        news = await new_news(server.url, 3)
        await news.happen()
        given: dict[str, Any] = {"after": (await news.feed())[-1][0]}
        async with socket(server.url) as opened, events(server.url, CHANGED, **given) as told:
            await opened.subscribe("1", CHANGED, variables=given)
            await news.happen()
            await opened.receive()
            await told.next()
            server.tell(signal.SIGTERM)
            await asyncio.to_thread(server.wait_until_ready, 503)
            await news.happen()
            assert (await opened.receive())["type"] == "next"
            assert (await told.next())[0] == "next"
            assert await opened.closed() == (1012, "The server ends: connect again, to another.")
            began = time.monotonic()
            with pytest.raises(StopAsyncIteration):
                await told.next()
            code = await asyncio.to_thread(server.ended)
        assert code == 0, server.said()
        assert time.monotonic() - began < 5
        assert "Traceback" not in server.said()
        assert "Cancel" not in server.said()


async def test_a_client_that_takes_nothing_does_not_delay_the_end(
    databases: Databases, tmp_path: Path
) -> None:
    with (
        databases.lend() as database,
        running(database, tmp_path, workers=1) as server,
    ):
        news = await new_news(server.url, 600)
        async with socket(server.url) as stuck, events(server.url, CHANGED):
            for number in range(100):
                await stuck.subscribe(str(number), CHANGED)
            await stuck.subscribe("-", "{ __typename }")
            for _ in range(2):
                await news.happen(300)
            server.tell(signal.SIGTERM)
            began = time.monotonic()
            assert await asyncio.to_thread(server.ended) == 0, server.said()
            assert time.monotonic() - began < 8
        assert "Traceback" not in server.said()
