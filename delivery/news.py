"""When to look at the feed: the sequencer tells, or it is looked at again and again.

Behind a pooler LISTEN may succeed and nothing ever be told. So the feed is looked at now and then
in any case, and often from when that finds what nobody has told of until somebody tells again.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from database.listening import listen
from database.session import capabilities
from delivery.sequencer import CHANNEL

TOLD_SECONDS = 1.0
"""Between two looks while the sequencer tells of what is new."""
UNTOLD_SECONDS = 0.03
"""Between two looks else."""


class News:
    """Tells when the feed may have grown."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._is_told = False
        "Whether the sequencer is heard."

    @asynccontextmanager
    async def watched(self) -> AsyncGenerator[None]:
        """Hear the sequencer in the block, where the database can tell."""
        self._is_told = capabilities().notifies
        listening = [asyncio.create_task(listen(CHANNEL, self._hear))] if self._is_told else []
        try:
            yield
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    def clear(self) -> None:
        """Forget what was told so far: the feed is going to be looked at."""
        self._told.clear()

    async def wait(self) -> bool:
        """Wait until it is time to look; return whether it was told that there is something new."""
        try:
            await asyncio.wait_for(
                self._told.wait(), TOLD_SECONDS if self._is_told else UNTOLD_SECONDS
            )
        except TimeoutError:
            return False
        return True

    def missed(self) -> None:
        """Look often from now on: something new was found that nobody has told of."""
        self._is_told = False

    def _hear(self) -> None:
        self._is_told = True
        self._told.set()
