"""A PostgreSQL that became another meanwhile: read-only, migrated, full, or without us."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)

from database.connection import DEFAULT_OPTIONS, connected
from database.readiness import readiness
from database.session import connection
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.databases import PostgresDatabases
from tests.engine import STAFF, answer, execute, mutate
from tests.postgres import Postgres
from workflow.enums import Platform

READ = "{ campaigns(first: 2) { totalCount nodes { title id } } }"
CREATE = """mutation {
  createCampaign(input: { title: "T", brand: "B", type: SOCIAL, platforms: [TIKTOK] })
    { campaign { id } } }"""
OURS = "FROM pg_stat_activity WHERE application_name = 'joinery' AND datname = current_database()"


@pytest.fixture
async def url(postgres_databases: PostgresDatabases) -> AsyncGenerator[str]:
    """A database that this process is connected to."""
    EXECUTOR_CACHE.clear()
    with postgres_databases.lend() as url:
        async with connected(url):
            yield url


async def codes(query: str) -> list[str]:
    """The codes of an operation's errors."""
    response = await execute(query, {}, Context(caller=STAFF))
    return [error["extensions"]["code"] for error in response.get("errors", [])]


async def test_a_read_only_database_is_not_ready_and_its_connections_are_not_used_again(
    url: str, postgres_server: Postgres
):
    assert await codes(CREATE) == []
    before = await connections()
    with read_only(postgres_server):
        await until_read_only(before)
        assert await codes(CREATE) == ["UNAVAILABLE"]
        assert await codes(READ) == []
        found = await readiness()
        assert (found.fault, found.pending) == ("is read-only", [])
        assert not before & await connections()
    await until_read_only(await connections(), "off")
    assert await codes(CREATE) == []
    assert (await readiness()).fault is None


async def test_statements_planned_before_a_migration_are_planned_anew(url: str):
    campaign, person = await data.campaign(), await data.influencer((Platform.INSTAGRAM, 10))

    async def mark() -> str:
        payload = await mutate(
            "markJoined",
            "results { outcome participation { campaign { title } influencer { name } } }",
            dry=True,
            campaignId=encode("Campaign", campaign.pk),
            influencerIds=[encode("Influencer", person.pk)],
        )
        return payload["results"][0]["outcome"]

    async def all_at_once() -> None:
        outcomes = await asyncio.gather(*(mark() for _ in range(4)))
        assert outcomes == ["CHANGED"] * 4
        for found in await asyncio.gather(*(answer(READ) for _ in range(4))):
            assert found["campaigns"]["totalCount"] == 1

    client: Any = connection()
    for kind in ("varchar(400)", "text"):
        await all_at_once()
        await client.execute_query(f"ALTER TABLE campaign ALTER COLUMN title TYPE {kind}")
        await client.execute_query(f"ALTER TABLE influencer ALTER COLUMN name TYPE {kind}")
        await client.execute_query(f"ALTER TABLE campaign ALTER COLUMN brand TYPE {kind}")
        await all_at_once()


async def test_no_request_fails_for_connections_that_were_lost_while_nobody_used_them(
    url: str, postgres_server: Postgres
):
    # It blocks the event loop, so that the client learns of it only when it uses them.
    end = f"SELECT pg_terminate_backend(pid) {OURS.replace('current_database()', name(url))}"
    for query in (CREATE, READ) * 3:
        await asyncio.gather(*(codes(CREATE) for _ in range(DEFAULT_OPTIONS.pool_size)))
        assert len(await connections()) > 1
        postgres_server.sql(end)
        assert [await codes(query) for _ in range(3)] == [[]] * 3


async def test_where_postgresql_has_no_connection_left_operations_can_be_sent_again(
    postgres_databases: PostgresDatabases, postgres_server: Postgres
):
    EXECUTOR_CACHE.clear()
    with postgres_databases.lend() as url, few_connections(postgres_server, url) as few:
        async with connected(few):
            asked = [codes(CREATE if number % 2 else READ) for number in range(20)]
            found = await asyncio.gather(*asked)
            assert {code for each in found for code in each} == {"UNAVAILABLE"}
            assert [] in found
            assert await codes(CREATE) == []


def name(url: str) -> str:
    """The name of a database, as a text of SQL."""
    return "'" + url.partition("?")[0].rpartition("/")[2] + "'"


async def connections() -> set[int]:
    """The processes of PostgreSQL that serve this process's pool."""
    client: Any = connection()
    async with client.acquire_connection() as driver:
        rows = await driver.fetch(f"SELECT pid {OURS}")
    return {row[0] for row in rows}


async def until_read_only(pids: set[int], state: str = "on") -> None:
    """Wait until the settings have been read again by those that are there."""
    client: Any = connection()
    async with asyncio.timeout(20):
        while True:
            async with client.acquire_connection() as driver:
                if await driver.fetchval("SHOW default_transaction_read_only") == state:
                    return
            await asyncio.sleep(0.01)


@contextmanager
def read_only(server: Postgres) -> Generator[None]:
    """Have the whole server take no changes, in sessions that are open too."""
    server.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    try:
        server.sql("SELECT pg_reload_conf()")
        yield
    finally:
        server.sql("ALTER SYSTEM RESET default_transaction_read_only")
        server.sql("SELECT pg_reload_conf()")


@contextmanager
def few_connections(server: Postgres, url: str) -> Generator[str]:
    """The URL of the same database for a role that has two connections at most."""
    database = name(url).strip("'")
    server.sql("CREATE ROLE few LOGIN CONNECTION LIMIT 2")
    try:
        for what in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            server.sql(f"GRANT ALL ON ALL {what} IN SCHEMA public TO few", database)
        yield url.replace("postgres@", "few@")
    finally:
        server.sql("DROP OWNED BY few", database)
        server.sql("DROP ROLE few")
