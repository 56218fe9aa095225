"""The custom scalars: times with an offset from UTC, and absolute URLs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLScalarLiteralParser, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from resolvers.errors import MalformedError
from resolvers.pipeline.validation import Malformed

URL = NewType("URL", str)

_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?(?P<offset>[Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)
_ABSOLUTE_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f\ud800-\udfff]+")


def read_datetime(value: object) -> datetime:
    """Read a time in RFC 3339 form, to UTC; digits beyond the microsecond are dropped.

    Raises MalformedError for anything else, also for a time without an offset.
    """
    found = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedError(
            "A DateTime is a text as RFC 3339 has it, such as 2026-11-24T09:30:00+09:00."
        )
    if found["offset"] is None:
        raise MalformedError(
            "A DateTime needs an offset from UTC: end it with Z, or with one like +09:00."
        )
    try:
        return datetime.fromisoformat(found[0].upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedError(
            "There is no such DateTime: its day, its time or its offset is out of range."
        ) from None


def write_datetime(moment: datetime) -> str:
    """Write a time in RFC 3339 form, in UTC with Z. Raises ValueError if it has no offset."""
    if moment.tzinfo is None:
        raise ValueError("a DateTime without an offset cannot be answered")
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def read_url(value: object) -> URL:
    """Read a URL, trimmed. Raises MalformedError without a scheme or with spaces."""
    if isinstance(value, str) and _ABSOLUTE_URL.fullmatch(value.strip()):
        return URL(value.strip())
    raise MalformedError("A URL is absolute and has no white space, such as https://example.com/a.")


def _let_through(read: Callable[[object], object]) -> Callable[[object], object]:
    """Return the same, but for what has been found malformed already: a mutation tells it."""
    return lambda value: value if isinstance(value, Malformed) else read(value)


def _in_query(read: Callable[[object], object]) -> GraphQLScalarLiteralParser:
    """Return the same for a literal in the query, with the place in the query of what is wrong."""

    def read_node(node: ValueNode, _variables: dict[str, Any] | None) -> object:
        try:
            return _let_through(read)(node.value if isinstance(node, StringValueNode) else None)
        except MalformedError as error:
            raise MalformedError(error.message, node) from None

    return read_node


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description=(
        "A date and time in RFC 3339 form. Input needs an offset from UTC "
        "(`2026-11-24T09:30:00+09:00`) and is kept to the microsecond; output is in UTC and ends "
        "in Z (`2026-11-24T00:30:00Z`)."
    ),
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    parse_value=_let_through(read_datetime),
    parse_literal=_in_query(read_datetime),
    serialize=write_datetime,
)
ABSOLUTE_URL = strawberry.scalar(
    name="URL",
    description=(
        "An absolute URL without white space, such as `https://example.com/a`. The description of "
        "an input field says which schemes and hosts that field accepts."
    ),
    specified_by_url="https://url.spec.whatwg.org/",
    parse_value=_let_through(read_url),
    parse_literal=_in_query(read_url),
    serialize=str,
)
SCALARS: dict[object, ScalarDefinition] = {datetime: DATE_TIME, URL: ABSOLUTE_URL}
