"""The role, connection and context with which a list or a planned selection is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from database.snapshots import Reading, fetch_by
from database.statement import Database, Row, fetch
from projection.internals import Executor
from projection.refusals import Refused

Known: TypeAlias = Mapping[str, Mapping[Any, Mapping[str, Any]]]
"""By shape and key, columns of rows as they are, in the SQL of `Level.columns`."""


@dataclass(slots=True, kw_only=True)
class ListRun:
    """The role, connection and context with which a list is read."""

    database: Database
    role: str
    context: Any
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    "Parameters that any statement may use."

    def expect_one(self) -> None:
        """Run the next statement without a snapshot, where it is the operation's first."""
        if isinstance(self.database, Reading):
            self.database.expect_one()

    async def fetch(self, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
        """Return the rows of a statement."""
        return await fetch(self.database, sql, {**self.values, **values})

    async def fetch_by(
        self, sql: str, keys: Iterable[Any], values: Mapping[str, Any] | None = None
    ) -> Sequence[Row]:
        """Return the rows of a statement over `:keys`; none without keys (see `snapshots`)."""
        return await fetch_by(self.database, sql, {**self.values, **(values or {})}, keys)


@dataclass(slots=True, kw_only=True)
class Run(ListRun):
    """One use of a plan."""

    executor: Executor
    known: Known = field(default_factory=dict[str, Mapping[Any, Mapping[str, Any]]])
    "What need not be read: whoever runs the plan has just written it."
    is_trial: bool = False
    "Whether it reads in a trial run: a transaction that is rolled back."
    refused: list[Refused] = field(default_factory=list[Refused])
    "Fields that turned out to have invalid arguments, to be reported with the answer."
