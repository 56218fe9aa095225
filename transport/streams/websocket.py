"""GraphQL over WebSocket, by the protocol graphql-transport-ws.

Strawberry's implementation closes the socket, with all of its subscriptions, if one document does
not parse (docs/decisions/0018-own-live-protocols.md).
"""

import asyncio
from collections.abc import Sequence
from random import getrandbits
from typing import Any, NamedTuple, cast

import structlog
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from database.positions import Position
from execution.engine import RefusedError, to_json
from execution.errors import body_of, code_of, to_client_error
from resolvers.errors import RequestError
from telemetry.requests import Outcome, Record, current_request
from transport.auth.tokens import Grant
from transport.errors import HttpError
from transport.observing import Observer, request_id
from transport.request import Incoming, params_of
from transport.service import Service
from transport.streams.expiry import Expiry
from transport.streams.messages import (
    ACKNOWLEDGED,
    SUBPROTOCOL,
    CloseCode,
    ClosedError,
    Message,
    Prefix,
    authorization_in,
    pong,
    read_message,
)
from transport.streams.origin import may_open
from transport.streams.outbox import Entry, Outbox
from transport.streams.registry import ENDED, Registry
from transport.streams.stream import Stream

METHOD = "WEBSOCKET"
"The method of WebSockets in the access log."

_NO_TOKEN = "A token is needed: send `Authorization` in the payload of connection_init."  # noqa: S105
_EARLY = "connection_init comes first, and its acknowledgement."

_log = structlog.stdlib.get_logger("joinery.streams")


class Limits(NamedTuple):
    """The limits of one socket."""

    init_seconds: float
    "Seconds within which connection_init must arrive."
    operations: int
    "The most operations under way at the same time."


