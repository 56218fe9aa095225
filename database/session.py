"""Running statements (`database/statement.py`) on the database that Tortoise is connected to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.context import require_context

from database.capabilities import BY_DIALECT, SQLITE, Capabilities
from database.snapshots import Reading, current_reading, fetch_by
from database.statement import Database, Execution, Row, bind_values, fetch


class TortoiseDatabase:
    """The connection of the open transaction, or else the pool (a `database.statement.Database`).

    SQLite has no pool, but a single connection, which whoever writes holds.
    """

    __slots__ = ("_client", "capabilities")

    def __init__(self, client: BaseDBAsyncClient | None = None) -> None:
        self._client: Any = client or connection()
        self.capabilities: Capabilities = BY_DIALECT[self._client.capabilities.dialect]

    async def execute(self, sql: str, values: list[Any]) -> Execution:
        """Return the rows of a statement."""
        async with self._client.acquire_connection() as driver:
            begun = perf_counter()
            if self.capabilities is SQLITE:
                rows = await driver.execute_fetchall(sql, values)
            else:
                rows = await driver.fetch(sql, *values)
            return Execution(rows, begun, (perf_counter() - begun) * 1000)


def database() -> Database:
    """Return where to read: in the open transaction, or else of the operation's one moment.

    Where neither is open, each statement runs on its own.
    """
    client: Any = connection()
    reading = current_reading.get()
    if reading is None or not reading.is_open or isinstance(client, TransactionalDBClient):
        return TortoiseDatabase(client)
    return reading.of(client.coalescer, client.single_coalescer)


async def rows(sql: str, **values: Any) -> Sequence[Row]:
    """Return the rows of a statement, each a sequence of its columns."""
    return await fetch(database(), sql, values)


async def rows_by(sql: str, keys: Iterable[Any]) -> Sequence[Row]:
    """Return the rows of a statement with `= ANY(:keys)`, whose last column is the key.

    Outside of operations and transactions, those who ask at the same time share an execution.
    """
    if current_reading.get() is not None:
        return await fetch_by(database(), sql, {}, keys)
    with Reading(sql) as reading:
        reading.expect_one()
        return await fetch_by(database(), sql, {}, keys)


async def locked_rows(sql: str, lock: str, **values: Any) -> Sequence[Row]:
    """Return the same, locked until the transaction ends: `FOR UPDATE`, `FOR SHARE OF t`."""
    return await rows(f"{sql} {lock}", **values)


async def run(sql: str, **values: Any) -> int:
    """Run a statement; return how many rows an UPDATE or DELETE changed."""
    client: Any = connection()
    text, given = bind_values(sql, values, capabilities())
    count, _ = await client.execute_query(text, given)
    return count


def connection() -> BaseDBAsyncClient:
    """Return the connection to use here: the open transaction's, where there is one."""
    return require_context().connections.get("default")


def capabilities() -> Capabilities:
    """Return what the connected database can do."""
    return BY_DIALECT[connection().capabilities.dialect]


def dumps(value: object) -> str:
    """Return a value as JSON, for a parameter of `json_array_elements`."""
    return orjson.dumps(value).decode()


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
    """Several changes by one list of rows, in one statement where the database can do that.

    Where one statement may hold several changes (PostgreSQL), each step becomes a common table
    expression of it. Where it may not (SQLite, where a statement costs no round trip), the steps
    run one after the other. `columns` are those of the rows, with their types.
    """

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
