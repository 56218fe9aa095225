"""The outbox sends messages in order, and at once if none waits."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from transport.streams.outbox import Entry, Outbox


class Wire:
    """A connection that may be full."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.is_free = asyncio.Event()
        self.is_free.set()

    async def write(self, entry: Entry) -> None:
        await self.is_free.wait()
        self.sent.append(("later", entry.content))

    def write_now(self, entry: Entry) -> bool:
        if self.is_free.is_set():
            self.sent.append(("now", entry.content))
        return self.is_free.is_set()


@asynccontextmanager
async def running(wire: Wire) -> AsyncGenerator[Outbox]:
    outbox = Outbox(wire.write, wire.write_now)
    task = asyncio.create_task(outbox.run())
    await asyncio.sleep(0)
    yield outbox
    outbox.close()
    await task


async def test_a_result_is_sent_at_once_where_nothing_waits() -> None:
    wire = Wire()
    async with running(wire) as outbox:
        assert outbox.put(Entry(content=b"1"))
        assert wire.sent == [("now", b"1")]


async def test_nothing_overtakes_what_waits_or_is_being_sent() -> None:
    wire = Wire()
    async with running(wire) as outbox:
        wire.is_free.clear()
        outbox.put(Entry(content=b"1"))
        await asyncio.sleep(0)  # it has left the queue, and waits for the connection
        wire.is_free.set()
        outbox.put(Entry(content=b"2"))
        assert wire.sent == []
    assert wire.sent == [("later", b"1"), ("later", b"2")]


async def test_what_is_put_before_it_runs_is_sent_when_it_does() -> None:
    wire = Wire()
    outbox = Outbox(wire.write, wire.write_now)
    assert outbox.put(Entry(content=b"1"))
    assert wire.sent == []
    outbox.close()
    await outbox.run()
    assert wire.sent == [("later", b"1")]


async def test_nothing_follows_what_was_put_last_before_it_closed() -> None:
    wire = Wire()
    outbox = Outbox(wire.write, wire.write_now)
    outbox.put(Entry(content=b"1"))
    outbox.close()
    outbox.put(Entry(content=b"2"))
    await outbox.run()
    assert wire.sent == [("later", b"1")]
