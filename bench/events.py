"""Events for subscribers: changes of participations, committed as if by another host."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from typing import Any

import asyncpg

from bench.database import Database
from delivery.sequencer import CHANNEL

_WRITERS = 4


def selection_campaigns(database: Database, count: int) -> list[int]:
    """Return campaigns with many applicants."""
    rows = database.rows(f"{_CAMPAIGNS} LIMIT {count}")
    return [int(row[0]) for row in rows]


class Writers:
    """Connections that commit events in turn, for one applicant after the other."""

    def __init__(self, writers: Sequence["_Writer"]) -> None:
        self._writers = writers
        self._turn = cycle(writers)

    @property
    def committed(self) -> dict[int, int]:
        """The time of each event's COMMIT by its id, in nanoseconds of CLOCK_MONOTONIC."""
        return {key: at for writer in self._writers for key, at in writer.committed.items()}

    async def write(self) -> int:
        """Commit one event, and return its id."""
        return await next(self._turn).write()

    async def write_at(self, rate: int, seconds: int) -> None:
        """Commit events at this rate a second."""
        share = rate / len(self._writers)
        began = time.monotonic()
        await asyncio.gather(
            *(
                _keep_pace(writer, began + place / rate, share, round(share * seconds))
                for place, writer in enumerate(self._writers)
            )
        )


async def _keep_pace(writer: "_Writer", began: float, rate: float, count: int) -> None:
    for number in range(count):
        await asyncio.sleep(began + number / rate - time.monotonic())
        await writer.write()


@asynccontextmanager
async def writing(database: Database, campaigns: Sequence[int]) -> AsyncGenerator[Writers]:
    """Connect writers of events of these campaigns, which take turns."""
    listed = ", ".join(map(str, campaigns))
    rows = database.rows(_APPLICANTS.format(campaigns=listed))
    applicants = [int(row[0]) for row in rows]
    driver: Any = asyncpg  # which has no types
    async with AsyncExitStack() as stack:
        writers: list[_Writer] = []
        for place in range(_WRITERS):
            connection = await driver.connect(database.url)
            stack.push_async_callback(connection.close)
            writers.append(_Writer(connection, applicants[place::_WRITERS]))
        yield Writers(writers)


@asynccontextmanager
async def positions(database: Database) -> AsyncGenerator[dict[int, int]]:
    """Collect the ids of events that get positions during the block, and the times of that."""
    driver: Any = asyncpg  # which has no types
    connection = await driver.connect(database.url)
    placed: dict[int, int] = {}
    watching = asyncio.create_task(_watch(connection, placed))
    try:
        yield placed
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await connection.close()


async def _watch(connection: Any, placed: dict[int, int]) -> None:
    news = asyncio.Event()

    def tell(*_: object) -> None:
        news.set()

    await connection.add_listener(CHANNEL, tell)
    last: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM feed")
    while True:
        rows = await connection.fetch(_PLACED, last)
        now = time.monotonic_ns()
        placed |= {event: now for _, event in rows}
        last = rows[-1][0] if rows else last
        await news.wait()
        news.clear()


class _Writer:
    def __init__(self, connection: Any, applicants: Sequence[int]) -> None:
        self._connection = connection
        self._turn = cycle(applicants)
        self.committed: dict[int, int] = {}

    async def write(self) -> int:
        transaction = self._connection.transaction()
        await transaction.start()
        event: int = await self._connection.fetchval(_EVENT, next(self._turn))
        self.committed[event] = time.monotonic_ns()
        await transaction.commit()
        return event


_APPLIES = "p.status IN ('APPLIED', 'REVIEWING')"
_CAMPAIGNS = f"""
SELECT p.campaign_id FROM participation p JOIN campaign c ON c.id = p.campaign_id
WHERE c.selection AND c.status = 'ONGOING' AND {_APPLIES}
GROUP BY 1 ORDER BY count(*) DESC, 1"""
_APPLICANTS = f"""
SELECT id FROM (SELECT p.id, row_number() OVER (PARTITION BY p.campaign_id ORDER BY p.id) AS nth
    FROM participation p WHERE p.campaign_id IN ({{campaigns}}) AND {_APPLIES}) AS numbered
ORDER BY nth, id"""
_EVENT = """
WITH moved AS (
    UPDATE participation SET version = version + 1, updated_at = clock_timestamp(),
        status = CASE status WHEN 'APPLIED' THEN 'REVIEWING' ELSE 'APPLIED' END
    WHERE id = $1 RETURNING *
), event AS (
    INSERT INTO participation_event (campaign_id, influencer_id, participation_id, action,
        from_status, to_status, round, actor_role, actor_id, occurred_at)
    SELECT campaign_id, influencer_id, id, 'SET_' || status,
        CASE status WHEN 'APPLIED' THEN 'REVIEWING' ELSE 'APPLIED' END, status, round, 'STAFF',
        'bench', updated_at FROM moved
    RETURNING id
)
SELECT id FROM event, LATERAL (SELECT pg_notify('bench_events', id::text)) AS notified"""
"""The notification is for the peers; Joinery's sequencer has a channel of its own."""
_PLACED = "SELECT position, event_id FROM feed WHERE position > $1 ORDER BY position"
