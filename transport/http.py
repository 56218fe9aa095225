"""GraphQL over HTTP, by its specification (https://graphql.github.io/graphql-over-http/draft/).

Strawberry's own view falls short of it (request errors with `data`, no
`application/graphql-response+json`, the wrong one of several operations), so this is ours.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from database.positions import Position
from execution.budget import WINDOW, RateLimitedError, Standing
from execution.documents import Operation, token_needed
from execution.engine import Engine, RefusedError, Response, to_json
from execution.errors import body_of, code_of, to_client_error
from execution.explain import explain
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.errors import RequestCode, RequestError
from telemetry.requests import CLIENT_CLOSED, Outcome, Record, current_request
from transport.compression import MIN_COMPRESSED, compressed
from transport.deadline import Deadline
from transport.errors import ClientGoneError, HttpError
from transport.negotiation import GRAPHQL_RESPONSE, JSON, accepts_gzip, media_type_for
from transport.request import MAX_PUBLIC_BODY, Incoming, read_body, read_params

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
_TOO_MANY = "The server has too many requests under way: send it again in a second."
_CONTENT_TYPES = {
    media_type: f"{media_type}; charset=utf-8".encode() for media_type in (JSON, GRAPHQL_RESPONSE)
}
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Accept-Encoding"),
    (b"x-content-type-options", b"nosniff"),
]


class Callers(Protocol):
    """Find callers by the Authorization header."""

    async def caller(self, authorization: str | None) -> Caller | None:
        """Return the caller, or None without a header; raise RequestError."""
        ...


class GraphQLOverHTTP:
    """The endpoint that serves one engine: an ASGI application for one address."""

    def __init__(
        self,
        engine: Engine,
        callers: Callers,
        *,
        new_context: Callable[..., Context] = Context,
        explains: bool = False,
        request_timeout: float = 10.0,
        body_timeout: float = 15.0,
        max_concurrency: int = 500,
    ) -> None:
        self._engine = engine
        self._callers = callers
        self._new_context = new_context
        self._explains = explains
        self._body_deadline = Deadline(body_timeout, partial(_body_too_slow, body_timeout))
        self._deadline = Deadline(request_timeout, partial(_took_too_long, request_timeout))
        self._max_concurrency = max_concurrency
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or a POST."""
        self._under_way += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        media_type, takes_gzip = JSON, False
        record = current_request.get() or Record("")
        record.is_operation = True
        try:
            request = Incoming(scope, receive)
            takes_gzip = accepts_gzip(request.header(b"accept-encoding"))
            media_type = media_type_for(request.header(b"accept"))
            if self._explains and request.header(b"joinery-explain") == "1":
                answer = _answer(await explain(self._respond(request, record)))
            else:
                answer = _answer(await self._respond(request, record))
        except ClientGoneError:
            record.outcome, record.code = "abandoned", CLIENT_CLOSED
            return
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
        await _send(send, answer, media_type, takes_gzip=takes_gzip)

    async def _respond(self, request: Incoming, record: Record) -> Response:
        if self._under_way > self._max_concurrency:
            raise HttpError(503, _TOO_MANY, code="UNAVAILABLE")
        body = None
        if request.method == "POST":
            body = await self._body_deadline.run(read_body(request))
        work = self._execute(request, body, record)
        return await self._deadline.run(work, request.receive)

    async def _execute(self, request: Incoming, body: bytes | None, record: Record) -> Response:
        caller = await self._callers.caller(request.header(b"authorization"))
        if caller is not None:
            record.role = caller.role
        if caller is None and body is not None and len(body) > MAX_PUBLIC_BODY:
            raise RefusedError(token_needed())
        params = read_params(request, body)
        operation = self._engine.operation(params, is_known=caller is not None)
        record.name, record.type = operation.name, operation.type.value
        if operation.is_trusted and operation.name:
            record.label = operation.name
        _check_method(operation, request.method)
        context = self._new_context(caller=caller, read_after=_read_after(request))
        key = request.header(b"idempotency-key")
        return await self._engine.execute(operation, params, context, key)


_ENDING = (
    "The server ends, and this was given up. Try again; a mutation may have been done, so repeat it"
    " with its Idempotency-Key."
)


def _body_too_slow(seconds: float) -> HttpError:
    message = f"The body was not there within {seconds:g} s: send it again."
    return HttpError(408, message, {"Connection": "close"}, "REQUEST_TIMEOUT")


def _took_too_long(seconds: float) -> RequestError:
    message = (
        f"This took longer than {seconds:g} seconds and was given up. Try again later;"
        " a mutation may have been done, so repeat it with its Idempotency-Key."
    )
    return RequestError("UNAVAILABLE", message)


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


def _check_method(operation: Operation, method: str) -> None:
    """Refuse what this address does not serve."""
    if operation.type is OperationType.SUBSCRIPTION:
        message = "A subscription needs a connection that stays open; this address answers once."
        raise RefusedError(RequestError("INVALID_INPUT", message))
    if operation.type is OperationType.MUTATION and method != "POST":
        raise HttpError(405, "A mutation must be sent by POST.", {"Allow": "POST"})


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
    body = answer.body
    more = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    if takes_gzip and len(body) >= MIN_COMPRESSED:
        body = await compressed(body)
        more.append((b"content-encoding", b"gzip"))
    start = {
        "type": "http.response.start",
        "status": 200 if answer.legacy_ok and media_type == JSON else answer.status,
        "headers": [
            (b"content-type", _CONTENT_TYPES[media_type]),
            (b"content-length", b"%d" % len(body)),
            *_HEADERS,
            *more,
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
