"""Thousands of subscribers over graphql-transport-ws, in a process of their own.

The process only notes the time of arriving data, and parses it when no more arrives, so that it
takes little processor time from the server while that is measured.
"""

import multiprocessing
import select
import socket
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import orjson
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from bench.measure import LoadError

PROTOCOL: Any = "graphql-transport-ws"
_QUIET_SECONDS = 0.002
"""Seconds without data after which the data so far is parsed."""
_MAX_SECONDS = 2
"""Seconds after which data is parsed in any case, because pings must be answered."""


class Subscriber(NamedTuple):
    """The token and the variables of a subscriber."""

    token: str
    variables: dict[str, str]


class Arrival(NamedTuple):
    """One event that reached one subscriber."""

    event: int
    nanoseconds: int
    "The time of arrival by CLOCK_MONOTONIC, which all processes share."


@contextmanager
def crowd() -> Generator["Crowd"]:
    """Start a process for subscribers, and end it afterwards."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_attend, args=(there,), daemon=True)
    process.start()
    there.close()
    try:
        yield Crowd(here)
    finally:
        here.close()
        process.join(timeout=10)
        process.kill()


class Crowd:
    """The subscribers, seen from the process that measures."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe

    def join(self, port: int, operation: str, subscribers: Sequence[Subscriber]) -> None:
        """Connect and subscribe each of them. Raises LoadError if one is refused."""
        self._ask("join", port, operation, subscribers)

    def arrivals(self, count: int, seconds: float) -> list[Arrival]:
        """Return the arrivals since the last call, as soon as there are `count`, or time is up."""
        return self._ask("wait", count, seconds)

    def _ask(self, *words: Any) -> Any:
        self._pipe.send(words)
        try:
            answer = self._pipe.recv()
        except EOFError:
            raise LoadError("the subscribers' process ended") from None
        if isinstance(answer, LoadError):
            raise answer
        return answer


def _attend(pipe: "Connection[Any, Any]") -> None:
    """Execute the commands of the pipe until it is closed."""
    attendance = _Attendance(pipe)
    try:
        attendance.run()
    except EOFError:
        return
    except (LoadError, OSError) as error:
        pipe.send(LoadError(str(error)))


class _Attendance:
    """The open sockets and their arrivals, in the subscribers' process."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe
        self._epoll = select.epoll()
        self._epoll.register(pipe.fileno(), select.EPOLLIN)
        self._sockets: dict[int, _Socket] = {}
        self._unread: list[tuple[int, int, bytes]] = []
        self._last_read = time.monotonic()
        self._arrivals: list[Arrival] = []
        self._wanted: tuple[int, float] | None = None
        "The number of arrivals that the other process waits for, and the deadline."

    def run(self) -> None:
        """Receive, read and answer until the pipe is closed."""
        while True:
            if self._receive():
                self._obey(*self._pipe.recv())
            self._answer()

    def _receive(self) -> bool:
        """Receive data, and parse it when no more comes; return whether there is a command."""
        ready = self._epoll.poll(_QUIET_SECONDS)
        for descriptor, _ in ready:
            if descriptor != self._pipe.fileno():
                data = self._sockets[descriptor].connection.recv(1 << 14)
                self._unread.append((descriptor, time.monotonic_ns(), data))
        if not ready or time.monotonic() - self._last_read > _MAX_SECONDS:
            self._read()
        return any(descriptor == self._pipe.fileno() for descriptor, _ in ready)

    def _obey(self, word: str, *rest: Any) -> None:
        if word == "wait":
            count, seconds = rest
            self._wanted = (count, time.monotonic() + seconds)
            return
        port, operation, subscribers = rest
        for subscriber in subscribers:
            joined = _Socket(port, operation, subscriber)
            self._sockets[joined.connection.fileno()] = joined
            self._epoll.register(joined.connection.fileno(), select.EPOLLIN)
            if time.monotonic() - self._last_read > _MAX_SECONDS:
                self._receive()
        self._pipe.send(None)

    def _read(self) -> None:
        for descriptor, nanoseconds, data in self._unread:
            for event in self._sockets[descriptor].events(data):
                self._arrivals.append(Arrival(event, nanoseconds))
        self._unread.clear()
        self._last_read = time.monotonic()

    def _answer(self) -> None:
        if not self._wanted:
            return
        count, deadline = self._wanted
        if len(self._arrivals) >= count or time.monotonic() > deadline:
            self._pipe.send(self._arrivals)
            self._arrivals = []
            self._wanted = None


class _Socket:
    """One subscriber's connection."""

    def __init__(self, port: int, operation: str, subscriber: Subscriber) -> None:
        uri = parse_uri(f"ws://127.0.0.1:{port}/graphql")
        self._protocol = ClientProtocol(uri, subprotocols=[PROTOCOL])
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        while self._protocol.state is not State.OPEN:
            self._receive()
        payload = {"Authorization": f"Bearer {subscriber.token}"}
        self._send({"type": "connection_init", "payload": payload})
        while not any(_message(frame)["type"] == "connection_ack" for frame in self._receive()):
            pass
        asked = {"query": operation, "variables": subscriber.variables}
        self._send({"id": "1", "type": "subscribe", "payload": asked})

    def events(self, data: bytes) -> list[int]:
        """Return the ids of the events in the data. Raises LoadError for any other message."""
        found: list[int] = []
        for frame in self._frames(data):
            message = _message(frame)
            if message["type"] == "ping":
                self._send({"type": "pong"})
            elif message["type"] == "next" and "errors" not in message["payload"]:
                change = message["payload"]["data"]["participationChanged"]
                found.append(int(change["event"]["id"].rpartition("/")[2]))
            else:
                raise LoadError(f"a subscriber was told {message}")
        return found

    def _receive(self) -> list[Frame]:
        return self._frames(self.connection.recv(1 << 16))

    def _frames(self, data: bytes) -> list[Frame]:
        """Return the complete messages in the data, and answer pings."""
        self._protocol.receive_data(data)
        found: list[Frame] = []
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                continue
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT and event.fin:
                found.append(event)
            elif not isinstance(event, Frame) or event.opcode not in (Opcode.PING, Opcode.PONG):
                raise LoadError(f"a subscriber's connection ended: {event}")
        self._flush()
        if not data:
            raise LoadError("a subscriber's connection was closed")
        return found

    def _send(self, message: dict[str, Any]) -> None:
        self._protocol.send_text(orjson.dumps(message))
        self._flush()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self.connection.sendall(data)


def _message(frame: Frame) -> dict[str, Any]:
    return orjson.loads(frame.data)
