"""One level of a plan: the rows of one statement (or plain objects), and what is made of each.

A level collects columns and joins while it is planned, then turns Python expressions over a row
`r` into functions over all rows. A *step* makes one more value for each row, `x0`, `x1`, …, by
whatever it takes: another statement, or a function.
"""

import re
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, NamedTuple, TypeAlias

from graphql import FieldNode, GraphQLError

from projection.listing import invalid
from projection.run import Run

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
    path: Sequence[str | int]


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
        self.build: Builder | None = None
        self._there: dict[str, str] = {}
        self.steps: list[Step] = []
        self._places: dict[int, Place] = {}
        self._known: dict[Hashable, str] = {}

    def column(self, sql: str) -> str:
        """The expression of a column's value; each column is selected once."""
        return f"r[{self.columns.setdefault(sql, len(self.columns))}]"

    def join(self, table: str, alias: str, on: str) -> str:
        """The alias of a joined row (`{t}` is `alias`, `{j}` the new one); joined once."""
        key = ("join", table, alias, on)
        if key not in self._known:
            if len(self.joins) == MAX_JOINS:
                raise invalid(f"This selection joins more than {MAX_JOINS} objects to one list.")
            joined = self._known[key] = f"j{len(self.joins)}"
            table = table.removesuffix(" t")
            self.tables.append(table)
            self.joins.append(f" LEFT JOIN {table} {joined} ON {on.format(t=alias, j=joined)}")
            self._there[joined] = self.column(f"{joined}.id")
        return self._known[key]

    def where_there(self, alias: str, expression: str) -> str:
        """The expression, or null where the row of this alias is missing."""
        there = self._there.get(alias)
        return f"(None if {there} is None else {expression})" if there else expression

    def name(self, value: Any) -> str:
        """The name by which expressions know a Python value."""
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name

    def step(self, step: Step, place: Place | None = None) -> str:
        """The expression of what a step makes of the row."""
        if place is not None:
            self._places[len(self.steps)] = place
        self.steps.append(step)
        return f"x{len(self.steps) - 1}"

    def once(self, key: Hashable, make: Callable[[], str]) -> str:
        """The expression that `make` gives, made once for the key."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def function(self, expression: str) -> Builder:
        """A function that evaluates the expression for each row, given the steps so far."""
        # Were all steps named in each function, a level of many would take their square to plan.
        named = {int(number) for number in _STEP.findall(expression)}
        used = sorted(number for number in named if number < len(self.steps))
        loop = "for r in rows"
        if used:
            names = ", ".join(f"x{step}" for step in used)
            lists = ", ".join(f"made[{step}]" for step in used)
            loop = f"for r, {names} in zip(rows, {lists}, strict=True)"
        source = f"def build(run, cursors, rows, *made):\n    return [{expression} {loop}]\n"
        exec(compile(source, "<projection>", "exec"), self.names)  # noqa: S102
        return self.names.pop("build")

    def finish(self, expression: str) -> None:
        """Settle what is made of each row."""
        self.build = self.function(expression)

    def select(self, *more: str) -> str:
        """What stands behind SELECT; `more` columns come last."""
        return ", ".join([*self.columns, *more]) or "1"

    @property
    def joined(self) -> str:
        """What stands behind FROM's first table."""
        return "".join(self.joins)

    async def fill(self, run: Run, rows: Sequence[Any], cursors: Any = None) -> list[Any]:
        """What the level makes of these rows. Raises GraphQLError where an argument is no good."""
        assert self.build is not None
        if not rows:
            return []
        made: list[list[Any]] = []
        try:
            for step in self.steps:
                made.append(await step(run, rows, made))
        except GraphQLError as error:
            place = self._places.get(len(made))
            if place is None or error.path is not None:
                raise
            raise GraphQLError(
                error.message, place.node, path=place.path, original_error=error
            ) from error
        return self.build(run, cursors, rows, *made)
