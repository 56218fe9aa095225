"""Read a GraphQL request over HTTP: its headers, its parameters, and the media type it accepts."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope

from execution.engine import Params

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
MAX_BODY = 4 << 20
"Bytes. 1,000 influencers with their accounts fit."
MAX_DRAINED = 16 << 20
"Bytes of a body that is too large are read, so that its sender gets to see the answer."


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
    """How much a client prefers a media type, and whether it names it."""

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
