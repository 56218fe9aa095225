"""The messages waiting for one client, in order and bounded."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from transport.streams.messages import ClosedError
    from transport.streams.stream import Stream

MAX_RESULTS = 2_500
"The most waiting results of one stream: enough for two bulk mutations of 1,000 influencers."
MAX_BYTES = 32 << 20
"The most waiting bytes of one client. Most clients share the same bytes in memory."
ROOMY = 1_000
"Waiting messages below which `room` returns at once."
BURST = 100
"Messages that are sent in a row before other tasks run."


class Entry(NamedTuple):
    """A waiting message; `stream` is None if it belongs to the connection."""

    stream: "Stream | None" = None
    content: bytes = b""
    "A stream's result or errors, as JSON; a message of the connection, complete."
    is_last: bool = False
    close: "ClosedError | None" = None
    "The reason to close the connection; None for a message."


Write: TypeAlias = Callable[[Entry], Awaitable[None]]
WriteNow: TypeAlias = Callable[[Entry], bool]


class Outbox:
    """The messages waiting for one client. `run` sends them by `write`, one after the other.

    If no message waits, `put` first tries `write_now`, which returns whether it has sent the
    result: waking a task for each of many clients costs more than the sending itself.
    """

    def __init__(self, write: Write, write_now: WriteNow | None = None) -> None:
        self._write = write
        self._write_now = write_now
        self._is_idle = False
        self._waiting = deque[Entry]()
        self._size = 0
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._is_closed = False
        "Whether further messages are dropped."

    def put(self, entry: Entry) -> bool:
        """Send a message, or queue it; return whether there was room for it."""
        if self._is_idle and self._write_now is not None and self._write_now(entry):
            return True
        stream = entry.stream
        if self._size >= MAX_BYTES or (stream is not None and stream.waiting >= MAX_RESULTS):
            return False
        self.put_anyway(entry)
        return True

    def put_anyway(self, entry: Entry) -> None:
        """Queue a message without regard to the limits; for kinds of which there are few."""
        if self._is_closed:
            return
        self._is_idle = False
        self._waiting.append(entry)
        if entry.stream is not None:
            entry.stream.waiting += 1
        self._size += len(entry.content)
        if not self._has_room:
            self._room.clear()
        self._wake.set()

    async def room(self) -> None:
        """Wait until there is room for many messages, or `run` has ended."""
        await self._room.wait()

    async def run(self) -> None:
        """Send all messages until it is closed. Raises OSError if the client has gone."""
        try:
            while True:
                await self._send_all()
                if self._is_closed:
                    return
                self._wake.clear()
                self._is_idle = True
                await self._wake.wait()
        finally:
            self._is_closed = True
            self._is_idle = False
            self._waiting.clear()
            self._room.set()

    def close(self) -> None:
        """Drop further messages, and end `run` after the waiting ones are sent."""
        self._is_idle = False
        self._is_closed = True
        self._wake.set()

    async def _send_all(self) -> None:
        sent = 0
        while self._waiting:
            entry = self._waiting.popleft()
            self._size -= len(entry.content)
            if entry.stream is not None:
                entry.stream.waiting -= 1
            if not self._room.is_set() and self._has_room:
                self._room.set()
            if entry.stream is None or await entry.stream.wants(entry):
                await self._write(entry)
                sent += 1
                if sent % BURST == 0:
                    await asyncio.sleep(0)

    @property
    def _has_room(self) -> bool:
        return len(self._waiting) < ROOMY and self._size < MAX_BYTES // 2
