"""GraphQL over HTTP, by its specification (https://graphql.github.io/graphql-over-http/draft/).

Strawberry's own view falls short of it (request errors with `data`, no
`application/graphql-response+json`, the wrong one of several operations), so this is ours.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from database.positions import Position
from execution.budget import WINDOW, RateLimitedError, Standing
from execution.documents import Operation, token_needed
from execution.engine import RefusedError, Response, to_json
from execution.errors import body_of, code_of, to_client_error
from execution.explain import explain
from resolvers.errors import RequestCode, RequestError
from telemetry.requests import CLIENT_CLOSED, Outcome, Record, current_request
from transport.compression import MIN_COMPRESSED, compressed
from transport.deadline import Deadline
from transport.errors import ClientGoneError, HttpError
from transport.negotiation import (
    EVENT_STREAM,
    GRAPHQL_RESPONSE,
    JSON,
    accepts_events,
    accepts_gzip,
    media_type_for,
)
from transport.request import MAX_PUBLIC_BODY, Incoming, read_body, read_params, ticket_in
from transport.service import Service
from transport.streams.sse import EventStream, events_of

STATUS: dict[RequestCode, int] = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "REQUEST_TIMEOUT": 408,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
"The status of a request that is not executed; 400 for all other codes."

_RETRY = {"Retry-After": "1"}
_CONTENT_TYPES = {
    media_type: f"{media_type}; charset=utf-8".encode()
    for media_type in (JSON, GRAPHQL_RESPONSE, EVENT_STREAM)
}
_TOLD_BY_EVENTS = {200, 400, 403, 422}
"""Statuses that event streams replace by 200 and an error event.

Refusals with another status keep it, because clients then try again, as they should.
"""
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Accept-Encoding"),
    (b"x-content-type-options", b"nosniff"),
]


class GraphQLOverHTTP:
    """The endpoint that serves one engine: an ASGI application for one address."""

    def __init__(
        self, service: Service, *, explains: bool = False, body_timeout: float = 15.0
    ) -> None:
        self._service = service
        self._explains = explains
        self._body_deadline = Deadline(body_timeout, partial(_body_too_slow, body_timeout))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or a POST."""
        self._service.under_way += 1
        try:
            stream = await self._serve(scope, receive, send)
        finally:
            self._service.under_way -= 1
        if stream is not None:
            await stream.serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> EventStream | None:
        """Answer the request; if it starts a subscription, return its stream instead."""
        media_type, takes_gzip, takes_events = JSON, False, False
        record = current_request.get() or Record("")
        record.is_operation = True
        try:
            request = Incoming(scope, receive)
            takes_gzip = accepts_gzip(request.header(b"accept-encoding"))
            accept = request.header(b"accept")
            media_type, takes_events = media_type_for(accept), accepts_events(accept)
            if self._explains and request.header(b"joinery-explain") == "1":
                found = await explain(self._respond(request, record))
            else:
                found = await self._respond(request, record)
            if isinstance(found, EventStream):
                return found
            answer = _answer(found)
        except ClientGoneError:
            record.outcome, record.code = "abandoned", CLIENT_CLOSED
            return None
        except HttpError as error:
            errors = [RequestError(error.code, str(error))]
            answer = _refusal(errors, error.status, legacy_ok=False, headers=error.headers)
        except RefusedError as error:
            answer = _refusal(error.errors, _status(error.errors))
        except RateLimitedError as error:
            headers = {"Retry-After": str(error.standing.seconds), **_rate_limit(error.standing)}
            answer = _refusal([error], 429, legacy_ok=False, headers=headers)
        except asyncio.CancelledError:  # the server ends, and has waited long enough
            errors = [RequestError("UNAVAILABLE", _ENDING)]
            answer = _refusal(errors, _status(errors), legacy_ok=False)
        except Exception as error:  # noqa: BLE001
            errors = [to_client_error(error)]
            answer = _refusal(errors, _status(errors), legacy_ok=False)
        record.outcome, record.code = answer.outcome, answer.code
        if record.type == "subscription" and takes_events:
            media_type = EVENT_STREAM
        await _send(send, answer, media_type, takes_gzip=takes_gzip)
        return None

    async def _respond(self, request: Incoming, record: Record) -> Response | EventStream:
        self._service.check_concurrency()
        body = None
        if request.method == "POST":
            body = await self._body_deadline.run(read_body(request))
        work = self._execute(request, body, record)
        return await self._service.deadline.run(work, request.receive)

    async def _execute(
        self, request: Incoming, body: bytes | None, record: Record
    ) -> Response | EventStream:
        authorization = request.header(b"authorization") or await self._from_ticket(request)
        caller = await self._service.callers.caller(authorization)
        if caller is not None:
            record.role = caller.role
        if caller is None and body is not None and len(body) > MAX_PUBLIC_BODY:
            raise RefusedError(token_needed())
        params = read_params(request, body)
        operation = self._service.engine.operation(params, is_known=caller is not None)
        record.describe(operation.type.value, operation.name, is_trusted=operation.is_trusted)
        _check_method(operation, request)
        context = self._service.new_context(caller=caller, read_after=_read_after(request))
        if operation.type is OperationType.SUBSCRIPTION:
            stream = await self._new_stream(record, authorization)
            self._service.subscribe(operation, params, context, stream)
            return stream
        key = request.header(b"idempotency-key")
        return await self._service.engine.execute(operation, params, context, key)

    async def _from_ticket(self, request: Incoming) -> str | None:
        """Return the Authorization header for a ticket in the URL; None without a ticket.

        Raises RefusedError for a ticket that is not good, or not for this kind of answer.
        """
        if request.method != "GET" or (ticket := ticket_in(request.query_string)) is None:
            return None
        if not accepts_events(request.header(b"accept")):
            raise RefusedError(RequestError("UNAUTHENTICATED", _FOR_EVENTS))
        return await self._service.tickets.redeem(ticket)

    async def _new_stream(self, record: Record, authorization: str | None) -> EventStream:
        """Return a new stream for a subscription.

        Raises RefusedError without a token, and HttpError 503 if no connection can be opened.
        """
        if authorization is None:
            raise RefusedError(token_needed())
        if (reason := self._service.streams.refusal()) is not None:
            raise HttpError(503, reason, _RETRY, "UNAVAILABLE")
        return EventStream(self._service, await self._service.callers.grant(authorization), record)


