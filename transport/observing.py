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
    from telemetry.traces import Traces

HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")

# An address that is not ours may be a secret that was put in the wrong place.
_KNOWN = ("/graphql", "/health/live", "/health/ready", "/metrics")
_ASKED_BY_MACHINES = _KNOWN[1:]

_UNKNOWN = ("UNAVAILABLE", CLIENT_CLOSED)
"Codes of requests that do not tell whether the database is well."


class Observed:
    """An application whose requests get an id, an access line, and are counted.

    A request that takes `slow_seconds` or longer is told with its statements.
    """

    def __init__(
        self, app: ASGIApp, log: AccessLog, slow_seconds: float, traces: "Traces | None" = None
    ) -> None:
        self._app = app
        self._traces = traces
        self._log = log
        self._slow_seconds = slow_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or start and stop."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_in(scope["headers"])
        record = Record(request_id.decode())
        span = None
        if self._traces is not None and scope["path"] == "/graphql":
            span = self._traces.begin(record, scope["headers"])

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, request_id)]
            await send(message)

        token = current_request.set(record)
        try:
            await self._app(scope, receive, answer)
        finally:
            current_request.reset(token)
            seconds = perf_counter() - record.began
            self._tell(scope, record, seconds)
            if self._traces is not None and span is not None and record.is_operation:
                system = capabilities().system
                self._traces.end(span, record, scope["method"], seconds, system)

    def _tell(self, scope: Scope, record: Record, seconds: float) -> None:
        path: str = scope["path"]
        if record.is_operation:
            count(record, seconds)
            if record.statements and record.code not in _UNKNOWN:
                database.succeeded()
        if seconds >= self._slow_seconds:
            level = logging.WARNING
        else:
            level = logging.DEBUG if path in _ASKED_BY_MACHINES else logging.INFO
        if level >= self._log.level:
            self._log.tell(level, record, scope["method"], _shown(path), seconds)


def _id_in(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the id that a client or a proxy gave the request, or a new one."""
    for name, value in headers:
        if name == HEADER and _SANE.fullmatch(value):
            return value
    return b"%016x" % getrandbits(64)


def _shown(path: str) -> str:
    if path in _KNOWN:
        return path
    return "/graphiql/" if path.startswith("/graphiql/") else "other"
