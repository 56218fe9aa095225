"""Statements in the words of `projection.statement`, run where Tortoise is connected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from models.database import connection, dialect
from projection.statement import Row, bind, fetch


@dataclass(slots=True)
class TortoiseDatabase:
    """The connection to use here: the open transaction's, where there is one."""

    dialect: str

    async def execute(self, sql: str, values: list[Any]) -> Sequence[Row]:
        """The rows of a statement."""
        client: Any = connection()
        _, found = await client.execute_query(sql, values)
        return found


async def rows(sql: str, **values: Any) -> Sequence[Row]:
    """The rows of a statement, each a sequence of its columns."""
    return await fetch(TortoiseDatabase(dialect()), sql, values)


async def locked_rows(sql: str, lock: str, **values: Any) -> Sequence[Row]:
    """The same, locked until the transaction ends: `FOR UPDATE`, `FOR SHARE OF t`.

    On SQLite the transaction holds the only lock that there is from its start.
    """
    return await rows(sql if dialect() == "sqlite" else f"{sql} {lock}", **values)


async def run(sql: str, **values: Any) -> int:
    """Run an UPDATE or DELETE; how many rows it was about. Values are no lists: see `dumps`."""
    text, names = bind(sql, dialect())
    client: Any = connection()
    count, _ = await client.execute_query(text, [values[name] for name in names])
    return count


def dumps(value: object) -> str:
    """A parameter for `json_array_elements`."""
    return orjson.dumps(value).decode()
