"""A proxy in front of PostgreSQL's socket, for faults of the network between it and the server.

It listens on a TCP port of this machine, as a database elsewhere would, and runs in a thread of its
own, so that a test of any kind can use it:

    with proxied(postgres_server.folder) as proxy:
        url = proxy.url_of(database_url)
        proxy.swallow()
"""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

PORT = 5432
"In the name of PostgreSQL's socket."
CHUNK = 65536
SECONDS = 10
"So long the proxy may take to do as it is told."

T = TypeVar("T")


@contextmanager
def proxied(folder: Path) -> Generator["Proxy"]:
    """Run a proxy in front of the PostgreSQL whose socket is in this folder."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    proxy = Proxy(folder / f".s.PGSQL.{PORT}", loop)
    try:
        proxy.run(proxy.listen())
        yield proxy
    finally:
        proxy.run(proxy.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Proxy:
    """Passes on what it receives, until it is told to do something worse."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._path = path
        self._loop = loop
        self._links = set[_Link]()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.delay = 0.0
        "Seconds that everything takes on its way to PostgreSQL."
        self.is_swallowing = False
        self.marker: bytes | None = None

    def url_of(self, database_url: str) -> str:
        """Return the URL of the same database by way of the proxy."""
        database = database_url.partition("?")[0].rpartition("/")[2]
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}?sslmode=disable"

    @property
    def connections(self) -> int:
        """The number of connections that are open now."""
        return len(self._links)

    def swallow(self) -> None:
        """Be a black hole: connections are made and stay open, and nothing comes out of them.

        As with a firewall that has forgotten them, those of now stay dead after `restore`.
        """
        self.is_swallowing = True
        for link in list(self._links):
            link.is_dead = True

    def swallow_answers_after(self, marker: bytes) -> None:
        """Let the next message that holds the marker through, and no answer of its connection."""
        self.marker = marker

    def cut(self) -> None:
        """Reset all connections; new ones are passed on."""
        self.run(self._cut())

    def restore(self) -> None:
        """Pass on what comes by new connections."""
        self.is_swallowing = False
        self.delay = 0.0
        self.marker = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the coroutine returns, run by the proxy's own thread."""
        done: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(SECONDS)

    async def listen(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no longer, and cut all connections."""
        if self._server:
            self._server.close()
        await self._cut()

    async def _cut(self) -> None:
        tasks = [link.task for link in self._links]
        for link in list(self._links):
            link.reset()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(self, reader, writer)
        self._links.add(link)
        try:
            await link.pass_on(self._path)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._links.discard(link)
            link.close()


class _Link:
    """One connection of a client, and the one to PostgreSQL that belongs to it."""

    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._client = reader, writer
        self._writers = [writer]
        self.is_dead = proxy.is_swallowing
        self.is_unanswered = False
        task = asyncio.current_task()
        assert task is not None
        self.task = task

    async def pass_on(self, path: Path) -> None:
        """Pass on both ways until either side ends."""
        server = await asyncio.open_unix_connection(path)
        self._writers.append(server[1])
        ways = (
            asyncio.create_task(self._forth(self._client[0], server[1])),
            asyncio.create_task(self._back(server[0], self._client[1])),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            if self._proxy.delay:
                await asyncio.sleep(self._proxy.delay)
            if self._proxy.marker and self._proxy.marker in data:
                self._proxy.marker, self.is_unanswered = None, True
            if not self.is_dead:
                writer.write(data)
                await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            if not (self.is_dead or self.is_unanswered):
                writer.write(data)
                await writer.drain()
        if self.is_dead or self.is_unanswered:
            await asyncio.Future()  # the client does not hear of the end either

    def reset(self) -> None:
        """Have the client see a reset connection."""
        with suppress(OSError):
            raw = self._client[1].get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.task.cancel()

    def close(self) -> None:
        """Close both connections."""
        for writer in self._writers:
            writer.transport.abort()
