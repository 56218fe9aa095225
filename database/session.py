"""Statements in the words of `projection.statement`, run where Tortoise is connected."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from typing import Any

import orjson
from tortoise.backends.base.client import TransactionalDBClient

from database.capabilities import BY_DIALECT, POSTGRES, SQLITE, Capabilities
from database.coalescing import fetch_by
from database.connection import connection
from database.statement import Row, bind_values, fetch


class TortoiseDatabase:
    """The connection to use here and now: the open transaction's, where there is one."""

    __slots__ = ("_client", "_held", "capabilities", "is_shared")

    def __init__(self) -> None:
        self._client: Any = connection()
        self._held: Any = None
        self.capabilities: Capabilities = BY_DIALECT[self._client.capabilities.dialect]
        # A pool; no transaction's connection, nor the only one that SQLite has.
        in_transaction = isinstance(self._client, TransactionalDBClient)
        self.is_shared = self.capabilities is POSTGRES and not in_transaction

    async def execute(self, sql: str, values: list[Any]) -> Sequence[Row]:
        """The rows of a statement."""
        if self._held is not None:
            return await self._held.fetch(sql, *values)
        async with self._client.acquire_connection() as driver:
            if self.capabilities is SQLITE:
                return await driver.execute_fetchall(sql, values)
            return await driver.fetch(sql, *values)

    @asynccontextmanager
    async def held(self) -> AsyncGenerator["TortoiseDatabase"]:
        """One connection of the pool, for several statements in turn."""
        one = copy(self)
        async with self._client.acquire_connection() as one._held:
            one.is_shared = False
            yield one


async def rows(sql: str, **values: Any) -> Sequence[Row]:
    """The rows of a statement, each a sequence of its columns."""
    return await fetch(TortoiseDatabase(), sql, values)


async def rows_by(sql: str, keys: Iterable[Any]) -> Sequence[Row]:
    """The rows of a statement with `= ANY(:keys)`, whose last column is the key.

    Outside a transaction, one run of it serves all requests that want it at the time.
    """
    return await fetch_by(TortoiseDatabase(), sql, {}, keys)


async def locked_rows(sql: str, lock: str, **values: Any) -> Sequence[Row]:
    """The same, locked until the transaction ends: `FOR UPDATE`, `FOR SHARE OF t`.

    On SQLite the transaction holds the only lock that there is from its start.
    """
    return await rows(f"{sql} {lock}", **values)


async def run(sql: str, **values: Any) -> int:
    """Run a statement; return how many rows an UPDATE or DELETE changed."""
    client: Any = connection()
    text, given = bind_values(sql, values, capabilities())
    count, _ = await client.execute_query(text, given)
    return count


def capabilities() -> Capabilities:
    """Return what the connected database can do."""
    return BY_DIALECT[connection().capabilities.dialect]


def dumps(value: object) -> str:
    """A parameter for `json_array_elements`."""
    return orjson.dumps(value).decode()
