"""Running statements (`database/statement.py`) on the database that Tortoise is connected to."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.context import require_context

from database.capabilities import BY_DIALECT, POSTGRES, SQLITE, Capabilities
from database.coalescing import fetch_by
from database.statement import Row, bind_values, fetch


class TortoiseDatabase:
    """The open transaction's connection, or else the pool (a `database.statement.Database`)."""

    __slots__ = ("_client", "_held", "capabilities", "is_shared")

    def __init__(self) -> None:
        self._client: Any = connection()
        self._held: Any = None
        self.capabilities: Capabilities = BY_DIALECT[self._client.capabilities.dialect]
        # SQLite has no pool, but a single connection.
        in_transaction = isinstance(self._client, TransactionalDBClient)
        self.is_shared = self.capabilities is POSTGRES and not in_transaction

    async def execute(self, sql: str, values: list[Any]) -> Sequence[Row]:
        """Return the rows of a statement."""
        if self._held is not None:
            return await self._held.fetch(sql, *values)
        async with self._client.acquire_connection() as driver:
            if self.capabilities is SQLITE:
                return await driver.execute_fetchall(sql, values)
            return await driver.fetch(sql, *values)

    @asynccontextmanager
    async def held(self) -> AsyncGenerator["TortoiseDatabase"]:
        """Hold one connection of the pool, for several statements in turn."""
        one = copy(self)
        async with self._client.acquire_connection() as one._held:
            one.is_shared = False
            yield one


async def rows(sql: str, **values: Any) -> Sequence[Row]:
    """Return the rows of a statement, each a sequence of its columns."""
    return await fetch(TortoiseDatabase(), sql, values)


async def rows_by(sql: str, keys: Iterable[Any]) -> Sequence[Row]:
    """Return the rows of a statement with `= ANY(:keys)`, whose last column is the key.

    Outside a transaction, requests share an execution of it (`database/coalescing.py`).
    """
    return await fetch_by(TortoiseDatabase(), sql, {}, keys)


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
