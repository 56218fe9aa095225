"""The messages of graphql-transport-ws, and the codes that close its sockets.

The protocol: https://github.com/enisdenny/graphql-ws/blob/master/PROTOCOL.md
"""

from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias, cast

import orjson

SUBPROTOCOL = "graphql-transport-ws"
MAX_ID = 128
"Characters of an operation's id, which each of its messages repeats. A UUID has 36."
MAX_REASON = 123
"Bytes of a close frame's reason, by RFC 6455."

ACKNOWLEDGED = b'{"type":"connection_ack"}'
Message: TypeAlias = dict[str, Any]

_OF_AN_OPERATION = {"subscribe", "complete"}
_TYPES = {"connection_init", "ping", "pong", *_OF_AN_OPERATION}


class CloseCode(IntEnum):
    """The close codes of sockets. docs/live.md says how clients react to each."""

    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429
    INTERNAL = 4500


class ClosedError(Exception):
    """A reason to close the socket, with the code and the text of the close frame."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:MAX_REASON].decode(errors="ignore")


class Prefix(NamedTuple):
    """The first bytes of an operation's messages, before their content."""

    next: bytes
    error: bytes
    complete: bytes

    @classmethod
    def of(cls, operation_id: str) -> "Prefix":
        """Return the prefixes of an operation's messages."""
        start = b'{"id":%b,"type":' % orjson.dumps(operation_id)
        return cls(
            b'%b"next","payload":' % start,
            b'%b"error","payload":' % start,
            b'%b"complete"' % start,
        )


def read_message(text: str | None) -> Message:
    """Return a client's message with a valid type, id and payload; raise ClosedError 4400."""
    if text is None:
        raise _bad("Messages are text, not binary.")
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad("A message is not JSON.") from None
    if not isinstance(parsed, dict):
        raise _bad("A message must be a JSON object.")
    message = cast("Message", parsed)
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise _bad("A message's `type` must be one that a client may send.")
    if kind in _OF_AN_OPERATION:
        _check_id(message.get("id"))
    if kind == "subscribe" or message.get("payload") is not None:
        _check_payload(kind, message.get("payload"))
    return message


def _check_id(given: object) -> None:
    if not isinstance(given, str) or not 0 < len(given) <= MAX_ID:
        raise _bad(f"An operation's `id` must be text of 1 to {MAX_ID} characters.")


def _check_payload(kind: str, given: object) -> None:
    if not isinstance(given, dict):
        raise _bad(f"The `payload` of `{kind}` must be a JSON object.")


def pong(message: Message) -> bytes:
    """Return the answer to a ping; raise ClosedError 4400."""
    payload = message.get("payload")
    try:
        return orjson.dumps({"type": "pong"} | ({} if payload is None else {"payload": payload}))
    except orjson.JSONEncodeError:  # it reads deeper lists than it writes
        raise _bad("The `payload` of `ping` is nested too deeply.") from None


def authorization_in(payload: object) -> str | None:
    """Return `Authorization` in the payload of `connection_init`; raise ClosedError 4403."""
    found = cast("Message", payload or {})
    given = next((found[name] for name in found if name.lower() == "authorization"), None)
    if given is not None and not isinstance(given, str):
        raise ClosedError(CloseCode.FORBIDDEN, "`Authorization` must be `Bearer` and a token.")
    return given


def _bad(reason: str) -> ClosedError:
    return ClosedError(CloseCode.BAD_REQUEST, reason)
