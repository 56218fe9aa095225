"""A lease: the right to do a named piece of work, which one process has at a time.

It is a row that names the holder and the time until which the lease is theirs; the holder renews
it while it works. When a holder dies, the lease expires, and another process takes it. The time is
the database's, so that the clocks of machines need not agree. Each step is one short statement
without session state, so it works on either database and behind a connection pooler.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

from database.session import rows, run

SECONDS = 30
"""A lease that is not renewed ends after so long."""
RENEW_SECONDS = 10
TAKE_SECONDS = 15
"""So long it may take to take or renew a lease, which ends 5 seconds later if it is not renewed."""
RETRY_SECONDS = 0.5
"""Between two attempts to take a lease that another process holds."""
GIVE_UP_SECONDS = 5
"""So long it may take to give a lease up; then it is left to expire."""

_log = logging.getLogger(__name__)


class LeaseLostError(Exception):
    """The lease was not renewed in time; the work was stopped, as another process may do it now."""


async def run_leased(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Wait for the lease, do the work while holding it, and give it up.

    Raises LeaseLostError where the work was cancelled because the lease was lost, or could not be
    renewed.
    """
    holder = uuid4().hex
    # Not to be given up where the process stops meanwhile: a locked database would be waited for
    # twice. If it is taken after all, it expires.
    while not await _take(name, holder):  # noqa: ASYNC110  # another process gives it up
        await asyncio.sleep(RETRY_SECONDS)
    try:
        working = asyncio.create_task(work())
        renewing = asyncio.create_task(_renew(name, holder))
        try:
            await asyncio.wait((working, renewing), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise LeaseLostError(name) from renewing.exception()
            await working
        finally:
            await _cancel(working, renewing)
    finally:
        await _give_up(name, holder)


async def _renew(name: str, holder: str) -> None:
    """Renew the lease until it is lost."""
    held = True
    while held:
        await asyncio.sleep(RENEW_SECONDS)
        held = await _take(name, holder)


async def _take(name: str, holder: str) -> bool:
    """Take the lease or renew it; return whether it is the holder's now.

    Raises TimeoutError where the database does not answer: it must not be taken for held.
    """
    async with asyncio.timeout(TAKE_SECONDS):
        return bool(await rows(_TAKE, name=name, holder=holder, seconds=SECONDS))


async def _give_up(name: str, holder: str) -> None:
    """Give the lease up, or leave it to expire where the database cannot be reached.

    Its failure must not take the place of a cancellation: the server would not stop.
    """
    try:
        async with asyncio.timeout(GIVE_UP_SECONDS):
            await run(_GIVE_UP, name=name, holder=holder)
    except Exception as error:  # noqa: BLE001
        _log.warning("the lease %s is left to expire: %r", name, error)


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)  # what they raise is told elsewhere


_TAKE = """
INSERT INTO lease (name, holder, expires_at)
VALUES (:name, :holder, extract(epoch FROM now())::bigint + :seconds)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE lease.holder = excluded.holder OR lease.expires_at < extract(epoch FROM now())::bigint
RETURNING holder"""
_GIVE_UP = "DELETE FROM lease WHERE name = :name AND holder = :holder"
