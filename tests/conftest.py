"""What the tests stand on: both databases, empty and migrated, and a real server on them.

A test that asks for `database_url`, `db` or `server` runs twice, on SQLite and on PostgreSQL.
"""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import pytest
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)

from database.connection import connected
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.live import Server, serving
from tests.postgres import Postgres, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Generator[Postgres]:
    """One PostgreSQL for all tests of this process."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: Postgres) -> PostgresDatabases:
    """Databases on PostgreSQL alone."""
    return PostgresDatabases(postgres_server)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """Databases on SQLite alone."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
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
