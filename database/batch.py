"""Several changes by one list of rows, in one statement where the database can.

PostgreSQL runs all parts as one statement, each a common table expression; SQLite, where a
statement costs no round trip and changes nothing within another, one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database.session import TortoiseDatabase, dumps
from database.statement import Row, fetch


@dataclass(frozen=True, slots=True)
class Part:
    """A change by the rows, which it knows as `given`, with their order in `place`.

    Later parts know what its RETURNING gives by its `name`. As they must not count on more than
    the table that it changed (`afterwards`), which is what they see on SQLite, they name the rows
    they mean.
    """

    name: str
    sql: str
    afterwards: str = ""


class Together:
    """Parts, and the columns of the rows with their types."""

    def __init__(self, columns: Mapping[str, str], *parts: Part) -> None:
        self._at_once = _at_once(columns, parts)
        self._in_turn = _in_turn(columns, parts)

    async def __call__(self, given: Sequence[Mapping[str, Any]], **values: Any) -> Sequence[Row]:
        """Make all changes; what the first part returns. What a row leaves out is null."""
        database = TortoiseDatabase()
        statements = [self._at_once] if database.capabilities.nests_changes else self._in_turn
        values["given"] = dumps(given)
        results = [await fetch(database, statement, values) for statement in statements]
        return results[0]


def _at_once(columns: Mapping[str, str], parts: Sequence[Part]) -> str:
    names = ", ".join(columns)
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    recordset = f"json_to_recordset(:given::json) AS ({typed})"
    ordered = f"ROWS FROM ({recordset}) WITH ORDINALITY AS j({names}, place)"
    given = f"given AS MATERIALIZED (SELECT * FROM {ordered})"
    tables = [given, *(f"{part.name} AS ({part.sql})" for part in parts)]
    return f"WITH {', '.join(tables)} SELECT * FROM {parts[0].name}"


def _in_turn(columns: Mapping[str, str], parts: Sequence[Part]) -> list[str]:
    extracted = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    tables = [f"given AS MATERIALIZED (SELECT {extracted}, key AS place FROM json_each(:given))"]
    statements = list[str]()
    for part in parts:
        statements.append(f"WITH {', '.join(tables)} {part.sql}")
        if part.afterwards:
            tables.append(f"{part.name} AS (SELECT * FROM {part.afterwards})")
    return statements
