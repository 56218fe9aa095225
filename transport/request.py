"""A GraphQL request as it arrives by HTTP: its headers, its body, and the parameters in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope

from execution.engine import Params
from transport.errors import ClientGoneError, HttpError
from transport.negotiation import check_content_encoding, check_content_type

MAX_BODY = 4 << 20
"Bytes. 1,000 influencers with their accounts fit."
MAX_PUBLIC_BODY = 64 << 10
"Bytes of a body that comes without a token: to read more takes too long for somebody unknown."
MAX_DRAINED = 16 << 20
"Bytes of a body that is too large are read, so that its sender gets to see the answer."
MAX_ADDRESS = 32 << 10
"Bytes of the parameters of a GET."
MAX_HEADER = 16 << 10
"Bytes of a header that is read: a token has some thousand."
MAX_NESTING = 30
"Levels of lists and objects in variables. Inputs have five at most."

_ONE_LINE = {b"authorization", b"content-type", b"idempotency-key", b"joinery-read-after"}
"The headers we read that are no lists."


class Incoming:
    """A request as it arrived. Starlette's own class takes three times as long.

    Raise HttpError where a header that is no list has several lines.
    """

    __slots__ = ("_headers", "method", "query_string", "receive")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope.get("method", "GET")
        self.query_string: bytes = scope["query_string"]
        lines: Sequence[tuple[bytes, bytes]] = scope["headers"]
        self._headers = dict(lines)
        if len(self._headers) < len(lines):
            self._headers = _joined(lines)
        self.receive = receive

    def header(self, name: bytes) -> str | None:
        """Return a header by its name in lower case, or None; its lines are one list.

        Raise HttpError where it is too long.
        """
        value = self._headers.get(name)
        if value is None:
            return None
        if len(value) > MAX_HEADER:
            message = f"The header {name.decode().title()} is larger than {MAX_HEADER >> 10} KiB."
            raise HttpError(431, message)
        return value.decode("latin-1")

    async def body(self) -> bytes:
        """Return the whole body; raise HttpError where it is too large.

        Raise ClientGoneError where it breaks off.
        """
        parts: list[bytes] = []
        size, more = 0, True
        while more and size <= MAX_DRAINED:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            part: bytes = message.get("body", b"")
            size += len(part)
            if size <= MAX_BODY:
                parts.append(part)
            more = message.get("more_body", False)
        if size > MAX_BODY:
            message = f"The body is larger than {MAX_BODY >> 20} MiB: send less in one request."
            raise HttpError(413, message, {"Connection": "close"} if size > MAX_DRAINED else None)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _joined(lines: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers by name, the lines of each as one list."""
    headers: dict[bytes, bytes] = {}
    for name, value in lines:
        if name in headers and name in _ONE_LINE:
            message = f"The header {name.decode().title()} was sent twice: which is meant?"
            raise HttpError(400, message)
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


async def read_body(request: Incoming) -> bytes:
    """Return the body of a POST; raise HttpError or ClientGoneError."""
    check_content_type(request.header(b"content-type") or "")
    if encoding := request.header(b"content-encoding"):
        check_content_encoding(encoding)
    return await request.body()


def read_params(request: Incoming, body: bytes | None) -> Params:
    """Return the parameters of a GET, or of a POST's body; raise HttpError."""
    if body is None:
        return params_of(_in_address(request.query_string), json_in_text=True)
    return params_of(_in_body(body))


def _in_address(query_string: bytes) -> dict[str, str]:
    if len(query_string) > MAX_ADDRESS:
        message = f"The address is longer than {MAX_ADDRESS >> 10} KiB: send it by POST."
        raise HttpError(414, message)
    try:
        pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise HttpError(400, "The address must be UTF-8.") from None
    given = dict(pairs)
    if len(given) < len(pairs):
        raise HttpError(400, "The address has a parameter twice: which is meant?")
    return given


def ticket_in(query_string: bytes) -> str | None:
    """Return the ticket in the query string of a URL, if there is one; raise HttpError."""
    return _in_address(query_string).get("ticket")


def _in_body(body: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HttpError(400, f"The body is not JSON: {error}.") from None
    if isinstance(parsed, list):
        raise HttpError(400, "Batches are not served: send one operation a request.")
    if not isinstance(parsed, dict):
        raise HttpError(400, "The body must be a JSON object, with `query` in it.")
    return cast("dict[str, Any]", parsed)


def params_of(given: Mapping[str, Any], *, json_in_text: bool = False) -> Params:
    """Return the parameters of an operation; raise HttpError if one is malformed."""
    query, operation_name = given.get("query"), given.get("operationName")
    extensions = _object(given, "extensions", json_in_text=json_in_text)
    document_id = None if query else _document_id(given.get("documentId"), extensions)
    if document_id is None and (not isinstance(query, str) or not query.strip()):
        raise HttpError(400, "`query` is missing: it must be a GraphQL document, as text.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise HttpError(400, "`operationName` must be text.")
    variables = _object(given, "variables", json_in_text=json_in_text)
    _check_nesting(variables)
    return Params(query or "", variables, operation_name, document_id)


def _document_id(given: Any, extensions: Mapping[str, Any]) -> str | None:
    """Return the id that stands in place of a text: `documentId`, or the hash that clients send."""
    if given is None and (persisted := extensions.get("persistedQuery")) is not None:
        match persisted:
            case {"sha256Hash": str(document_id)}:
                return document_id
            case _:
                return ""
    if given is not None and not isinstance(given, str):
        raise HttpError(400, "`documentId` must be text.")
    return given


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
        hint = ", not its text" if isinstance(value, str) else ""
        raise HttpError(400, f"`{name}` must be a JSON object{hint}.")
    return cast("dict[str, Any]", value)


def _check_nesting(variables: dict[str, Any]) -> None:
    """Refuse what is nested deeper than any input; raise HttpError."""
    level: list[Any] = [variables]
    for _ in range(MAX_NESTING):
        level = [item for each in level for item in _items(each) if type(item) in (dict, list)]
        if not level:
            return
    raise HttpError(400, f"`variables` has more than {MAX_NESTING} levels of lists and objects.")


def _items(nested: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return nested.values() if isinstance(nested, dict) else nested
