"""Lists that are paged by key: the arguments of a page, its cursors, and its statements."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol, cast

import orjson
from graphql import GraphQLError

from projection.run import Run

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
PAGE_ARGUMENTS = ("first", "after", "last", "before")
_TRIAL = "preview:"
"""The prefix of the cursors of a trial run."""


def as_given(_name: str, value: Any) -> Any:
    """Return the value of an argument as it is."""
    return value


@dataclass(frozen=True, slots=True)
class Terms:
    """The product's part in the engine: its codes for errors, and which arguments mean the same."""

    invalid: str
    "The `extensions.code` of an argument that cannot be used, or a selection that is too large."
    forbidden: str
    "The `extensions.code` of a selected field that is not for the role."
    settle: Callable[[str, Any], Any] = as_given
    """Returns the value of an argument, or of a field in a filter, in the form of all values that
    say the same; None where it says nothing. A cursor is good wherever they are the same."""

    def refusal(self, message: str) -> GraphQLError:
        """Return the error of what cannot be used."""
        return GraphQLError(message, extensions={"code": self.invalid})


@dataclass(frozen=True, slots=True)
class Order:
    """One expression that a list is ordered by, and how its value travels in a cursor."""

    sql: str
    kind: type[int] | type[str] | type[datetime] = int


@dataclass(frozen=True, slots=True)
class FreeCursors:
    """The cursors of a list that are valid with every filter, and in other fields."""

    columns: Sequence[str]
    "The columns from which a cursor is written, in SQL."
    write: Callable[..., str]
    "Returns the cursor for the values of these columns."
    given: tuple[Any, ...] | None
    "The values in the page's `after` or `before`, which the list has read itself."


@dataclass
class Page:
    """Which part of a list is asked for: `limit` rows from its start, or up to its end."""

    limit: int
    forward: bool
    cursor: tuple[Any, ...] | None
    after: bool
    "Whether the page lies after the cursor, or before it."
    asked: tuple[str, Mapping[str, Any], Terms]
    "The field's name, its arguments, and which of them say the same."
    laterally: bool = False
    "Whether the database can walk an index for each parent, which SQLite cannot."
    is_trial: bool = False
    "Whether it is read in a trial run, whose cursors are of no use later."
    free: FreeCursors | None = None

    @cached_property
    def tag(self) -> str:
        """What binds its cursors to the field, order and filter."""
        return _tag(*self.asked)

    def neighbours(self, more: bool) -> tuple[bool, bool]:
        """Return whether rows follow and precede the page, which was cut short where `more`."""
        bounded = self.cursor is not None
        after, before = bounded and not self.after, bounded and self.after
        return (after or more, before) if self.forward else (after, before or more)

    def cursor_of(self, *values: Any) -> str:
        """Return the cursor of the row with these values of the order."""
        text = self.free.write(*values) if self.free else write_cursor(self.tag, *values)
        return f"{_TRIAL}{text}" if self.is_trial else text


def write_cursor(tag: str, *values: Any) -> str:
    """Return a cursor: a tag, which says where it is valid, and the values of an order."""
    return urlsafe_b64encode(orjson.dumps([tag, *values])).rstrip(b"=").decode()


def read_cursor(text: str) -> list[Any]:
    """Return the tag and the values in a cursor. Raises ValueError or TypeError for other texts."""
    return [*orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))]


class Listing(Protocol):
    """A list, with its filter and order settled.

    A statement's first alias is `t`. It adds one last column: the parent's key where there are
    several parents, whose rows come parent by parent. Where it takes the parents as `:keys`, it
    may be run for those of other requests too.
    """

    @property
    def orders(self) -> tuple[Order, ...]:
        """What it is ordered by; the last one is unique."""
        ...

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of the statements' parameters."""
        ...

    def rows(self, columns: str, joins: str, page: Page, keys: Sequence[int] | None) -> str:
        """Return the statement of one page and one row more, ordered away from the cursor."""
        ...

    def total(self, keys: Sequence[int] | None) -> str:
        """Return the statement that counts the whole list: a row for each parent that has any."""
        ...


