"""One level of a plan: the rows of one statement (or plain objects), and what is made of each.

A level collects columns and joins while it is planned, then turns Python expressions over a row
`r` into functions over all rows. A *step* makes one more value for each row, `x0`, `x1`, …, by
whatever it takes: another statement, or a function.
"""

import re
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from graphql import FieldNode, GraphQLError

from projection.refusals import Keys, Refused
from projection.run import Run
from projection.shape import Batched, Rows, Shape, ToMany

MAX_JOINS = 50
"""SQLite joins 64 tables at most, and a list may bring a few of its own."""
_STEP = re.compile(r"\bx(\d{1,9})\b")
"""What a step made, in an expression. A response key may look the same, which does no harm."""

Builder: TypeAlias = Callable[..., list[Any]]
"""`builder(run, cursors, rows, *steps)`: a value for each row."""

Step: TypeAlias = Callable[[Run, Sequence[Any], list[list[Any]]], Awaitable[list[Any]]]
"""`step(run, rows, earlier steps)`: a value for each row."""


class Place(NamedTuple):
    """Where the field of a step stands, for errors that are about its arguments."""

    node: FieldNode
    path: Keys
    is_nullable: bool


class Level:
    """A level that is being planned, then run many times."""

    def __init__(self, own_columns: frozenset[str] = frozenset()) -> None:
        self.own_columns = own_columns
        "Computed fields that its rows have as columns (`Connection.columns`)."
        self.columns: dict[str, int] = {}
        self.joins: list[str] = []
        self.tables: list[str] = []
        "What is joined."
        self.names: dict[str, Any] = {}
        self._builder: Builder | None = None
        self._keys: dict[str, str] = {}
        self.steps: list[Step] = []
        self._places: dict[int, Place] = {}
        self._known: dict[Hashable, str] = {}

    def column(self, sql: str) -> str:
        """Return the expression of a column's value; each column is selected once."""
        return f"r[{self.columns.setdefault(sql, len(self.columns))}]"

    def join(self, table: str, alias: str, on: str) -> str:
        """Return the alias of a joined row (`{t}` is `alias`, `{j}` the new one); joined once."""
        key = ("join", table, alias, on)
        if key not in self._known:
            joined = self._known[key] = f"j{len(self.joins)}"
            table = table.removesuffix(" t")
            self.tables.append(table)
            self.joins.append(f" LEFT JOIN {table} {joined} ON {on.format(t=alias, j=joined)}")
            self._keys[joined] = self.column(f"{joined}.id")
        return self._known[key]

    def null_if_missing(self, alias: str, expression: str) -> str:
        """Return the expression, which is null where the row of this alias is missing."""
        key = self._keys.get(alias)
        return f"(None if {key} is None else {expression})" if key else expression

    def name(self, value: Any) -> str:
        """Return the name by which expressions know a Python value."""
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name

    def step(self, step: Step, place: Place | None = None) -> str:
        """Return the expression of what a step makes of the row."""
        if place is not None:
            self._places[len(self.steps)] = place
        self.steps.append(step)
        return f"x{len(self.steps) - 1}"

    def memoize(self, key: Hashable, compiled: Callable[[], str]) -> str:
        """Return the expression that `compiled` returns, called once for the key."""
        if key not in self._known:
            self._known[key] = compiled()
        return self._known[key]

    def function(self, expression: str) -> Builder:
        """Return a function that evaluates the expression for each row, given the steps so far."""
        # Were all steps named in each function, a level of many would take their square to plan.
        named = {int(number) for number in _STEP.findall(expression)}
        used = sorted(number for number in named if number < len(self.steps))
        loop = "for r in rows"
        if used:
            names = ", ".join(f"x{step}" for step in used)
            lists = ", ".join(f"values[{step}]" for step in used)
            loop = f"for r, {names} in zip(rows, {lists}, strict=True)"
        source = f"def build(run, cursors, rows, *values):\n    return [{expression} {loop}]\n"
        exec(compile(source, "<projection>", "exec"), self.names)  # noqa: S102
        return self.names.pop("build")

    def finish(self, expression: str) -> None:
        """Set the expression of what is made of each row."""
        self._builder = self.function(expression)

    def select(self, *more: str) -> str:
        """Return the columns of SELECT, with `more` at the end."""
        return ", ".join([*self.columns, *more]) or "1"

    @property
    def fetches(self) -> bool:
        """Whether more is read than its rows."""
        return any(map(_fetches, self.steps))

    @property
    def joined(self) -> str:
        """The joins, which follow the first table of FROM."""
        return "".join(self.joins)

    async def build(self, run: Run, rows: Sequence[Any], cursors: Any = None) -> list[Any]:
        """Return the objects made of these rows.

        A field with an invalid argument is null (`Run.refused`). Raises GraphQLError where it
        cannot be.
        """
        assert self._builder is not None
        if not rows:
            return []
        values: list[list[Any]] = []
        for step in self.steps:
            try:
                made = await step(run, rows, values)
            except GraphQLError as error:
                run.refused.append(self._refused(len(values), error))
                made = [None] * len(rows)
            values.append(made)
        return self._builder(run, cursors, rows, *values)

    def _refused(self, step: int, error: GraphQLError) -> Refused:
        """Return the field of a step, which can be null; else raise the error."""
        place = self._places.get(step)
        if place is None or error.path is not None:
            raise error
        node, path = place.node, place.path
        located = GraphQLError(error.message, node, path=path, original_error=error)
        if not place.is_nullable:
            raise located from error
        return Refused(located, [node], path)


