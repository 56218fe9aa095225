"""What waits to be sent to one client, in order, and bounded."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from transport.streams.messages import ClosedError
    from transport.streams.stream import Stream

MAX_RESULTS = 2_500
"Results of one stream that wait: those of bulk mutations of 1,000 influencers come at once."
MAX_BYTES = 32 << 20
"Bytes that wait for one client, most of them kept once for all clients."
ROOMY = 1_000
"Messages that wait for a client who still has room for many."
BURST = 100
"Messages sent in a row before others have their turn."


class Entry(NamedTuple):
    """A message that waits; `stream` is None where it belongs to none."""

    stream: "Stream | None" = None
    content: bytes = b""
    "A result, or what ends the stream, as JSON; another message as it is sent."
    is_last: bool = False
    close: "ClosedError | None" = None
    "Why the connection is closed in its place."


Write: TypeAlias = Callable[[Entry], Awaitable[None]]
WriteNow: TypeAlias = Callable[[Entry], bool]


class Outbox:
    """The messages that wait for one client. `run` sends them by `write`, one after the other.

    Where nothing waits, `write_now` may send a result itself, and say so: to wake a task for each
    of many clients costs more than all the rest of it.
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
        "Whether nothing more is taken."

    def put(self, entry: Entry) -> bool:
        """Have a message sent; return whether there was room for it."""
        if self._is_idle and self._write_now is not None and self._write_now(entry):
            return True
        stream = entry.stream
        if self._size >= MAX_BYTES or (stream is not None and stream.waiting >= MAX_RESULTS):
            return False
        self.put_anyway(entry)
        return True

    def put_anyway(self, entry: Entry) -> None:
        """Have a message sent, of a kind of which there are few."""
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
        """Wait until there is room for many messages, or nothing is sent any more."""
        await self._room.wait()

    async def run(self) -> None:
        """Send what waits, and what comes, until it is closed; raise OSError without a client."""
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
        """Take nothing more, and end `run` once all that waits has been sent."""
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
