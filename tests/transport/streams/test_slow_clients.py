"""A client that does not read is dropped, and delays no other."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from tests.databases import Databases
from tests.live import serving
from tests.transport.streams.events import events
from tests.transport.streams.metrics import METRICS, becomes
from tests.transport.streams.news import CHANGED, News, new_news
from tests.transport.streams.sockets import Socket, socket

pytestmark = pytest.mark.slow

STREAMS = 100
CHANGES = 600
LARGE = CHANGED.replace("event {", " ".join(f"_{n}: cursor" for n in range(50)) + " event {")
"""A subscription with results that are too large for the buffers of the network."""
SETTINGS = {"JOINERY_BODY_TIMEOUT": "10", "JOINERY_METRICS_TOKEN": METRICS}


@pytest.fixture(scope="module")
def url(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The URL of a server that drops clients after ten seconds without reading."""
    folder = tmp_path_factory.mktemp("slow")
    with databases.lend() as database, serving(database, folder, SETTINGS) as address:
        yield address


async def subscribe_often(opened: Socket, campaign: str) -> None:
    """Subscribe without a cursor: a client that catches up would get no more than it reads."""
    for number in range(STREAMS):
        await opened.subscribe(str(number), LARGE, variables={"campaign": campaign})


async def take(opened: Socket, number: int) -> list[str]:
    told = [await opened.receive() for _ in range(number)]
    return [each["payload"]["data"]["participationChanged"]["cursor"] for each in told]


async def started(url: str) -> tuple[News, str]:
    """Return news with one change made, and the cursor of that change, to subscribe after."""
    news = await new_news(url, CHANGES + 1)
    await news.happen()
    return news, (await news.feed())[-1][0]


async def test_who_comes_too_late_is_told_so_for_each_stream(url: str) -> None:
    news, start = await started(url)
    given = {"campaign": news.campaign, "after": start}
    async with socket(url) as slow, socket(url) as fast:
        await subscribe_often(slow, news.campaign)
        await fast.subscribe("1", CHANGED, variables=given)
        taking = asyncio.create_task(take(fast, CHANGES))
        for _ in range(3):
            await news.happen(CHANGES // 3)
        feed = [cursor for cursor, _ in (await news.feed())[-CHANGES:]]
        assert await taking == feed
        told: dict[str, list[str]] = {}
        ended: dict[str, str] = {}
        while len(ended) < STREAMS:
            message = await slow.receive()
            if message["type"] == "next":
                change = message["payload"]["data"]["participationChanged"]
                told.setdefault(message["id"], []).append(change["cursor"])
                assert message["id"] not in ended
            else:
                assert message["type"] == "error"
                ended[message["id"]] = message["payload"][0]["extensions"]["code"]
        assert set(ended.values()) == {"SLOW_CLIENT"}
        for cursors in told.values():
            first = feed.index(cursors[0])
            assert cursors == feed[first : first + len(cursors)]
        await slow.subscribe("again", "{ __typename }")
        assert (await slow.receive())["id"] == "again"


async def test_who_takes_nothing_is_dropped(url: str) -> None:
    news, start = await started(url)
    given: dict[str, Any] = {"campaign": news.campaign, "after": start}
    async with socket(url) as stuck, events(url, CHANGED, **given) as told:
        await subscribe_often(stuck, news.campaign)
        for _ in range(3):
            await news.happen(CHANGES // 3)
        for _ in range(CHANGES):
            assert (await told.next())[0] == "next"
        await becomes(0, url, "joinery_stream_connections", protocol="websocket")
