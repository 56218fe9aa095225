"""A migration that has to wait says for whom, and holds up nobody for long."""

import asyncio
import re
import sqlite3
from typing import Any

import asyncpg
import pytest

from database import migrations
from database.connection import connected
from database.migrations import migrate
from database.session import run
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.migrating import forget
from tests.models.test_migrations import MIGRATIONS


@pytest.fixture(autouse=True)
def locks_are_waited_for_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the attempts of a test be many."""
    monkeypatch.setattr(migrations, "LOCK_SECONDS", 0.3)
    monkeypatch.setattr(migrations, "LOOK_SECONDS", 0.05)


async def test_the_holder_of_a_lock_is_named_without_what_it_does(
    postgres_databases: PostgresDatabases, caplog: pytest.LogCaptureFixture
) -> None:
    postgres: Any = asyncpg
    with postgres_databases.lend() as url:
        await lose_the_last_migration(url)
        holder = await postgres.connect(url, server_settings={"application_name": "report"})
        await holder.execute("BEGIN; SELECT 'a secret' FROM availability_delta")
        migrating = asyncio.create_task(migrate(url))
        await until_told(caplog)
        # Whoever comes after the migration does not wait for it to end.
        other = await postgres.connect(url)
        await other.execute("SELECT FROM availability_delta", timeout=10)
        assert not migrating.done()
        await holder.close()
        await other.close()
        assert await migrating == MIGRATIONS[5:]

    pid = holder.get_server_pid()
    told = f"the migration waits for process {pid} (report, idle in transaction)"
    assert [record.message for record in caplog.records].count(told) == 1
    assert "secret" not in caplog.text


async def test_a_writer_of_the_file_is_waited_for(
    sqlite_databases: SqliteDatabases, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite_databases.lend() as url:
        await lose_the_last_migration(url)
        writer = sqlite3.connect(url.partition("://")[2], isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        migrating = asyncio.create_task(migrate(url))
        await until_told(caplog)
        writer.execute("ROLLBACK")
        assert await migrating == MIGRATIONS[5:]
        writer.close()
    assert "waits for whoever writes to the file" in caplog.text


async def lose_the_last_migration(url: str) -> None:
    """Let the database lack migrations, of which the first changes a table that is in use."""
    async with connected(url):
        await run("ALTER TABLE availability_delta ADD COLUMN xid BIGINT NOT NULL DEFAULT 0")
        await forget("0006")


async def until_told(caplog: pytest.LogCaptureFixture) -> None:
    async with asyncio.timeout(30):
        while not re.search("the migration waits for", caplog.text):
            await asyncio.sleep(0.01)