@dataclass(slots=True, kw_only=True)
class TableListing:
    """A list of a table's rows, as SQL says it."""

    source: str
    "What stands behind FROM; the table's alias is `t`."
    orders: tuple[Order, ...]
    "The last one is unique."
    descending: bool = False
    where: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    key: str | None = None
    "The column that holds the parent's key."
    free: FreeCursors | None = None

    def rows(self, columns: str, joins: str, page: Page, keys: Sequence[int] | None) -> str:
        """Return the statement of one page, or of one for each parent."""
        order, limit = ordering(self.orders, self.descending is page.forward), page.limit + 1
        beyond = seek(self.orders, page, self.descending)
        if keys is not None and self.key is not None and page.laterally:
            where = _where([*self.where, f"{self.key} = k.key", *beyond])
            each = Each("k.key", f"{self.source}{where}", order, limit)
            return each.walked(columns, joins, "unnest(:keys::bigint[]) AS k(key)")
        where = _where([*self.where, *self._of(keys), *beyond])
        if keys is None or self.key is None or len(keys) == 1:
            return (
                f"SELECT {columns}, 0 FROM {self.source}{joins}{where}"
                f" ORDER BY {order} LIMIT {limit}"
            )
        return Each(self.key, f"{self.source}{where}", order, limit).numbered(columns, joins)

    def total(self, keys: Sequence[int] | None) -> str:
        """Return the statement that counts."""
        where = _where([*self.where, *self._of(keys)])
        if keys is None or len(keys) == 1:
            return f"SELECT count(*) FROM {self.source}{where}"
        return f"SELECT count(*), {self.key} FROM {self.source}{where} GROUP BY {self.key}"

    def _of(self, keys: Sequence[int] | None) -> list[str]:
        if keys is None or self.key is None:
            return []
        return [f"{self.key} = :parent" if len(keys) == 1 else f"{self.key} = ANY(:parents)"]


class Each(NamedTuple):
    """A page for each of several parents, as SQL says it."""

    key: str
    "The parent's key."
    rows: str
    "What stands behind FROM, its conditions included; the table's alias is `t`."
    order: str
    limit: int

    def walked(self, columns: str, joins: str, parents: str) -> str:
        """Return the statement that walks an index for each parent, which SQLite cannot."""
        return (
            f"SELECT {columns}, {self.key} FROM {parents} CROSS JOIN LATERAL"
            f" (SELECT t.* FROM {self.rows} ORDER BY {self.order} LIMIT {self.limit}) t{joins}"
            f" ORDER BY {self.key}, {self.order}"
        )

    def numbered(self, columns: str, joins: str) -> str:
        """Return the statement that numbers all rows of each parent."""
        numbered = (
            f"SELECT t.*, {self.key} AS parent_key, row_number() OVER"
            f" (PARTITION BY {self.key} ORDER BY {self.order}) AS row_no FROM {self.rows}"
        )
        return (
            f"SELECT {columns}, t.parent_key FROM ({numbered}) t{joins}"
            f" WHERE t.row_no <= {self.limit} ORDER BY t.parent_key, t.row_no"
        )


_PAIRS = "json_array_elements(:pairs::json) AS k(value)"
_PAIR = "(k.value->>0) || '-' || (k.value->>1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedListing:
    """A list of a table's rows that belong to pairs of numbers, whose keys are `first-second`.

    Both statements look for each pair by itself: joined to all of them, PostgreSQL would rather
    read the whole table, and a key made of both numbers finds no index anywhere.
    """

    source: str
    "What stands behind FROM; the table's alias is `t`."
    columns: tuple[str, str]
    "Those that hold the numbers."
    orders: tuple[Order, ...]
    "The last one is unique."
    keys: Sequence[str]
    "The pairs."

    @property
    def values(self) -> Mapping[str, Any]:
        """The value of `:pairs`."""
        pairs = [[int(number) for number in key.split("-")] for key in self.keys]
        return {"pairs": orjson.dumps(pairs).decode()}

    def rows(self, columns: str, joins: str, page: Page, keys: Sequence[int] | None) -> str:
        """Return the statement of one page for each pair."""
        del keys
        order = ordering(self.orders, not page.forward)
        where = " AND ".join([*self._own(), *seek(self.orders, page, descending=False)])
        each = Each(_PAIR, f"{self.source} WHERE {where}", order, page.limit + 1)
        if page.laterally:
            return each.walked(columns, joins, _PAIRS)
        return each._replace(rows=f"{_PAIRS} CROSS JOIN {each.rows}").numbered(columns, joins)

    def total(self, keys: Sequence[int] | None) -> str:
        """Return the statement that counts."""
        del keys
        where = " AND ".join(self._own())
        return f"SELECT (SELECT count(*) FROM {self.source} WHERE {where}), {_PAIR} FROM {_PAIRS}"

    def _own(self) -> list[str]:
        return [
            f"{column} = (k.value->>{place})::bigint" for place, column in enumerate(self.columns)
        ]


