"""uvicorn's server, which ends in order: not ready any more, then closed, then done."""

import asyncio
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

import uvicorn

from transport.connections import bounded_connection, bounded_websocket
from transport.settings import Settings

CLOSING_SECONDS = 5
"""For the background and the database's connections, after the last request."""
LINGER_SECONDS = 1.0
"""For requests that are on their way when the sockets close."""
RETIRE = signal.SIGUSR1
"""Tells a worker to end without a delay: others take its place."""
_CLOSE = (b"connection", b"close")
_NOT_RENEWED = (
    "SIGHUP replaces the workers of a server that has several (--workers 2 or more); this one is a"
    " single process, and serves on: end it and start it again instead"
)

_log = logging.getLogger(__name__)


class Ending(NamedTuple):
    """The longest that each step of the server's end may take, in seconds."""

    drain: float
    "It is not ready, and still serves: whoever balances load must come to know."
    grace: int
    "It listens no more, and finishes what is under way; then that is cut off."

    @property
    def seconds(self) -> float:
        """The longest time from the signal to the end of the process."""
        return self.drain + LINGER_SECONDS + self.grace + CLOSING_SECONDS


def ending_of(settings: Settings) -> Ending:
    """Return how a server of these settings ends."""
    return Ending(settings.drain_seconds, settings.graceful_timeout)


def server_config(settings: Settings, host: str = "", port: int = 0) -> uvicorn.Config:
    """Return how uvicorn serves `server:app` by these settings, where no socket is given to it."""
    return uvicorn.Config(
        "server:app",
        factory=True,
        host=host,
        port=port,
        loop="uvloop",
        http=bounded_connection(settings.body_timeout),
        ws=bounded_websocket(settings.body_timeout),
        ws_max_size=settings.stream_message_size,
        ws_ping_interval=settings.stream_keep_alive,
        ws_ping_timeout=settings.stream_keep_alive,
        ws_per_message_deflate=settings.stream_compression,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        log_level=settings.log_level,
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=settings.graceful_timeout,
    )


class DrainingServer(uvicorn.Server):
    """A server that SIGTERM ends in order, SIGINT and RETIRE without the delay before.

    A second signal ends it at once with exit code 1, unless it is a worker, whose parent decides
    that. SIGHUP, which replaces workers, is for their parent: a server without one logs that it
    serves on, where SIGHUP was ignored until then; else, in a terminal, it ends with that. `beat`
    is called every second while the event loop turns.
    """

    def __init__(
        self, config: uvicorn.Config, ending: Ending, beat: Callable[[], None] | None = None
    ) -> None:
        super().__init__(config)
        self._ending = ending
        self._beat = beat
        self._drain_seconds = 0.0
        self._was_told_to_renew = False

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take the signals that end the server, and keep them: it ends with exit code 0."""
        own = signal.SIGINT if self._beat is None else RETIRE
        for number in (signal.SIGTERM, own):
            signal.signal(number, self.handle_exit)
        if self._beat is None:
            is_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            signal.signal(signal.SIGHUP, self._decline if is_ignored else self.handle_exit)
        yield

    def _decline(self, _sig: int, _frame: FrameType | None) -> None:
        self._was_told_to_renew = True  # logged outside of the signal, which may interrupt a line

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Begin to end."""
        if self.should_exit and self._beat is None:
            os._exit(1)
        if not self.should_exit and sig == signal.SIGTERM:
            self._drain_seconds = self._ending.drain
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Show every second that the event loop turns."""
        if self._beat and counter % 10 == 0:
            self._beat()
        if self._was_told_to_renew:
            self._was_told_to_renew = False
            _log.warning(_NOT_RENEWED)
        return await super().on_tick(counter)

    async def main_loop(self) -> None:
        """Serve until told to end, and for the delay after that."""
        await super().main_loop()
        # What holds the process may be outside of the event loop, such as a thread of a driver.
        limit = threading.Timer(self._ending.seconds, _end_now)
        limit.daemon = True
        limit.start()
        self._close_after_answers()
        if self._drain_seconds:
            _log.info("not ready any more; listening for another %g s", self._drain_seconds)
            self.lifespan.state["is_draining"] = True
        ends = time.monotonic() + self._drain_seconds
        while time.monotonic() < ends:
            await self.on_tick(0)
            await asyncio.sleep(0.1)

    def _close_after_answers(self) -> None:
        """Have clients come by new connections, which other servers may take."""
        self.config.encoded_headers.append(_CLOSE)
        self.server_state.default_headers.append(_CLOSE)
        for connection in self.server_state.connections:
            # A request that is under way has the headers of the second in which it began.
            cycle: Any = getattr(connection, "cycle", None)
            if cycle is not None:
                cycle.keep_alive = False

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, finish what is under way, and close what the application holds."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        ends = time.monotonic() + self._ending.grace
        # Before the lifespan ends: uvicorn ends it while requests that it has cancelled clean up.
        if (streams := self.lifespan.state.get("streams")) is not None:
            await streams.end(self._ending.grace)
        self.config.timeout_graceful_shutdown = max(1, round(ends - time.monotonic()))
        # uvicorn closes at once what has sent no request yet, though it may be on its way.
        ends = time.monotonic() + LINGER_SECONDS
        while self.server_state.connections and time.monotonic() < ends:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await super().shutdown()


def _end_now() -> None:
    _log.error("the server could not end in time: it is ended now")
    os._exit(1)
