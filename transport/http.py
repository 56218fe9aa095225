"""GraphQL over HTTP, by its specification (https://graphql.github.io/graphql-over-http/draft/).

Strawberry's own view falls short of it (request errors with `data`, no
`application/graphql-response+json`, the wrong one of several operations), so this is ours.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, cast
from urllib.parse import parse_qsl

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from execution.documents import Operation
from execution.engine import Engine, Params, RefusedError, Response, to_json
from execution.errors import body_of, code_of, to_client_error
from execution.explain import explain
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.errors import RequestCode, RequestError

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
MAX_BODY = 4 << 20
"Bytes. 1,000 influencers with their accounts fit."
MAX_DRAINED = 16 << 20
"Bytes of a body that is too large are read, so that its sender gets to see the answer."

STATUS: dict[RequestCode, int] = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
"The status of a request that is not executed; 400 for all other codes."

_RETRY = {"Retry-After": "1"}
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
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
    ) -> None:
        self._engine = engine
        self._callers = callers
        self._new_context = new_context
        self._explains = explains

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or a POST."""
        media_type = JSON
        request = Incoming(scope, receive)
        try:
            media_type = media_type_for(request.header(b"accept"))
            if self._explains and request.header(b"joinery-explain") == "1":
                answer = _answer(await explain(self._respond(request)))
            else:
                answer = _answer(await self._respond(request))
        except HttpError as error:
            errors = [RequestError("INVALID_INPUT", str(error))]
            answer = _refusal(errors, error.status, legacy_ok=False, headers=error.headers)
        except RefusedError as error:
            answer = _refusal(error.errors, _status(error.errors))
        except Exception as error:  # noqa: BLE001
            errors = [to_client_error(error)]
            answer = _refusal(errors, _status(errors), legacy_ok=False)
        await _send(send, answer, media_type)

    async def _respond(self, request: "Incoming") -> Response:
        params = await read_params(request)
        caller = await self._callers.caller(request.header(b"authorization"))
        operation = self._engine.operation(params)
        _check_method(operation, request.method)
        context = self._new_context(caller=caller)
        key = request.header(b"idempotency-key")
        return await self._engine.execute(operation, params, context, key)


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


def _answer(response: Response) -> _Answer:
    headers = _RETRY if response.is_unavailable else {}
    if response.is_replayed:
        headers = {"Idempotency-Replayed": "true"}
    return _Answer(response.body, 200, legacy_ok=True, headers=headers)


def _refusal(
    errors: Sequence[GraphQLError],
    status: int,
    *,
    legacy_ok: bool = True,
    headers: Mapping[str, str] | None = None,
) -> _Answer:
    usual = {401: {"WWW-Authenticate": "Bearer"}, 503: _RETRY}.get(status, {})
    return _Answer(to_json(body_of(errors)), status, legacy_ok, {**usual, **(headers or {})})


def _status(errors: Sequence[GraphQLError]) -> int:
    """Return the status of a request that was refused with these errors: the gravest one's."""
    return max(STATUS.get(code_of(error) or "INTERNAL", 400) for error in errors)


