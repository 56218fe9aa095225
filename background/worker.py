"""Workers, which do their work in turns beside the requests."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from background.lease import USUAL, LeaseLostError, Terms, run_leased
from database.failures import is_outage
from database.migrations import pending_migrations
from database.session import capabilities
from telemetry.outages import database

MIGRATION_SECONDS = 2
"""Between two looks at a database that lacks migrations."""
STOP_SECONDS = 2
"""So long workers may take to stop: the database that they wait for may not answer any more."""

_log = logging.getLogger(__name__)


class Worker:
    """Work that every process offers to do, and one at a time does: when called, and now and then.

    A turn that fails is logged; the next one does its work.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Coroutine[Any, Any, None]],
        seconds: float,
        terms: Terms = USUAL,
    ) -> None:
        self.name = name
        "Of its lease."
        self._work = work
        self._seconds = seconds
        self._terms = terms
        self._calls = set[asyncio.Event]()

    def call(self) -> None:
        """Have this process take a turn soon. Call it after the commit of what there is to do."""
        for called in self._calls:
            called.set()

    async def run(self) -> None:
        """Take turns until cancelled."""
        called = asyncio.Event()
        self._calls.add(called)
        try:
            while True:
                called.clear()
                try:
                    # On SQLite a renewal waits for whoever writes.
                    terms = self._terms if capabilities().has_concurrent_writers else USUAL
                    await run_leased(self.name, self._work, terms)
                except LeaseLostError:
                    _log.warning("the worker %s lost its lease and was stopped", self.name)
                except Exception as error:  # noqa: BLE001
                    if is_outage(error):
                        database.failed(error)
                    else:
                        _log.warning("the worker %s failed", self.name, exc_info=True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(called.wait(), self._seconds)
        finally:
            self._calls.discard(called)


@asynccontextmanager
async def working(workers: Iterable[Worker]) -> AsyncGenerator[None]:
    """Run these workers beside the block, and stop them at its end."""
    running = asyncio.create_task(run_workers(workers))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running], timeout=STOP_SECONDS)


async def run_workers(workers: Iterable[Worker]) -> None:
    """Run these workers as soon as the database is migrated: the server may start before."""
    while await _lacks_migrations():  # noqa: ASYNC110  # another process applies them
        await asyncio.sleep(MIGRATION_SECONDS)
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run())


async def _lacks_migrations() -> bool:
    try:
        async with asyncio.timeout(MIGRATION_SECONDS):
            return bool(await pending_migrations())
    except Exception:  # noqa: BLE001
        return True  # it cannot be reached just now, or is being migrated
