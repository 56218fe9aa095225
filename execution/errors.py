"""Errors as clients see them: each with a stable code, and none with internals of the server."""

import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, ValueNode, VariableDefinitionNode

from database.failures import is_outage
from resolvers.errors import RequestCode
from telemetry.outages import database
from telemetry.requests import current_request

_log = structlog.stdlib.get_logger("joinery.errors")


def code_of(error: GraphQLError) -> RequestCode | None:
    """Return the code of an error, if it has one."""
    return (error.extensions or {}).get("code")


def with_code(error: GraphQLError, code: RequestCode) -> GraphQLError:
    """Return an error of graphql-core, with this code unless it has one, in GraphQL's own words."""
    is_about_variable = bool(error.nodes) and isinstance(error.nodes[0], VariableDefinitionNode)
    error.message = in_graphql(error.message, has_values=is_about_variable)
    error.extensions = {"code": code, **(error.extensions or {})}
    return error


def in_graphql(message: str, *, has_values: bool = False) -> str:
    """Return a message of graphql-core without Python's spelling of texts, and of other values.

    Only where it `has_values` of variables are they Python's: a literal may be an enum's `None`.
    """
    message = _PYTHON_TEXT.sub(lambda found: _as_json_text(found[0]), message)
    message = message.replace(" not to be None.", " not to be null.")
    if not has_values:
        return message
    return _JSON_TEXT_OR_WORD.sub(lambda found: _WORDS.get(found[0], found[0]), message)


_PYTHON_TEXT = re.compile(
    r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|'\\'(?=\.$)|"(?:[^"\\]|\\.)*")(?!\w)""", re.DOTALL
)
_JSON_TEXT_OR_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\b(?:None|True|False)\b', re.DOTALL)
_WORDS = {"None": "null", "True": "true", "False": "false"}
_ESCAPE_OR_QUOTE = re.compile(r'\\(?:x(..)|U(.{8})|.)|"', re.DOTALL)


def _as_json_text(text: str) -> str:
    """Return a text that Python quotes, either way, as JSON and GraphQL quote it."""
    return f'"{_ESCAPE_OR_QUOTE.sub(_as_json_escape, text[1:-1])}"'


def _as_json_escape(found: re.Match[str]) -> str:
    short, long = found.groups()
    if short or long:
        return orjson.dumps(chr(int(short or long, 16))).decode()[1:-1]
    return {"\\'": "'", '"': '\\"'}.get(found[0], found[0])


def to_client_error(error: Exception) -> GraphQLError:
    """Return the error for the client; one that is the server's fault is logged and masked.

    A masked error has the code INTERNAL and the id of its log entry in `extensions.id`; or it is
    UNAVAILABLE where the database cannot be reached, and the id is that of the request, which its
    access line has: an outage is logged once, not for each error.
    """
    shown = error if isinstance(error, GraphQLError) else None
    if shown is not None and code_of(shown):
        return shown
    cause = _root_cause(error)
    if shown is not None and isinstance(cause, GraphQLError) and _is_about_argument(cause):
        return with_code(shown, "INVALID_INPUT")
    return _masked(cause, shown)


def _masked(cause: Exception, shown: GraphQLError | None) -> GraphQLError:
    log_id = secrets.token_hex(8)
    path = shown.path if shown else None
    if any(is_outage(link) for link in _chain(cause)):
        database.failed(cause)
        if (record := current_request.get()) is not None:
            log_id = record.id
        _log.debug("unavailable", id=log_id, path=path, error=repr(cause))
        message, code = "A part of the server cannot be reached now. Try again.", "UNAVAILABLE"
    else:
        _log.error("internal error", id=log_id, path=path, exc_info=cause)
        message, code = f"Something went wrong here. The log has it under {log_id}.", "INTERNAL"
    return GraphQLError(
        message,
        shown.nodes if shown else None,
        path=path,
        extensions={"code": code, "id": log_id},
    )


def _root_cause(error: Exception) -> Exception:
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def _is_about_argument(error: GraphQLError) -> bool:
    """Return whether an argument could not be coerced, as null where its type is non-null."""
    return error.nodes is not None and isinstance(error.nodes[0], ValueNode)


def _chain(error: Exception) -> Iterator[Exception]:
    link: BaseException | None = error
    while isinstance(link, Exception):
        yield link
        link = link.__cause__


def body_of(errors: Iterable[GraphQLError]) -> dict[str, Any]:
    """Return the body of the response to a request that is not executed: it has no `data`."""
    return {"errors": [error.formatted for error in errors]}
