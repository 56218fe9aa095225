"""What clients are told of what went wrong: a stable code always, an inside of ours never."""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from graphql import GraphQLError, ValueNode

from database.transactions import is_outage
from resolvers.errors import RequestCode, RequestError

STATUS: dict[RequestCode, int] = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
"The HTTP status of a request that was not executed; 400 for all other codes."

_log = structlog.stdlib.get_logger("joinery.errors")


def code_of(error: GraphQLError) -> RequestCode | None:
    """The code that an error was given, if any."""
    return (error.extensions or {}).get("code")


def status_of(errors: Iterable[GraphQLError]) -> int:
    """The HTTP status of a request that was refused with these errors: the gravest one's."""
    return max(STATUS.get(code_of(error) or "INTERNAL", 400) for error in errors)


def with_code(error: GraphQLError, code: RequestCode) -> GraphQLError:
    """The error with this code, unless it has one."""
    error.extensions = {"code": code, **(error.extensions or {})}
    return error


def presentable(error: Exception) -> GraphQLError:
    """The error as clients may see it; whatever is our own fault is logged and masked.

    The client gets the id that the log has it under, in `extensions.id`.
    """
    shown = error if isinstance(error, GraphQLError) else None
    if shown is not None and code_of(shown):
        return shown
    cause = _root_cause(error)
    if shown is not None and isinstance(cause, GraphQLError) and _is_about_a_value(cause):
        return with_code(shown, "INVALID_INPUT")
    return _masked(cause, shown)


def _masked(cause: Exception, shown: GraphQLError | None) -> GraphQLError:
    name = secrets.token_hex(8)
    path = shown.path if shown else None
    if any(is_outage(link) for link in _chain(cause)):
        _log.warning("unavailable", id=name, path=path, error=repr(cause))
        message, code = "A part of the server cannot be reached now. Try again.", "UNAVAILABLE"
    else:
        _log.error("internal error", id=name, path=path, exc_info=cause)
        message, code = f"Something went wrong here. The log has it under {name}.", "INTERNAL"
    return GraphQLError(
        message,
        shown.nodes if shown else None,
        path=path,
        extensions={"code": code, "id": name},
    )


def _root_cause(error: Exception) -> Exception:
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def _is_about_a_value(error: GraphQLError) -> bool:
    """Whether an argument could not be read, such as a null in a variable that may not be null."""
    return error.nodes is not None and isinstance(error.nodes[0], ValueNode)


def _chain(error: Exception) -> Iterator[Exception]:
    link: BaseException | None = error
    while isinstance(link, Exception):
        yield link
        link = link.__cause__


def body_of(errors: Iterable[GraphQLError]) -> dict[str, Any]:
    """The response to a request that was not executed: it has no `data`."""
    return {"errors": [error.formatted for error in errors]}


def refusal(code: RequestCode, message: str) -> dict[str, Any]:
    """The response to a request that was not executed, for one reason."""
    return body_of([RequestError(code, message)])
