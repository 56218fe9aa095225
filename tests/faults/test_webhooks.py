"""Webhooks whose sending process is killed again and again, with a receiver that fails too.

Every event arrives, in order for each campaign and influencer, and with the same id each time.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from database.connection import connected
from models.participation import Participation
from models.webhook import Delivery, DeliveryStatus
from resolvers.ids import encode
from tests import data
from tests.faults.receiver import read
from tests.faults.servers import SECONDS
from tests.live import ROOT, free_port
from workflow.enums import Action, ParticipationStatus, Platform

LANES = 20
EVENTS_BETWEEN_KILLS = 20


@pytest.mark.slow
async def test_a_deliverer_that_is_killed_loses_nothing(database_url: str, tmp_path: Path):
    await kill(database_url, tmp_path, kills=2)


@pytest.mark.fault
async def test_a_deliverer_that_is_killed_fifty_times_loses_nothing(
    database_url: str, tmp_path: Path
):
    await kill(database_url, tmp_path, kills=50)


async def kill(url: str, folder: Path, kills: int) -> None:
    """Kill the sending process this number of times; then compare the messages with the events."""
    async with connected(url), receiving(folder) as (address, log):
        await data.webhook(url=address, selection="event { id campaign { id } }")
        parts = await lanes()
        expected: dict[int, list[str]] = {part.pk: [] for part in parts}
        chance = Random(kills)
        for _ in range(kills):
            known = len(read(log))
            await happen(parts, expected, chance)
            with delivering(url):
                await until_more(log, known)
                await asyncio.sleep(chance.random())  # at any moment
        await happen(parts, expected, chance)
        log.with_suffix(".calm").touch()
        with delivering(url):
            await until_all_delivered(sum(map(len, expected.values())))
        compare(read(log), expected)


async def lanes() -> list[Participation]:
    """Make participations of several campaigns and influencers, each with an order of its own."""
    campaigns = [await data.campaign() for _ in range(4)]
    people = [await data.influencer((Platform.TIKTOK, 10)) for _ in range(LANES // 4)]
    return [
        await data.participation(campaign, person, ParticipationStatus.WAITING)
        for campaign in campaigns
        for person in people
    ]


async def happen(
    parts: Sequence[Participation], expected: dict[int, list[str]], chance: Random
) -> None:
    """Make events of random participations."""
    for part in chance.choices(parts, k=EVENTS_BETWEEN_KILLS):
        event = await data.event(part, Action.MARK_JOINED)
        expected[part.pk].append(encode("ParticipationEvent", event.pk))


async def until_more(log: Path, known: int) -> None:
    """Wait until more than this number of messages have come."""
    async with asyncio.timeout(SECONDS):
        while len(read(log)) <= known:
            await asyncio.sleep(0.01)


async def until_all_delivered(number: int) -> None:
    async with asyncio.timeout(SECONDS):
        while await Delivery.filter(status=DeliveryStatus.DELIVERED).count() < number:
            await asyncio.sleep(0.1)


@contextmanager
def delivering(url: str) -> Generator[None]:
    """Run a deliverer; kill it at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.deliverer", url], cwd=ROOT
    ) as process:
        try:
            yield
        finally:
            process.kill()


def compare(came: Sequence[dict[str, Any]], expected: dict[int, list[str]]) -> None:
    """Assert that all events have come, in order, each with one id."""
    pairs = {(line["id"], line["event"]["id"]) for line in came}
    events = [event for lane in expected.values() for event in lane]
    assert {event for _, event in pairs} == set(events)
    assert len({message for message, _ in pairs}) == len(events) == len(pairs)
    taken = set[str]()
    for line in came:
        event = line["event"]["id"]
        [lane] = [lane for lane in expected.values() if event in lane]
        # The events before it in its lane were accepted; an answer may have been lost on the way.
        assert set(lane[: lane.index(event)]) <= taken, line
        if line["mood"] in ("take", "late", "hang"):
            taken.add(event)
    assert taken == set(events)


@asynccontextmanager
async def receiving(folder: Path) -> AsyncGenerator[tuple[str, Path]]:
    """Run a receiver; yield its URL, and the file with a line about each message."""
    port, log = free_port(), folder / "received.log"
    command = [sys.executable, "-m", "tests.faults.receiver", str(port), str(log), "1"]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: ASYNC220
        try:
            yield f"http://127.0.0.1:{port}/hook", log
        finally:
            process.kill()
