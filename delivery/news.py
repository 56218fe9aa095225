"""The times to read the feed: after a notification of the sequencer, and by polling.

Behind a connection pooler LISTEN may succeed though no notification ever arrives. So the feed is
polled in any case: once a second while notifications arrive, and much more often after a poll that
found an event without a notification, until the next notification.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from database.listening import listen
from database.session import capabilities
from delivery.sequencer import CHANNEL

TOLD_SECONDS = 1.0
"""Seconds between two polls while notifications arrive."""
UNTOLD_SECONDS = 0.03
"""Seconds between two polls otherwise."""


class News:
    """Wakes its user when the feed may have grown."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._is_told = False
        "Whether the sequencer's notifications arrive."

    @asynccontextmanager
    async def watched(self) -> AsyncGenerator[None]:
        """Listen to the sequencer during the block, if the database has notifications."""
        self._is_told = capabilities().notifies
        listening = [asyncio.create_task(listen(CHANNEL, self._hear))] if self._is_told else []
        try:
            yield
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    def clear(self) -> None:
        """Forget the notifications so far. Call it before reading the feed."""
        self._told.clear()

    async def wait(self) -> bool:
        """Wait until the feed is to be read; return whether a notification was the reason."""
        try:
            await asyncio.wait_for(
                self._told.wait(), TOLD_SECONDS if self._is_told else UNTOLD_SECONDS
            )
        except TimeoutError:
            return False
        return True

    def missed(self) -> None:
        """Poll often from now on: an event was found without a notification."""
        self._is_told = False

    def _hear(self) -> None:
        self._is_told = True
        self._told.set()
