"""How a process uses its database, as it was set."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from database.connection import connected
from database.options import MIN_POOL_SIZE, DatabaseOptions
from database.session import capabilities, connection, rows
from database.snapshots import Reading
from database.transactions import transacted
from tests.concurrency.test_waiting import other_writer, until_someone_waits
from tests.database.test_databases import value
from tests.databases import Databases, PostgresDatabases

LOCK = "SELECT pg_advisory_xact_lock(1)"


async def test_time_outs_are_those_that_were_set(databases: Databases):
    options = DatabaseOptions(statement_timeout=2.5, lock_timeout=0.25)
    with databases.lend() as url:
        async with connected(url, options):
            if capabilities().dialect == "sqlite":
                client: Any = connection()
                assert client._connection.seconds == 0.25
            else:
                assert await value("SHOW statement_timeout") == "2500ms"
                assert await value("SHOW lock_timeout") == "250ms"
                assert await value("SHOW idle_in_transaction_session_timeout") == "1min"


async def read(sql: str) -> Any:
    with Reading(sql):
        return (await rows(sql))[0][0]


async def mutate(sql: str) -> Any:
    async def work() -> Any:
        return (await rows(sql))[0][0]

    return await transacted(work)


@pytest.mark.parametrize("pool_size", [MIN_POOL_SIZE, 13])
@pytest.mark.parametrize("slow", [read, mutate])
async def test_others_go_on_while_one_kind_waits(
    postgres_databases: PostgresDatabases,
    pool_size: int,
    slow: Callable[[str], Coroutine[Any, Any, Any]],
):
    options = DatabaseOptions(pool_size=pool_size)
    most = options.max_readers - 1 if slow is read else options.max_transactions
    with postgres_databases.lend() as url:
        async with connected(url, options), asyncio.timeout(30):
            async with other_writer(url) as other:
                await other.execute(LOCK)
                waiting = [asyncio.create_task(slow(LOCK)) for _ in range(3 * pool_size)]
                await until_someone_waits(many=most)
                assert await read("SELECT 2") == 2
                if slow is not mutate:
                    assert await mutate("SELECT 3") == 3
            await asyncio.gather(*waiting)
