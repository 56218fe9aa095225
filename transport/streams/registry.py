"""The open streaming connections of this process: their number, their checks and their end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from typing import Protocol

import structlog

from database.failures import is_outage
from telemetry import metrics

ENDED = "The server ends: connect again, to another."
FULL = "The server has as many open connections as it serves: try again later."
CLOSING_SECONDS = 1.0
"Seconds that an idle connection may take to send its last messages when the server ends."
POLL_SECONDS = 0.02
"Seconds between two looks at the connections that have not ended yet."

_log = structlog.stdlib.get_logger("joinery.streams")


class OpenConnection(Protocol):
    """A WebSocket or an event stream."""

    @property
    def is_busy(self) -> bool:
        """Whether a query or a mutation is under way."""
        ...

    async def look(self) -> None:
        """Keep the connection alive, and end it if its token is not accepted any more."""
        ...

    def go_away(self) -> None:
        """Start no more operations, and end the connection as soon as it is not busy."""
        ...

    def abort(self) -> None:
        """End the connection now."""
        ...


class Registry:
    """The open connections of this process: at most `limit`, each checked every `seconds`."""

    def __init__(self, limit: int = 10_000, seconds: float = 15.0) -> None:
        self._limit = limit
        self.seconds = seconds
        # Connections are checked in parts, one part a second: all at once would delay requests.
        self._parts: list[dict[OpenConnection, None]] = [{} for _ in range(max(1, round(seconds)))]
        self._next = count()
        self._part_of: dict[OpenConnection, dict[OpenConnection, None]] = {}
        self.is_ending = False

    def refusal(self) -> str | None:
        """Return the reason why no connection can be opened now; None if one can."""
        if self.is_ending:
            return ENDED
        return FULL if len(self._part_of) >= self._limit else None

    def add(self, connection: OpenConnection, protocol: str) -> None:
        """Add a connection that was opened."""
        part = self._parts[next(self._next) % len(self._parts)]
        part[connection] = None
        self._part_of[connection] = part
        metrics.STREAM_CONNECTIONS.change(1, protocol)

    def remove(self, connection: OpenConnection, protocol: str) -> None:
        """Remove a connection that has ended."""
        del self._part_of.pop(connection)[connection]
        metrics.STREAM_CONNECTIONS.change(-1, protocol)

    @asynccontextmanager
    async def looking(self) -> AsyncGenerator[None]:
        """Check all connections in turn during the block."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _look(self) -> None:
        pause = self.seconds / len(self._parts)
        while True:
            for part in self._parts:
                await asyncio.sleep(pause)
                looks = (connection.look() for connection in list(part))
                for error in await asyncio.gather(*looks, return_exceptions=True):
                    if isinstance(error, Exception) and not is_outage(error):
                        _log.error("a connection could not be looked at", exc_info=error)

    async def end(self, seconds: float) -> None:
        """End all connections, the busy ones within these seconds, and refuse new ones."""
        self.is_ending = True
        now = asyncio.get_running_loop().time
        soon, late = now() + CLOSING_SECONDS, now() + seconds
        for connection in list(self._part_of):
            connection.go_away()
        while any(now() < (late if each.is_busy else soon) for each in self._part_of):  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
        for connection in list(self._part_of):
            connection.abort()
