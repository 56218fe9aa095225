"""A migration that is killed at whatever statement can be run again, as if nothing had been."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Generator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from database.connection import connected
from database.migrations import migrate
from tests import data
from tests.databases import Databases
from tests.faults.killed import Killed, killing
from tests.migrating import forget
from tests.models.test_data_migrations import store_as_before
from tests.postgres import Postgres
from workflow.enums import ParticipationStatus

pytestmark = pytest.mark.slow

# What differs from run to run: a key that pg_dump makes up, and the snapshot in `feed_state`.
_OF_THE_RUN = r"(?m)^\\(un)?restrict .*$|(?<=\t)\d+:\d+:[\d,]*(?=\t)"


@pytest.fixture(scope="module")
def killed() -> Generator[Killed]:
    """A process that migrates until it is killed."""
    with killing() as killed:
        yield killed


@pytest.mark.parametrize(
    ("has_rows", "of", "step"),
    [
        (True, "commit", 4),
        pytest.param(True, "commit", 1, marks=pytest.mark.fault),
        pytest.param(True, "any", 1, marks=pytest.mark.fault),
        pytest.param(False, "any", 7, marks=pytest.mark.fault),
    ],
)
def test_a_killed_migration_can_be_run_again(
    databases: Databases,
    request: pytest.FixtureRequest,
    killed: Killed,
    has_rows: bool,
    of: str,
    step: int,
) -> None:
    with databases.lend(migrated=has_rows) as base:
        if has_rows:
            asyncio.run(_store_what_is_to_be_migrated(base))
        copies = _copies(base, request)
        right = _migrated(next(copies), request)
        number = 1
        while killed(url := next(copies), of, number):
            assert _migrated(url, request) == right, f"killed at {number}"
            number += step
        assert number > 1


async def _store_what_is_to_be_migrated(url: str) -> None:
    async with connected(url):
        campaign, person = await store_as_before()
        part = await data.participation(campaign, person, ParticipationStatus.JOINED)
        for address in ("https://youtu.be/dQw4w9WgXcQ", "https://youtube.com/shorts/dQw4w9WgXcQ"):
            await data.post(part, url=address, url_digest=address)
        await forget("0007")


def _copies(base: str, request: pytest.FixtureRequest) -> Generator[str]:
    """Yield URLs of copies of a database, each gone when the next one is asked for."""
    path = base.partition("://")[2]
    for number in count():
        if base.startswith("sqlite"):
            copy = Path(f"{path}-{number}")
            if Path(path).exists():
                shutil.copyfile(path, copy)
            yield f"sqlite://{copy}"
            continue
        server: Postgres = request.getfixturevalue("postgres_server")
        name = path.partition("/")[2].partition("?")[0]
        yield server.create(f"{name}_{number}", name)
        server.drop(f"{name}_{number}")


def _migrated(url: str, request: pytest.FixtureRequest) -> str:
    """Migrate, and return all that is stored then."""
    asyncio.run(migrate(url))
    if url.startswith("sqlite"):
        return _sqlite_dump(Path(url.partition("://")[2]))
    server: Postgres = request.getfixturevalue("postgres_server")
    name = url.partition("@/")[2].partition("?")[0]
    applied = server.sql("SELECT name FROM tortoise_migrations", name)
    pg_dump = [server.programs / "pg_dump", "--exclude-table-data=tortoise_migrations*", url]
    dumped = subprocess.run(pg_dump, check=True, capture_output=True, text=True).stdout
    return applied + re.sub(_OF_THE_RUN, "", dumped)


def _sqlite_dump(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = database.execute(
            "SELECT type, name, sql FROM sqlite_master ORDER BY name"
        ).fetchall()
        names = [name for kind, name, _ in tables if kind == "table"]
        rows = {
            name: database.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in names
            if name != "tortoise_migrations"
        }
        applied = database.execute("SELECT name FROM tortoise_migrations ORDER BY id").fetchall()
        return repr((tables, rows, applied))