class GraphQLOverWebSocket:
    """The endpoint for WebSockets: an ASGI application for one path."""

    def __init__(
        self, service: Service, observer: Observer, origins: Sequence[str], limits: Limits
    ) -> None:
        self.service = service
        self.observer = observer
        self.limits = limits
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket until it is closed."""
        await receive()  # websocket.connect
        record = Record(request_id(scope["headers"]).decode())
        record.event = "connection"
        token = current_request.set(record)
        try:
            await self._open(scope, receive, send, record)
        finally:
            current_request.reset(token)
            self.observer.tell(record, METHOD, scope["path"])

    async def _open(self, scope: Scope, receive: Receive, send: Send, record: Record) -> None:
        try:
            request = Incoming(scope, receive)
            authorization = request.header(b"authorization")
            self._check_origin(request)
        except HttpError as error:
            record.status, record.code = error.status, error.code
            await _refuse(send, error)
            return
        is_ours = SUBPROTOCOL in scope["subprotocols"]
        headers = [(b"x-request-id", record.id.encode())]
        subprotocol = SUBPROTOCOL if is_ours else None
        await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": headers})
        record.status = 101
        connection = Connection(self, scope, receive, send)
        if not is_ours:
            refusal = ClosedError(
                CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, f"The subprotocol must be {SUBPROTOCOL}."
            )
        else:
            refusal = _registry_refusal(self.service.streams)
        record.closed = await connection.serve(authorization, refusal)

    def _check_origin(self, request: Incoming) -> None:
        if not may_open(request, self._origins):
            raise HttpError(
                403,
                "Pages of this origin may not connect: JOINERY_CORS_ORIGINS does not name it.",
                code="FORBIDDEN",
            )


def _registry_refusal(registry: Registry) -> ClosedError | None:
    if (reason := registry.refusal()) is None:
        return None
    code = CloseCode.SERVICE_RESTART if registry.is_ending else CloseCode.TRY_AGAIN_LATER
    return ClosedError(code, reason)


async def _refuse(send: Send, error: HttpError) -> None:
    """Answer the handshake with an HTTP error."""
    body = to_json(body_of([RequestError(error.code, str(error))]))
    await send(
        {
            "type": "websocket.http.response.start",
            "status": error.status,
            "headers": [(b"content-type", b"application/json"), (b"cache-control", b"no-store")],
        }
    )
    await send({"type": "websocket.http.response.body", "body": body})


class Connection:
    """One socket, from the handshake to its end."""

    def __init__(
        self, endpoint: GraphQLOverWebSocket, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._service = endpoint.service
        self._observer = endpoint.observer
        self._limits = endpoint.limits
        self._receive = receive
        self._send = send
        self._socket: Any = scope.get("extensions", {}).get("joinery.connection")
        self._outbox = Outbox(self._write, self._write_now)
        self._operations: dict[str, Operation] = {}
        "The operations by id; each until its last message was sent."
        self._grant: Grant | None = None
        self._expiry: Expiry | None = None
        self._read_after: Position | None = None
        "The position of the last mutation on this socket: later queries read at least that state."
        self._closing: ClosedError | None = None
        "The reason to close it as soon as no query or mutation is under way."
        self._is_closed = False
        self.closed_with: int | None = None

    async def serve(self, authorization: str | None, refusal: ClosedError | None) -> int | None:
        """Serve until the socket is closed, and return the close code.

        If there is a refusal, the socket is closed at once.
        """
        sending = asyncio.create_task(self._send_all())
        self._service.streams.add(self, "websocket")
        try:
            if refusal is not None:
                self._close(refusal)
            await self._converse(authorization)
        finally:
            self._service.streams.remove(self, "websocket")
            if self._expiry is not None:
                self._expiry.cancel()
            running = [each.task for each in self._operations.values() if each.task is not None]
            for operation in self._operations.values():
                operation.cut()
            sending.cancel()
            await asyncio.gather(sending, *running, return_exceptions=True)
        return self.closed_with

    async def _send_all(self) -> None:
        try:
            await self._outbox.run()
        except OSError:
            pass  # the client has gone, which `_receive` reports too
        except Exception:  # noqa: BLE001
            _log.exception("a WebSocket could not be written to")
            self.abort()

    async def _converse(self, authorization: str | None) -> None:
        """Handle messages until the socket is closed."""
        try:
            async with asyncio.timeout(self._limits.init_seconds) as until_known:
                while (message := await self._next_message()) is not None:
                    await self._take(message, authorization)
                    if self._grant is not None:
                        until_known.reschedule(None)
        except TimeoutError:
            seconds = self._limits.init_seconds
            self._close(
                ClosedError(
                    CloseCode.INIT_TIMEOUT, f"connection_init was not there within {seconds:g} s."
                )
            )
            await self._next_message()

    async def _next_message(self) -> Message | None:
        """Return the next ASGI message with data; None after the socket is closed."""
        while True:
            await self._outbox.room()
            message = cast("Message", await self._receive())
            if message["type"] == "websocket.disconnect":
                self.closed_with = message.get("code")
                return None
            if not self._is_closed:
                return message

    async def _take(self, message: Message, authorization: str | None) -> None:
        try:
            given = read_message(message.get("text"))
            match given["type"]:
                case "connection_init":
                    await self._acknowledge(given, authorization)
                case "subscribe":
                    self._subscribe(given)
                case "complete":
                    self._complete(given)
                case "ping":
                    self._outbox.put_anyway(Entry(content=pong(given)))
                case _:
                    pass  # a pong needs no answer
        except ClosedError as error:
            self._close(error)
        except Exception as error:  # noqa: BLE001
            self._close(ClosedError(CloseCode.INTERNAL, to_client_error(error).message))

    async def _acknowledge(self, message: Message, authorization: str | None) -> None:
        if self._grant is not None:
            raise ClosedError(CloseCode.TOO_MANY_INITS, "connection_init was sent before.")
        given = authorization_in(message.get("payload")) or authorization
        if given is None:
            raise ClosedError(CloseCode.FORBIDDEN, _NO_TOKEN)
        try:
            self._grant = await self._service.callers.grant(given)
        except Exception as error:  # noqa: BLE001
            raise _not_known(to_client_error(error)) from None
        if self._socket is not None:
            self._socket.allow_messages()
        self._expiry = Expiry(self._grant, self._revoke)
        self._outbox.put_anyway(Entry(content=ACKNOWLEDGED))

    def _subscribe(self, message: Message) -> None:
        if self._grant is None:
            raise ClosedError(CloseCode.UNAUTHORIZED, _EARLY)
        key: str = message["id"]
        if key in self._operations:
            raise ClosedError(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {key} already exists")
        operation = Operation(key, self._outbox, self._grant, self._observer)
        self._operations[key] = operation
        if self._closing is not None:
            code = "UNAVAILABLE" if self._service.streams.is_ending else "UNAUTHENTICATED"
            operation.refuse(RequestError(code, self._closing.reason))
        elif len(self._operations) > self._limits.operations:
            operation.refuse(_too_many(self._limits.operations))
        else:
            operation.task = asyncio.create_task(self._run(operation, message["payload"]))

    def _complete(self, message: Message) -> None:
        """End an operation for its client; ignore an id that is unknown, or has ended meanwhile."""
        if (operation := self._operations.pop(message["id"], None)) is not None:
            operation.cut()
            self._close_if_idle()

    async def _run(self, operation: "Operation", payload: Message) -> None:
        """Execute a query or a mutation, or start a subscription."""
        current_request.set(operation.record)
        self._service.under_way += 1
        try:
            self._service.check_concurrency()
            await self._execute(operation, payload)
        except HttpError as error:
            operation.refuse(RequestError(error.code, str(error)))
        except RefusedError as error:
            operation.refuse(*error.errors)
        except Exception as error:  # noqa: BLE001
            operation.refuse(to_client_error(error))
        finally:
            self._service.under_way -= 1
            operation.task = None
            self._close_if_idle()

    async def _execute(self, stream: "Operation", payload: Message) -> None:
        assert self._grant is not None
        service, record = self._service, stream.record
        await self._grant.check()
        params = params_of(payload)
        operation = service.engine.operation(params)
        record.describe(operation.type.value, operation.name, is_trusted=operation.is_trusted)
        context = service.new_context(caller=self._grant.caller, read_after=self._read_after)
        if operation.type is OperationType.SUBSCRIPTION:
            service.subscribe(operation, params, context, stream)
            return
        response = await service.deadline.run(service.engine.execute(operation, params, context))
        if response.read_after is not None:
            self._read_after = Position.parse(response.read_after)
        if response.codes:
            record.outcome, record.code = "failed", response.codes[0]
        stream.deliver(response.body)
        stream.end(None)

    # The end of the socket

    def _revoke(self, error: RequestError) -> None:
        """End all subscriptions with this error, then close the socket."""
        for operation in list(self._operations.values()):
            if operation.record.type == "subscription":
                operation.end(error)
        self._close_when_idle(ClosedError(CloseCode.FORBIDDEN, error.message))

    def _close_when_idle(self, reason: ClosedError) -> None:
        if self._closing is None:
            self._closing = reason
        self._close_if_idle()

    def _close_if_idle(self) -> None:
        if self._closing is not None and not self.is_busy:
            self._close(self._closing)

    def _close(self, reason: ClosedError) -> None:
        """Close the socket after all waiting messages are sent."""
        if not self._is_closed:
            self._is_closed = True
            self._outbox.put_anyway(Entry(close=reason))
            self._outbox.close()

    # Called by the registry

    @property
    def is_busy(self) -> bool:
        """Whether a query or a mutation is under way, or a subscription is starting."""
        return any(operation.task is not None for operation in self._operations.values())

    async def look(self) -> None:
        """End the socket if its token is not accepted any more. uvicorn sends the pings."""
        if self._grant is None or self._closing is not None:
            return
        if (error := await self._grant.refusal()) is not None:
            self._revoke(error)

    def go_away(self) -> None:
        """Start no more operations; close with 1012 as soon as it is not busy."""
        self._close_when_idle(ClosedError(CloseCode.SERVICE_RESTART, ENDED))

    def abort(self) -> None:
        """Drop the connection."""
        if self._socket is not None:
            self._socket.abort()

    # Sending

    async def _write(self, entry: Entry) -> None:
        message = entry.content
        if entry.close is not None:
            code, reason = int(entry.close.code), entry.close.reason
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
            return
        if isinstance(operation := entry.stream, Operation):
            message = operation.message(message, is_last=entry.is_last)
            if entry.is_last:
                del self._operations[operation.key]
        await self._send({"type": "websocket.send", "text": message.decode()})

    def _write_now(self, entry: Entry) -> bool:
        """Send a result; return False if it has to wait, or the token has to be checked first."""
        operation = entry.stream
        if self._socket is None or not isinstance(operation, Operation) or not operation.is_checked:
            return False
        return self._socket.send_now(operation.message(entry.content, is_last=False))


class Operation(Stream):
    """An operation on a socket, with the id that its client gave."""

    def __init__(self, key: str, outbox: Outbox, grant: Grant, observer: Observer) -> None:
        record = Record(f"{getrandbits(64):016x}")
        record.is_operation = True
        record.role = grant.caller.role
        super().__init__("websocket", outbox, grant, record)
        self._observer = observer
        self._span = observer.begin(record)
        self.key = key
        self.task: asyncio.Task[None] | None = None
        "The task that executes or starts it; None afterwards."
        self._prefix = Prefix.of(key)

    def refuse(self, *errors: GraphQLError) -> None:
        """End the operation with errors before it has begun."""
        self.end_with(errors, "refused")

    def message(self, content: bytes, *, is_last: bool) -> bytes:
        """Return the message with a result, or the last one of the operation."""
        if not is_last:
            return b"%b%b}" % (self._prefix.next, content)
        return b"%b%b}" % ((self._prefix.error if content else self._prefix.complete), content)

    def cut(self) -> None:
        """Send nothing more, and cancel the task."""
        super().cut()
        if self.task is not None:
            self.task.cancel()

    def _finish(self, outcome: Outcome, code: str | None) -> None:
        super()._finish(outcome, code)
        self._observer.tell(self.record, METHOD, "/graphql", self._span)


def _too_many(limit: int) -> RequestError:
    message = f"This connection has {limit} operations under way: end one, or open another."
    return RequestError("SUBSCRIPTION_LIMIT", message)


def _not_known(error: GraphQLError) -> ClosedError:
    """Return the reason to close a socket whose caller is not known."""
    match code_of(error):
        case "UNAUTHENTICATED":
            return ClosedError(CloseCode.FORBIDDEN, error.message)
        case "UNAVAILABLE":
            return ClosedError(CloseCode.TRY_AGAIN_LATER, error.message)
        case _:
            return ClosedError(CloseCode.INTERNAL, error.message)
