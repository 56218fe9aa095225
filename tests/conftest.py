"""What the tests stand on: both databases, empty and migrated, and a real server on them.

A test that asks for `database_url`, `db` or `server` runs twice, on SQLite and on PostgreSQL.
Tests are marked `postgres` and `slow` by the fixtures that they ask for, or where they stand.
The last lines of a run tell which versions it tried.
"""

import logging
import platform
import sqlite3
from collections.abc import AsyncGenerator, Generator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)

from database.connection import connected
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.live import Server, serving
from tests.postgres import Postgres, postgres

MARKS = {
    "postgres": {"postgres_server", "postgres_databases"},
    "slow": {"process", "server"},  # a process of the test's own takes a second or two to start
}
"What a test that asks for one of these fixtures is marked with."
TRIED = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to note which versions the tests run on."""
    config.stash[TRIED] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by what they ask for; those on both databases are marked by `databases`."""
    for item, (mark, fixtures) in product(items, MARKS.items()):
        if fixtures.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(mark)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand on what this process noted, if it is a worker of pytest-xdist."""
    if output := getattr(session.config, "workeroutput", None):
        output["tried"] = sorted(session.config.stash[TRIED])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of pytest-xdist noted; one that crashed leaves nothing."""
    node.config.stash[TRIED].update(getattr(node, "workeroutput", {}).get("tried", ()))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell the versions."""
    here = {f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"}
    terminalreporter.write_line(f"tried on {', '.join(sorted(here | config.stash[TRIED]))}")


@pytest.fixture
def own_logs() -> Generator[None]:
    """Let a test configure logs, whose handlers keep the captured stream of that test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Generator[Postgres]:
    """One PostgreSQL for all tests of this process."""
    with postgres() as server:
        pytestconfig.stash[TRIED].add(f"PostgreSQL {server.sql('SHOW server_version')}")
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: Postgres) -> PostgresDatabases:
    """Databases on PostgreSQL alone."""
    return PostgresDatabases(postgres_server)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """Databases on SQLite alone."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Databases of either kind: what asks for it runs on both."""
    kinds = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}
    return request.getfixturevalue(kinds[request.param])


@pytest.fixture
def database_url(databases: Databases) -> Generator[str]:
    """A new migrated database without rows."""
    with databases.lend() as url:
        yield url


@pytest.fixture
async def db(database_url: str) -> AsyncGenerator[str]:
    """A new database, with Tortoise connected to it in this process; its URL."""
    # Tortoise keeps its INSERTs by the connection's name, in the dialect of the test before.
    EXECUTOR_CACHE.clear()
    async with connected(database_url):
        yield database_url


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncGenerator[Server]:
    """A server of this test's own, on a new database."""
    with serving(database_url, tmp_path) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            yield Server(url, http)


@pytest.fixture(scope="module")
def shared_server_url(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Generator[str]:
    """The address of a server that the tests of one file share."""
    with databases.lend() as url, serving(url, tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
async def shared_server(shared_server_url: str) -> AsyncGenerator[Server]:
    """A server on a database that other tests of the same file have written to: starts once."""
    async with httpx.AsyncClient(base_url=shared_server_url, timeout=30) as http:
        yield Server(shared_server_url, http)
