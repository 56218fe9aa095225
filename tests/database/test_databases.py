"""The ground that the other tests stand on: both databases are what they are taken for."""

import asyncio
import sqlite3
from functools import partial
from typing import Any

import asyncpg
import pytest

from database.connection import DatabaseError, connected
from database.migrations import pending_migrations
from database.session import capabilities, connection, rows, rows_by
from database.snapshots import Reading
from tests.databases import Databases, PostgresDatabases
from tests.postgres import Postgres


async def value(sql: str) -> object:
    """The only value of the only row."""
    client: Any = connection()
    _, rows = await client.execute_query(sql)
    return rows[0][0]


async def test_both_databases_answer_and_have_every_migration(db: str):
    assert await value("SELECT 41 + 1") == 42
    assert await pending_migrations() == []
    schemes = {"sqlite": "sqlite", "postgres": "postgresql"}
    assert schemes[capabilities().dialect] == db.partition(":")[0]


async def test_sqlite_runs_wal_with_foreign_keys(db: str):
    if capabilities().dialect != "sqlite":
        pytest.skip("of SQLite alone")
    assert await value("PRAGMA journal_mode") == "wal"
    assert await value("PRAGMA foreign_keys") == 1


async def test_postgresql_holds_utf8_ordered_by_code_point(db: str):
    if capabilities().dialect != "postgres":
        pytest.skip("of PostgreSQL alone")
    row = (
        "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider,"
        " to_jsonb(d) ->> 'datlocale') FROM pg_database d WHERE datname = current_database()"
    )
    # There is no builtin locale before PostgreSQL 17; that of the C library orders alike.
    is_old = await value("SELECT current_setting('server_version_num')::int < 170000")
    assert await value(row) == ("UTF8 c" if is_old else "UTF8 b C.UTF-8")
    ordered = "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['é','谷','b','Z','a']) AS x"
    assert await value(ordered) == "Zabé谷"


def test_each_test_has_a_database_of_its_own(databases: Databases):
    with databases.lend() as first, databases.lend() as second:
        assert first != second


async def test_a_lent_database_is_gone_afterwards_whoever_is_connected(
    postgres_server: Postgres, postgres_databases: PostgresDatabases
):
    with postgres_databases.lend() as url:
        name = url.partition("@/")[2].partition("?")[0]
        driver: Any = asyncpg  # has no types
        left_open = await driver.connect(url)
        exists = f"SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        assert postgres_server.sql(exists) == "1"
    assert postgres_server.sql(exists) == "0"
    left_open.terminate()


async def test_sqlite_without_write_ahead_logging_is_refused():
    with pytest.raises(DatabaseError, match="no WAL mode"):
        async with connected("sqlite://:memory:"):
            pass


async def test_a_query_cannot_write(db: str):
    with Reading("query"), pytest.raises(Exception, match=r"readonly|read-only"):
        await rows("UPDATE campaign SET title = 'x'")


@pytest.mark.parametrize("steps", range(1, 6))
async def test_a_query_that_is_given_up_leaves_no_connection_open(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, steps: int
):
    is_open = list[bool]()

    class Noted(sqlite3.Connection):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            is_open.append(True)

        def close(self) -> None:
            is_open.remove(True)
            super().close()

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Noted))
    with databases.lend() as url:
        async with connected(url):
            asking = asyncio.create_task(rows_by("SELECT 1, 1 WHERE 1 = ANY(:keys)", [1]))
            for _ in range(steps):
                await asyncio.sleep(0)
            asking.cancel()
    assert is_open == []
