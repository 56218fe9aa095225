"""Errors as clients see them: each with a stable code, and none with internals of the server."""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from graphql import GraphQLError, ValueNode

from database.transactions import is_outage
from resolvers.errors import RequestCode

_log = structlog.stdlib.get_logger("joinery.errors")


def code_of(error: GraphQLError) -> RequestCode | None:
    """Return the code of an error, if it has one."""
    return (error.extensions or {}).get("code")


def with_code(error: GraphQLError, code: RequestCode) -> GraphQLError:
    """Return the error, with this code unless it has one."""
    error.extensions = {"code": code, **(error.extensions or {})}
    return error


def to_client_error(error: Exception) -> GraphQLError:
    """Return the error for the client; one that is the server's fault is logged and masked.

    A masked error has the code INTERNAL, or UNAVAILABLE where the database cannot be reached, and
    the id of its log entry in `extensions.id`.
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
        _log.warning("unavailable", id=log_id, path=path, error=repr(cause))
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