def seek(orders: Sequence[Order], page: Page, descending: bool) -> list[str]:
    """Return the condition that a row lies beyond the cursor: a row comparison, for an index."""
    if page.cursor is None:
        return []
    columns = ", ".join(order.sql for order in orders)
    marks = ", ".join(
        # An integer column would refuse what only a BIGINT can hold.
        f":cursor_{index}{'::bigint' if order.kind is int else ''}"
        for index, order in enumerate(orders)
    )
    return [f"({columns}) {'<' if descending is page.after else '>'} ({marks})"]


def ordering(orders: Sequence[Order], descending: bool) -> str:
    """Return the terms of ORDER BY."""
    return ", ".join(f"{order.sql} DESC" if descending else order.sql for order in orders)


def page_values(page: Page) -> dict[str, Any]:
    """Return the values of the parameters that `seek` uses."""
    return {f"cursor_{index}": value for index, value in enumerate(page.cursor or ())}


def free_cursors(listing: Listing) -> FreeCursors | None:
    """Return the list's own cursors; None if it has none."""
    return listing.free if isinstance(listing, TableListing) else None


def read_page(
    arguments: Mapping[str, Any],
    listing: Listing,
    field_name: str,
    run: Run,
    terms: Terms,
) -> Page:
    """Return the page that a field's arguments ask for. Raises `terms.invalid`."""
    first, after, last, before = (arguments.get(name) for name in PAGE_ARGUMENTS)
    if first is not None and last is not None:
        raise terms.refusal("Give `first` or `last`, not both.")
    if after is not None and before is not None:
        raise terms.refusal("Give `after` or `before`, not both.")
    size = first if last is None else last
    size = PAGE_SIZE if size is None else size
    if not 0 <= size <= MAX_PAGE_SIZE:
        raise terms.refusal(f"A page has 0 to {MAX_PAGE_SIZE} rows, not {size}.")
    asked = field_name, arguments, terms
    text = after if after is not None else before
    free = free_cursors(listing)
    cursor = free.given if free else None
    if text is not None:
        cursor = cursor or _read_cursor(text, _tag(*asked), listing.orders, terms)
    forward = last is None and (before is None or first is not None)
    laterally = run.database.capabilities.walks_laterally
    return Page(size, forward, cursor, after is not None, asked, laterally, run.is_trial, free)


def _tag(field_name: str, arguments: Mapping[str, Any], terms: Terms) -> str:
    asked = {name: value for name, value in arguments.items() if name not in PAGE_ARGUMENTS}
    said = [field_name, _said(asked, terms)]
    packed = orjson.dumps(said, option=orjson.OPT_SORT_KEYS, default=str)
    return blake2b(packed, digest_size=6).hexdigest()


def _said(value: Any, terms: Terms) -> Any:
    """Return what a filter says: without nulls, empty lists, and the order of a list's items."""
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value).items()
        said = {name: _said(terms.settle(name, item), terms) for name, item in fields}
        return {name: item for name, item in said.items() if not _is_empty(item)}
    if isinstance(value, list | tuple | set):
        items = cast("Iterable[Any]", value)
        listed = {str(item): item for item in (_said(each, terms) for each in items)}
        return [listed[text] for text in sorted(listed)]
    return value.value if isinstance(value, Enum) else value


def _is_empty(value: Any) -> bool:
    return value is None or value in ([], {})


def _read_cursor(text: str, tag: str, orders: Sequence[Order], terms: Terms) -> tuple[Any, ...]:
    if text.startswith(_TRIAL):
        raise terms.refusal(
            "This cursor is from a trial run, which was rolled back: ask for the page again."
        )
    try:
        found, *values = read_cursor(text)
        cursor = tuple(
            _cursor_value(value, order) for value, order in zip(values, orders, strict=True)
        )
    except (binascii.Error, ValueError, TypeError):
        raise terms.refusal("This cursor is not one that a page gave.") from None
    if found != tag:
        raise terms.refusal("This cursor belongs to another field, order or filter.")
    return cursor


def _cursor_value(value: Any, order: Order) -> Any:
    if order.kind is int:
        if type(value) is not int or not -(2**63) <= value < 2**63:
            raise ValueError(value)
        return value
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(value)
    return _moment(value) if order.kind is datetime else value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
