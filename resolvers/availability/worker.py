"""Counting again what is stale, in the background."""

import asyncio

import orjson

from background.worker import Worker
from database.locks import holders
from database.session import rows, run
from database.transactions import transacted
from models.availability import EVERYONE
from resolvers.availability import sql
from resolvers.availability.writers import RULES_LOCK
from telemetry.metrics import STALE_COUNTS

COMPACT_THRESHOLD = 200
"""Changes of one campaign that are worth compacting."""
SECONDS = 60
"""Between two turns of the worker where nothing calls it."""
FIRST_PAUSE, MAX_PAUSE = 0.02, 0.5
"""Seconds between two looks at the transactions that a count waits for."""


async def refresh() -> None:
    """Count every open campaign whose number is missing or stale; compact what has piled up."""
    await run(sql.ADD_MISSING, everyone=EVERYONE)
    stale = await rows(sql.STALE)
    for done, row in enumerate(stale):
        STALE_COUNTS.set(len(stale) - done)
        await recount(row[0])
    STALE_COUNTS.set(0)
    for row in await rows(sql.PILED_UP, threshold=COMPACT_THRESHOLD):
        await _compact(row[0])


worker = Worker("availability", refresh, SECONDS)


async def recount(campaign: int) -> None:
    """Count a campaign if its number is stale, in a transaction of its own."""
    version = await _version(campaign, stale=True)
    if version is None:
        return

    async def work() -> None:
        if await _version(campaign, stale=True) == version:
            await _replace(campaign, version, sql.COUNT if campaign else sql.COUNT_EVERYONE)

    # After the version was read: whoever changes influencers from now on reads the edited rule.
    await _wait_for_writers()
    await transacted(work)


async def _compact(campaign: int) -> None:
    async def work() -> None:
        version = await _version(campaign, stale=False)
        if version is not None:
            await _replace(campaign, version, sql.SUM)

    await transacted(work)


async def _version(campaign: int, *, stale: bool) -> int | None:
    """Return the version of the campaign's row if it is stale, or if it is not, as asked."""
    found = await rows(sql.VERSION, campaign=campaign, stale=stale)
    return found[0][0] if found else None


async def _wait_for_writers() -> None:
    """Wait for all transactions that hold the rules lock now.

    It polls, because a transaction that queued for the lock would hold up all that come later.
    """
    writers = await holders(RULES_LOCK)
    pause = FIRST_PAUSE
    while writers:
        await asyncio.sleep(pause)
        pause = min(2 * pause, MAX_PAUSE)
        writers &= await holders(RULES_LOCK)


async def _replace(campaign: int, version: int, statement: str) -> None:
    """Store what the statement counts, and delete the changes that it saw."""
    [(available, seen)] = await rows(statement, campaign=campaign)
    if await run(sql.STORE, campaign=campaign, version=version, available=available):
        await run(sql.DELETE_SEEN, seen=orjson.loads(seen or "[]"))
