"""A lease: the right to do a named piece of work, which one process has at a time.

It is a row that names the holder and the time until which the lease is theirs; the holder renews
it while it works. When a holder dies, the lease expires, and another process takes it. The time is
the database's, so that the clocks of machines need not agree. Each step is one short statement
without session state, so it works on either database and behind a connection pooler.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from database.session import rows, run

RETRY_SECONDS = 0.5
"""Between two attempts to take a lease that another process holds."""
GIVE_UP_SECONDS = 5
"""Seconds that giving a lease up may take; after that it is left to expire."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """The times of a lease, in seconds."""

    seconds: int
    "Seconds until a lease that is not renewed ends; up to one more, as the database counts whole."
    renew: float
    "Seconds between two renewals."
    take: float
    "Seconds that taking or renewing it may take: few enough for the work to stop before its end."


USUAL = Terms(seconds=30, renew=10, take=15)
BRISK = Terms(seconds=3, renew=0.75, take=1.5)
"""The terms of work that clients wait for: another process takes it over within 5 seconds."""


class LeaseLostError(Exception):
    """The lease was not renewed in time; the work was stopped, as another process may do it now."""


async def run_leased(
    name: str, work: Callable[[], Coroutine[Any, Any, None]], terms: Terms = USUAL
) -> None:
    """Wait for the lease, do the work while holding it, and give it up.

    Raises LeaseLostError where the work was cancelled because the lease was lost, or could not be
    renewed.
    """
    holder = uuid4().hex
    # Outside of the `try`: a process that stops here does not give the lease up, which would wait
    # for a locked database a second time. A lease that was taken after all expires.
    # It polls because another process gives the lease up.
    while await _is_held(name, terms) or not await _take(name, holder, terms):  # noqa: ASYNC110
        await asyncio.sleep(RETRY_SECONDS)
    try:
        working = asyncio.create_task(work())
        renewing = asyncio.create_task(_renew(name, holder, terms))
        try:
            await asyncio.wait((working, renewing), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise LeaseLostError(name) from renewing.exception()
            await working
        finally:
            await _cancel(working, renewing)
    finally:
        await _give_up(name, holder)


async def _renew(name: str, holder: str, terms: Terms) -> None:
    """Renew the lease until it is lost."""
    held = True
    while held:
        await asyncio.sleep(terms.renew)
        held = await _take(name, holder, terms)


async def _is_held(name: str, terms: Terms) -> bool:
    """Return whether another process holds the lease, without a write as by `_take`."""
    async with asyncio.timeout(terms.take):
        return bool(await rows(_HELD, name=name))


async def _take(name: str, holder: str, terms: Terms) -> bool:
    """Take the lease or renew it; return whether it is the holder's now.

    Raises TimeoutError where the database does not answer: it must not be taken for held.
    """
    async with asyncio.timeout(terms.take):
        return bool(await rows(_TAKE, name=name, holder=holder, seconds=terms.seconds))


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


_HELD = """
SELECT 1 FROM lease WHERE name = :name AND expires_at >= extract(epoch FROM now())::bigint"""
_TAKE = """
INSERT INTO lease (name, holder, expires_at)
VALUES (:name, :holder, extract(epoch FROM now())::bigint + :seconds)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE lease.holder = excluded.holder OR lease.expires_at < extract(epoch FROM now())::bigint
RETURNING holder"""
_GIVE_UP = "DELETE FROM lease WHERE name = :name AND holder = :holder"