_FOR_EVENTS = f"A ticket works only with Accept: {EVENT_STREAM}. Else send a token."
_ENDING = (
    "The server ends, and this was given up. Try again; a mutation may have been done, so repeat it"
    " with its Idempotency-Key."
)


def _body_too_slow(seconds: float) -> HttpError:
    message = f"The body was not there within {seconds:g} s: send it again."
    return HttpError(408, message, {"Connection": "close"}, "REQUEST_TIMEOUT")


def _read_after(request: Incoming) -> Position | None:
    """Return the position that the client's reads must come after; raise HttpError."""
    header = request.header(b"joinery-read-after")
    if header is None:
        return None
    try:
        return Position.parse(header)
    except ValueError:
        message = "Joinery-Read-After is to be sent as the answer to a mutation had it."
        raise HttpError(400, message) from None


def _check_method(operation: Operation, request: Incoming) -> None:
    """Refuse a mutation by GET, and a subscription without `Accept: text/event-stream`."""
    if operation.type is OperationType.MUTATION and request.method != "POST":
        raise HttpError(405, "A mutation must be sent by POST.", {"Allow": "POST"})
    is_subscription = operation.type is OperationType.SUBSCRIPTION
    if is_subscription and not accepts_events(request.header(b"accept")):
        raise RefusedError(RequestError("INVALID_INPUT", _ANSWERS_ONCE))


_ANSWERS_ONCE = (
    "A subscription is answered by a connection that stays open: send it with"
    f" Accept: {EVENT_STREAM}, or by WebSocket (graphql-transport-ws) to this address."
)


class _Answer(NamedTuple):
    """An HTTP response. Where `legacy_ok`, plain JSON has status 200 whatever `status` is."""

    body: bytes
    status: int
    legacy_ok: bool
    headers: Mapping[str, str]
    outcome: Outcome
    code: RequestCode | None
    "Of the gravest error."


def _answer(response: Response) -> _Answer:
    headers = dict(_RETRY) if response.is_unavailable else {}
    if response.is_replayed:
        headers["Idempotency-Replayed"] = "true"
    if response.read_after is not None:
        headers["Joinery-Read-After"] = response.read_after
    if response.standing is not None:
        headers |= _rate_limit(response.standing)
    outcome: Outcome = "failed" if response.codes else "ok"
    code = _gravest(response.codes) if response.codes else None
    return _Answer(response.body, 200, legacy_ok=True, headers=headers, outcome=outcome, code=code)


def _rate_limit(standing: Standing) -> Mapping[str, str]:
    """Return the fields of draft-ietf-httpapi-ratelimit-headers-11; their unit is a point."""
    return {
        "RateLimit-Policy": f'"cost";q={standing.budget};w={WINDOW}',
        "RateLimit": f'"cost";r={standing.remaining};t={standing.seconds}',
    }


def _refusal(
    errors: Sequence[GraphQLError],
    status: int,
    *,
    legacy_ok: bool = True,
    headers: Mapping[str, str] | None = None,
) -> _Answer:
    usual = {401: {"WWW-Authenticate": "Bearer"}, 503: _retry(errors)}.get(status, {})
    return _Answer(
        body=to_json(body_of(errors)),
        status=status,
        legacy_ok=legacy_ok,
        headers={**usual, **(headers or {})},
        outcome="refused",
        code=_gravest([code_of(error) or "INTERNAL" for error in errors]),
    )


def _retry(errors: Sequence[GraphQLError]) -> Mapping[str, str]:
    """Return the header that says after how many seconds to try again."""
    waits = [error.retry_after for error in errors if isinstance(error, RequestError)]
    return {"Retry-After": str(max(waits, default=1))}


def _status(errors: Sequence[GraphQLError]) -> int:
    """Return the status of a request that was refused with these errors: the gravest one's."""
    return STATUS.get(_gravest([code_of(error) or "INTERNAL" for error in errors]), 400)


def _gravest(codes: Sequence[RequestCode]) -> RequestCode:
    return max(codes, key=lambda code: STATUS.get(code, 400))


async def _send(send: Send, answer: _Answer, media_type: str, *, takes_gzip: bool) -> None:
    body, status = answer.body, answer.status
    more = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    if media_type == EVENT_STREAM and status in _TOLD_BY_EVENTS:
        body, status = events_of(body), 200
    elif media_type == EVENT_STREAM:
        media_type = JSON
    elif media_type == JSON and answer.legacy_ok:
        status = 200
    if takes_gzip and media_type != EVENT_STREAM and len(body) >= MIN_COMPRESSED:
        body = await compressed(body)
        more.append((b"content-encoding", b"gzip"))
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", _CONTENT_TYPES[media_type]),
            (b"content-length", b"%d" % len(body)),
            *_HEADERS,
            *more,
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