async def _send(send: Send, answer: _Answer, media_type: str) -> None:
    more = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    start = {
        "type": "http.response.start",
        "status": 200 if answer.legacy_ok and media_type == JSON else answer.status,
        "headers": [
            (b"content-type", b"%s; charset=utf-8" % media_type.encode()),
            (b"content-length", b"%d" % len(answer.body)),
            *_HEADERS,
            *more,
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


# The request


class HttpError(Exception):
    """A request that is no well-formed GraphQL request. Its text says what is wrong."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


class Incoming:
    """A request as it arrived. Starlette's own class takes three times as long."""

    __slots__ = ("_headers", "_receive", "method", "query_string")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.query_string: bytes = scope["query_string"]
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._receive = receive

    def header(self, name: bytes) -> str | None:
        """Return a header by its name in lower case, or None."""
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def body(self) -> bytes:
        """Return the whole body; raise HttpError where it is too large or breaks off."""
        parts: list[bytes] = []
        size, more = 0, True
        while more and size <= MAX_DRAINED:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise HttpError(400, "The body broke off.")
            part: bytes = message.get("body", b"")
            size += len(part)
            if size <= MAX_BODY:
                parts.append(part)
            more = message.get("more_body", False)
        if size > MAX_BODY:
            message = f"The body is larger than {MAX_BODY >> 20} MiB: send less in one request."
            raise HttpError(413, message, {"Connection": "close"} if size > MAX_DRAINED else None)
        return parts[0] if len(parts) == 1 else b"".join(parts)


@lru_cache(maxsize=256)
def media_type_for(accept: str | None) -> str:
    """Return the media type that the client prefers, JSON by default; raise HttpError 406."""
    if not accept:
        return JSON
    ranges = [_range(part) for part in accept.split(",")]
    json, graphql = _preference(ranges, JSON), _preference(ranges, GRAPHQL_RESPONSE)
    if not json.quality and not graphql.quality:
        raise HttpError(406, f"This address answers with {GRAPHQL_RESPONSE} or {JSON}.")
    # Of equal quality: the newer one where it is named, JSON where a wildcard covers both.
    prefers_graphql = graphql >= json if graphql.is_named else graphql > json
    return GRAPHQL_RESPONSE if prefers_graphql else JSON


class _Preference(NamedTuple):
    """A client's preference for a media type, and whether it names the type."""

    quality: float
    is_named: bool


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _preference(ranges: list[tuple[str, float]], media_type: str) -> _Preference:
    """Return the preference of the most specific range that covers a media type."""
    for name in (media_type, "application/*", "*/*"):
        for range_name, quality in ranges:
            if range_name == name:
                return _Preference(quality, name == media_type)
    return _Preference(0.0, is_named=False)


async def read_params(request: Incoming) -> Params:
    """Return the parameters of a GET, or of a POST's body; raise HttpError."""
    if request.method != "POST":
        query = parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)
        return _params(dict(query), json_in_text=True)
    _check_content_type(request.header(b"content-type") or "")
    if (request.header(b"content-encoding") or "identity") != "identity":
        raise HttpError(415, "The body must not be compressed.")
    body = await request.body()
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HttpError(400, f"The body is not JSON: {error}.") from None
    if isinstance(parsed, list):
        raise HttpError(400, "Batches are not served: send one operation a request.")
    if not isinstance(parsed, dict):
        raise HttpError(400, "The body must be a JSON object, with `query` in it.")
    return _params(cast("dict[str, Any]", parsed), json_in_text=False)


@lru_cache(maxsize=256)
def _check_content_type(header: str) -> None:
    """Accept JSON alone, which no form on another site's page can send."""
    name, *parameters = (piece.strip().lower() for piece in header.split(";"))
    if name != JSON:
        raise HttpError(415, f"The header Content-Type must be {JSON}.", {"Accept": JSON})
    charsets = {text.removeprefix("charset=").strip('"') for text in parameters if "=" in text}
    if not charsets <= {"utf-8", "utf8"}:
        raise HttpError(415, "The body must be UTF-8.", {"Accept": JSON})


def _params(given: Mapping[str, Any], *, json_in_text: bool) -> Params:
    query = given.get("query")
    if not isinstance(query, str) or not query.strip():
        raise HttpError(400, "`query` is missing: it must be a GraphQL document, as text.")
    operation_name = given.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise HttpError(400, "`operationName` must be text.")
    _object(given, "extensions", json_in_text=json_in_text)
    return Params(query, _object(given, "variables", json_in_text=json_in_text), operation_name)


def _object(given: Mapping[str, Any], name: str, *, json_in_text: bool) -> dict[str, Any]:
    value = given.get(name)
    if json_in_text and isinstance(value, str):
        try:
            value = orjson.loads(value) if value else None
        except orjson.JSONDecodeError as error:
            raise HttpError(400, f"`{name}` is not JSON: {error}.") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise HttpError(400, f"`{name}` must be a JSON object.")
    return cast("dict[str, Any]", value)
