"""One transaction: all of it happens or none, and again from the start where the database asks."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import perf_counter
from typing import TypeVar

import stamina
from tortoise.transactions import in_transaction

from database.failures import is_locked, is_worth_another_try
from database.session import capabilities, rows
from database.trial import trial_run
from telemetry.metrics import RETRIES
from telemetry.requests import waited

ATTEMPTS = 8
POLL_SECONDS = 0.05
SECONDS = 45.0
"""For all attempts together; what has a deadline of its own is cancelled by it before."""

T = TypeVar("T")


async def transacted(
    work: Callable[[], Awaitable[T]], *, undo: bool = False, patience: float | None = None
) -> T:
    """Run the work in a transaction, commit, and return its result.

    With `undo` it is rolled back instead, and what it inserts has ids of its own
    (`database/trial.py`). The work may run several times, so it must keep nothing between its runs;
    an error that it raises rolls back and goes on to the caller.

    With `patience` it waits so many seconds for a lock, and is not run again after waiting in vain.
    SQLite has one lock, for which all wait alike.
    """

    def is_worth_it(error: Exception) -> bool:
        return is_worth_another_try(error) and not (patience is not None and is_locked(error))

    try:
        return await _once(work, undo, patience)
    except Exception as error:
        if not is_worth_it(error):
            raise
        failure = error
    # Only now: most transactions need one try, of which this costs a tenth.
    async for attempt in stamina.retry_context(
        on=is_worth_it,
        attempts=ATTEMPTS,
        timeout=SECONDS,
        wait_initial=0.02,
        wait_max=1.0,
        wait_jitter=0.05,
    ):
        with attempt:
            if attempt.num == 1:
                raise failure
            RETRIES.add()
            return await _once(work, undo, patience)
    raise AssertionError("the last attempt returns or raises")


async def wait_for_others(seconds: float) -> None:
    """Wait until the transactions that write now have ended, so many seconds at most.

    On SQLite there is none while this one holds no lock: whoever writes is alone.
    """
    if not capabilities().has_concurrent_writers:
        return
    [[end]] = await rows(f"SELECT {_SNAPSHOT_END}")
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            # There is nothing to be told by: another process may have them.
            while not (await rows(_HAVE_ENDED, end=end))[0][0]:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)


_PATIENCE = "SELECT set_config('lock_timeout', :value, TRUE)"  # for this transaction
_SNAPSHOT_END = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_HAVE_ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= :end::bigint"


async def _once(work: Callable[[], Awaitable[T]], undo: bool, patience: float | None) -> T:
    asked = perf_counter()
    async with in_transaction() as transaction:
        waited(perf_counter() - asked)
        if patience is not None and capabilities().has_concurrent_writers:
            await rows(_PATIENCE, value=f"{round(1000 * patience)}ms")
        if not undo:
            return await work()
        with trial_run():
            result = await work()
        await transaction.rollback()
    return result
