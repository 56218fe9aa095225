"""How a GraphQL type is stored: its shape, and what each field may be made of.

In SQL, `{t}` stands for the alias of the shape's own row and `{j}` for that of the joined one.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from keyword import iskeyword
from typing import Any, TypeAlias

import orjson

from projection.listing import Listing
from projection.run import Run

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A GraphQL object type, where its rows are, and what each of its fields is made of.

    `source` stands behind FROM with the alias `t`. Where the key is one column, it is `id`, and
    the row is found by it; else `source` itself makes the rows from the JSON array `:keys`.
    Without a source a row is a key, a tuple of any values, and nothing is read for it.
    """

    name: str
    "The GraphQL type."
    source: str = ""
    key: tuple[str, ...] = ("id",)
    fields: Mapping[str, "Field"]
    "By GraphQL name."
    internal: Mapping[str, "Field"] = field(default_factory=dict[str, Any])
    "What computed fields need beside plain columns."

    @property
    def where_key(self) -> str:
        """The condition that a row is one of `:keys`."""
        return "" if self.is_pair else " WHERE t.id = ANY(:keys)"

    @property
    def is_pair(self) -> bool:
        """Whether a row is named by more than one number."""
        return len(self.key) > 1

    def key_values(self, keys: Sequence[Any]) -> dict[str, Any]:
        """Return the value of `:keys`."""
        return {"keys": orjson.dumps(keys).decode() if self.is_pair else list(keys)}


class Kind(StrEnum):
    """How a column's value is turned into a response's."""

    PLAIN = "PLAIN"
    BOOLEAN = "BOOLEAN"
    MOMENT = "MOMENT"
    JSON = "JSON"


class Denial(StrEnum):
    """The value of a field for a role that may not see it."""

    FORBIDDEN = "FORBIDDEN"
    WHOLE = "WHOLE"
    "The whole root field is refused: for what is never null."
    NULL = "NULL"
    EMPTY = "EMPTY"
    "An empty list."


@dataclass(frozen=True, slots=True)
class Guarded:
    """A field that some roles may not see."""

    roles: frozenset[str] | None = None
    "Who may see it. None: everybody."
    denial: Denial = Denial.FORBIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Guarded):
    """A column, or an SQL expression over the row."""

    sql: str
    kind: Kind = Kind.PLAIN
    template: str = "{v}"
    "A Python expression of the value `{v}`; not evaluated for null where `nullable`."
    trial_template: str | None = None
    "The same where the run is a trial (`Run.is_trial`), if it differs."
    nullable: bool = False
    names: Mapping[str, Any] | None = None
    "What the templates refer to."


@dataclass(frozen=True, slots=True, kw_only=True)
class ToOne(Guarded):
    """The row of another shape, joined; null where there is none."""

    shape: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMany(Guarded):
    """All rows of another shape that refer to this one: one statement for all parents.

    `parent` is this row's column, `key` the other's.
    """

    shape: str
    parent: str
    key: str
    order: str
    where: Callable[[Run, Mapping[str, Any]], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Guarded):
    """A page of a list that belongs to this row.

    `listing` is told the run, the field's arguments and the parents' keys; it is asked once for
    all parents, or, where `single`, for each.
    """

    shape: str
    parent: str
    listing: Callable[[Run, Mapping[str, Any], Sequence[int]], Awaitable[Listing]]
    single: bool = False
    columns: frozenset[str] = frozenset()
    "What the listing's own rows have as columns, whatever the shape would compute it from."
    cursor_key: Callable[[Any], Mapping[str, Any]] | None = None
    "Returns what cursors are bound to beside the field's arguments, by the key of one parent."


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed(Guarded):
    """What a function makes of the needs: a leaf, a plain object, or the keys of other rows.

    A need is a column of the row, the name of an internal field, or either behind relations
    (`author.name`). The function is called as `compute(run, *needs)`.
    """

    compute: Callable[..., Any]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batched(Guarded):
    """What one asynchronous call makes of this column of all rows: a value for each key.

    Called as `load(run, arguments, keys)`.
    """

    parent: str
    load: Callable[[Run, Mapping[str, Any], Sequence[Any]], Awaitable[Mapping[Any, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Internal: plain rows of a table that refer to this one, as tuples, for computed fields."""

    table: str
    columns: str
    parent: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Internal: what a function makes of needs, once a row, for several computed fields."""

    compute: Callable[..., Any]
    needs: tuple[str, ...]


Field: TypeAlias = Column | ToOne | ToMany | Connection | Computed | Batched | Rows | Derived


def snake_case(name: str) -> str:
    """Return `userErrors` as `user_errors`; `from`, which Python keeps for itself, as `from_`."""
    snake = _HUMP.sub("_", name).lower()
    return f"{snake}_" if iskeyword(snake) else snake
