"""Each request as operators see it: its id, its access line, and what is counted of it."""

import logging
import re
from collections.abc import Iterable
from random import getrandbits
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from database.session import capabilities
from telemetry.outages import database
from telemetry.requests import CLIENT_CLOSED, Record, count, current_request
from transport.access_log import AccessLog

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from telemetry.traces import Traces

HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")

# An address that is not ours may be a secret that was put in the wrong place.
_ASKED_BY_MACHINES = ("/health/live", "/health/ready", "/metrics")
_KNOWN = ("/graphql", "/graphql/ticket", *_ASKED_BY_MACHINES)

_UNKNOWN = ("UNAVAILABLE", CLIENT_CLOSED)
"Codes of requests that do not tell whether the database is well."


class Observer:
    """The log and the metrics of requests: each request has a log line, and is counted.

    The line of a request that takes `slow_seconds` or longer includes its SQL statements.
    """

    def __init__(self, log: AccessLog, slow_seconds: float, traces: "Traces | None" = None) -> None:
        self._log = log
        self._slow_seconds = slow_seconds
        self._traces = traces

    def begin(self, record: Record, headers: Iterable[tuple[bytes, bytes]] = ()) -> "Span | None":
        """Begin the span of an operation; None without traces."""
        return None if self._traces is None else self._traces.begin(record, headers)

    def tell(self, record: Record, method: str, path: str, span: "Span | None" = None) -> None:
        """Log and count a request that has been answered, and end its span."""
        seconds = perf_counter() - record.began
        if record.is_operation:
            count(record, seconds)
            if record.statements and record.code not in _UNKNOWN:
                database.succeeded()
        if seconds >= self._slow_seconds and record.event == "request":
            level = logging.WARNING
        else:
            level = logging.DEBUG if path in _ASKED_BY_MACHINES else logging.INFO
        if level >= self._log.level:
            self._log.tell(level, record, method, _shown(path), seconds)
        if self._traces is not None and span is not None and record.is_operation:
            self._traces.end(span, record, method, seconds, capabilities().system)


class Observed:
    """An application whose requests get an id, and are logged and counted."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or start and stop; the endpoint of WebSockets logs its own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        its_id = request_id(scope["headers"])
        record = Record(its_id.decode())
        is_operation = scope["path"] == "/graphql"
        span = self._observer.begin(record, scope["headers"]) if is_operation else None

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, its_id)]
            await send(message)

        token = current_request.set(record)
        try:
            await self._app(scope, receive, answer)
        finally:
            current_request.reset(token)
            self._observer.tell(record, scope["method"], scope["path"], span)


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the id that a client or a proxy gave the request, or a new one."""
    for name, value in headers:
        if name == HEADER and _SANE.fullmatch(value):
            return value
    return b"%016x" % getrandbits(64)


def _shown(path: str) -> str:
    if path in _KNOWN:
        return path
    return "/graphiql/" if path.startswith("/graphiql/") else "other"
