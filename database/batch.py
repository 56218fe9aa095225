"""Several changes by one list of rows, in one statement where the database can do that.

Where one statement may hold several changes (PostgreSQL), each step becomes a common table
expression of it. Where it may not (SQLite, where a statement costs no round trip), the steps run
one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database.session import TortoiseDatabase, dumps
from database.statement import Row, fetch


@dataclass(frozen=True, slots=True)
class Step:
    """An INSERT or UPDATE by the rows, which are the table `given`, their order its `place`.

    Later steps read what its RETURNING gives as the table `name`. When the steps run one after the
    other, that is the whole table `visible_as`; so they must select the rows they mean.
    """

    name: str
    sql: str
    visible_as: str = ""


class BatchStatement:
    """Steps, and the columns of the rows with their types."""

    def __init__(self, columns: Mapping[str, str], *steps: Step) -> None:
        self._nested = _nested(columns, steps)
        self._in_turn = _in_turn(columns, steps)

    async def __call__(self, given: Sequence[Mapping[str, Any]], **values: Any) -> Sequence[Row]:
        """Make all changes; return the rows of the first step. A column left out is null."""
        database = TortoiseDatabase()
        statements = [self._nested] if database.capabilities.nests_changes else self._in_turn
        values["given"] = dumps(given)
        results = [await fetch(database, statement, values) for statement in statements]
        return results[0]


def _nested(columns: Mapping[str, str], steps: Sequence[Step]) -> str:
    names = ", ".join(columns)
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    recordset = f"json_to_recordset(:given::json) AS ({typed})"
    ordered = f"ROWS FROM ({recordset}) WITH ORDINALITY AS j({names}, place)"
    given = f"given AS MATERIALIZED (SELECT * FROM {ordered})"
    tables = [given, *(f"{step.name} AS ({step.sql})" for step in steps)]
    return f"WITH {', '.join(tables)} SELECT * FROM {steps[0].name}"


def _in_turn(columns: Mapping[str, str], steps: Sequence[Step]) -> list[str]:
    extracted = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    tables = [f"given AS MATERIALIZED (SELECT {extracted}, key AS place FROM json_each(:given))"]
    statements = list[str]()
    for step in steps:
        statements.append(f"WITH {', '.join(tables)} {step.sql}")
        if step.visible_as:
            tables.append(f"{step.name} AS (SELECT * FROM {step.visible_as})")
    return statements
