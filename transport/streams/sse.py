"""GraphQL over Server-Sent Events, in its mode of distinct connections.

The protocol: https://github.com/enisdenny/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Scope, Send

from telemetry.requests import Record
from transport.auth.tokens import Grant
from transport.streams.expiry import Expiry
from transport.streams.outbox import Entry, Outbox
from transport.streams.stream import Stream

if TYPE_CHECKING:
    from transport.service import Service

COMMENT = b":\n\n"
"A comment that keeps the connection open; npm's graphql-sse rejects unknown named events."
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events until its buffer is full
]
_COMPLETE = b"event: complete\ndata:\n\n"


def events_of(body: bytes) -> bytes:
    """Return a whole response as events: its body, and the end."""
    return _next_event(body) + _COMPLETE


def _next_event(body: bytes) -> bytes:
    return b"event: next\ndata: %b\n\n" % body


class EventStream(Stream):
    """A subscription over SSE, whose response stays open."""

    def __init__(self, service: "Service", grant: Grant, record: Record) -> None:
        self._service = service
        self._connection: Any = None
        self._send: Send
        self._has_sent = True
        super().__init__("sse", Outbox(self._write), grant, record)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response until the subscription, the server or the connection ends."""
        self._send = send
        self._connection = scope.get("extensions", {}).get("joinery.connection")
        self._service.streams.add(self, "sse")
        watching = asyncio.create_task(self._wait_for_the_end(receive))
        expiry = Expiry(self._grant, self.end)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": COMMENT, "more_body": True})
            await self._outbox.run()
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._service.streams.remove(self, "sse")
            expiry.cancel()
            watching.cancel()
            self.cut()

    async def _wait_for_the_end(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.cut()
        self._outbox.close()

    async def _write(self, entry: Entry) -> None:
        body = entry.content
        self._has_sent |= entry.stream is not None
        if entry.is_last:
            body = (_next_event(b'{"errors":%b}' % body) if body else b"") + _COMPLETE
            self._outbox.close()
        elif entry.stream is not None:
            body = _next_event(body)
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    # What the registry calls these

    @property
    def is_busy(self) -> bool:
        """Whether a query or a mutation is under way."""
        return False

    async def look(self) -> None:
        """Send a comment if nothing else was sent; end it if the token is no longer accepted."""
        if not self._has_sent:
            self._outbox.put(Entry(content=COMMENT))
        self._has_sent = False
        if (error := await self._grant.refusal()) is not None:
            self.end(error)

    def go_away(self) -> None:
        """End the response without `complete`, so that its client reconnects to another server."""
        self.cut()
        self._outbox.close()

    def abort(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.abort()