# Steps


def _fetches(step: object) -> bool:
    match step:
        case Compute():
            return False
        case Nest():
            return step.level.fetches
        case _:
            return True


Arguments = Callable[[Run], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Compute:
    """A function of the row and the earlier steps."""

    builder: Builder

    async def __call__(self, run: Run, rows: Sequence[Any], values: list[list[Any]]) -> list[Any]:
        """Return the function's values."""
        return self.builder(run, None, rows, *values)


@dataclass(frozen=True, slots=True)
class FetchRows:
    """Plain rows that refer to each row, by one statement."""

    keys: Builder
    rows: Rows

    async def __call__(self, run: Run, rows: Sequence[Any], values: list[list[Any]]) -> list[Any]:
        """Return for each row a list of tuples."""
        keys = self.keys(run, None, rows, *values)
        key = self.rows.key
        sql = f"SELECT {self.rows.columns}, {key} FROM {self.rows.table} WHERE {key} = ANY(:keys)"
        groups: dict[Any, list[Any]] = {}
        for row in await run.fetch_by(sql, keys):
            groups.setdefault(row[-1], []).append(row)
        return [groups.get(key, ()) for key in keys]


@dataclass(frozen=True, slots=True)
class FetchMany:
    """All rows of another shape that refer to each row, by one statement."""

    keys: Builder
    relation: ToMany
    source: str
    level: Level
    arguments: Arguments

    async def __call__(self, run: Run, rows: Sequence[Any], values: list[list[Any]]) -> list[Any]:
        """Return for each row a list of finished objects."""
        keys = self.keys(run, None, rows, *values)
        key = self.relation.key.format(t="t")
        where = self.relation.where(run, self.arguments(run)) if self.relation.where else ""
        found = await run.fetch_by(
            f"SELECT {self.level.select(key)} FROM {self.source}{self.level.joined}"
            f" WHERE {key} = ANY(:keys){where and ' AND '}{where}"
            f" ORDER BY {self.relation.order}",
            keys,
        )
        groups: dict[Any, list[Any]] = {}
        for row, item in zip(found, await self.level.build(run, found), strict=True):
            groups.setdefault(row[-1], []).append(item)
        return [groups.get(key, []) for key in keys]


@dataclass(frozen=True, slots=True)
class FetchByKey:
    """The rows of a shape that each row names: one, or a list of them."""

    keys: Builder
    shape: Shape
    level: Level
    many: bool

    async def __call__(self, run: Run, rows: Sequence[Any], values: list[list[Any]]) -> list[Any]:
        """Return for each row a finished object or null, or a list of them."""
        named = self.keys(run, None, rows, *values)
        flat = [key for keys in named for key in keys or ()] if self.many else named
        found = await fetch_by_key(run, self.shape, self.level, flat)
        if self.many:
            return [[found[key] for key in keys or () if key in found] for keys in named]
        return [found.get(key) for key in named]


async def fetch_by_key(run: Run, shape: Shape, level: Level, keys: Iterable[Any]) -> dict[Any, Any]:
    """Return the finished objects of a shape by their keys; keys that nothing has are left out."""
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    if not wanted:
        return {}
    width = len(shape.key)
    rows = _known_rows(run, shape, level, wanted) or await run.fetch(
        f"SELECT {level.select(*(f't.{column}' for column in shape.key))}"
        f" FROM {shape.source}{level.joined}{shape.where_key}",
        shape.key_values(wanted),
    )
    objects = await level.build(run, rows)
    if width == 1:
        return {row[-1]: item for row, item in zip(rows, objects, strict=True)}
    return {tuple(row[-width:]): item for row, item in zip(rows, objects, strict=True)}


def _known_rows(
    run: Run, shape: Shape, level: Level, keys: Sequence[Any]
) -> list[tuple[Any, ...]] | None:
    """Return the rows of these keys, where all that the level selects is known of all of them."""
    known = run.known.get(shape.name)
    if known is None or len(shape.key) > 1 or not all(key in known for key in keys):
        return None
    if not all(level.columns.keys() <= known[key].keys() for key in keys):
        return None
    return [(*(known[key][column] for column in level.columns), key) for key in keys]


@dataclass(frozen=True, slots=True)
class Nest:
    """A level of plain objects below each row: one or none, or a list."""

    builder: Builder
    level: Level
    many: bool

    async def __call__(self, run: Run, rows: Sequence[Any], values: list[list[Any]]) -> list[Any]:
        """Return for each row a finished object or null, or a list."""
        found = self.builder(run, None, rows, *values)
        if not self.many:
            finished = iter(await self.level.build(run, [v for v in found if v is not None]))
            return [None if value is None else next(finished) for value in found]
        finished = iter(await self.level.build(run, [item for v in found for item in v or ()]))
        return [None if v is None else [next(finished) for _ in v] for v in found]


@dataclass(frozen=True, slots=True)
class Load:
    """One call's values for all rows."""

    keys: Builder
    field: Batched
    arguments: Arguments

    async def __call__(self, run: Run, rows: Sequence[Any], values: list[list[Any]]) -> list[Any]:
        """Return for each row its value."""
        keys = self.keys(run, None, rows, *values)
        known = distinct(keys)
        if not known:
            return [None] * len(keys)
        loaded = await self.field.load(run, self.arguments(run), known)
        return [loaded.get(key) for key in keys]


def distinct(keys: Iterable[Any]) -> list[Any]:
    """Return each key once; without null, which stands where a joined row is missing."""
    return [key for key in dict.fromkeys(keys) if key is not None]
