"""Nothing waits for ever: not for a network that swallows, not for locks, not for others."""

import asyncio
import socket
import sqlite3
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from database.connection import connected
from database.session import connection
from execution.idempotency import digest_of
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.faults.proxy import Proxy, proxied
from tests.faults.servers import running, wait_until
from tests.live import serving
from tests.postgres import Postgres
from tests.tokens import STAFF
from transport.app import LEASE_MARGIN

pytestmark = pytest.mark.slow

SECONDS = 1.0
TOKEN = "a-token-for-prometheus"
LEEWAY = 10.0
"Seconds that an answer may take longer on a busy machine."
SETTINGS = {
    "JOINERY_REQUEST_TIMEOUT": f"{SECONDS}",
    "JOINERY_MAX_CONCURRENCY": "40",
    "JOINERY_DATABASE_CONNECT_TIMEOUT": "0.7",
}
READ = "{ campaigns { nodes { title } } }"
CREATE = """mutation Create($input: CreateCampaignInput!) {
  createCampaign(input: $input) { campaign { id } userErrors { code } } }"""
NEW = {"title": "New", "brand": "Acme", "type": "SOCIAL", "platforms": ["TIKTOK"]}

SLOW_CLAIMS = """
CREATE VIEW slow AS WITH RECURSIVE n(x) AS (
    SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000000) SELECT count(*) FROM n;
CREATE TRIGGER slow_claim AFTER INSERT ON idempotency_key BEGIN SELECT * FROM slow; END;"""
"SQLite takes a second or so to insert a key."
FREE_KEYS = """
SELECT count(*) FROM idempotency_key
WHERE unixepoch(leased_until) - unixepoch(created_at) < 5"""


class Client:
    """A member of staff, who notes how long answers take."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def ask(self, query: str = READ, key: str | None = None) -> tuple[httpx.Response, float]:
        begun = time.monotonic()
        variables = {"input": NEW} if query is CREATE else {}
        headers = {"Authorization": f"Bearer {STAFF}"} | ({"Idempotency-Key": key} if key else {})
        body = {"query": query, "variables": variables}
        answer = await self.http.post("/graphql", json=body, headers=headers)
        return answer, time.monotonic() - begun

    async def ready(self) -> tuple[httpx.Response, float]:
        begun = time.monotonic()
        answer = await self.http.get("/health/ready")
        return answer, time.monotonic() - begun


@asynccontextmanager
async def client_of(url: str) -> AsyncGenerator[Client]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:
        yield Client(http)


@contextmanager
def served(databases: Databases, folder: Path) -> Generator[tuple[str, str]]:
    """A server, and the URL of its database."""
    with databases.lend() as url, serving(url, folder, SETTINGS) as address:
        yield address, url


@pytest.fixture
def proxy(postgres_server: Postgres) -> Generator[Proxy]:
    with proxied(postgres_server.folder) as proxy:
        yield proxy


@pytest.fixture
async def far(
    postgres_databases: PostgresDatabases, proxy: Proxy, tmp_path: Path
) -> AsyncGenerator[Client]:
    """A client of a server whose database is behind the proxy."""
    with (
        postgres_databases.lend() as url,
        serving(proxy.url_of(url), tmp_path, SETTINGS) as address,
    ):
        async with client_of(address) as client:
            yield client


def refused(answer: httpx.Response) -> str:
    """What an answer says that asks to try again."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"] == "1"
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    return error["message"]


async def test_a_network_that_swallows_everything_holds_nobody(far: Client, proxy: Proxy):
    for answer, _ in await asyncio.gather(*(far.ask() for _ in range(30))):
        assert answer.status_code == 200
    proxy.swallow()
    asked = [far.ask(CREATE if number % 3 else READ) for number in range(36)]
    *answers, (ready, spent) = await asyncio.gather(*asked, far.ready())
    for answer, seconds in answers:
        assert "UNAVAILABLE" in answer.text, answer.text
        assert seconds < SECONDS + LEEWAY
    assert (ready.status_code, ready.json()["database"]) == (503, "cannot be reached")
    assert spent < 2 + LEEWAY
    proxy.restore()
    again, seconds = await far.ask(CREATE)
    assert again.status_code == 200, again.text
    assert "errors" not in again.json()
    assert seconds < SECONDS
    assert (await far.ready())[0].status_code == 200


async def test_the_system_is_told_to_notice_dead_connections(
    postgres_databases: PostgresDatabases, proxy: Proxy
):
    with postgres_databases.lend() as url:
        async with connected(proxy.url_of(url)):
            client: Any = connection()
            async with client.acquire_connection() as driver:
                assert driver.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                assert driver.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
        async with connected(f"{proxy.url_of(url)}&keepalives=0&tcp_user_timeout=9000"):
            client = connection()
            async with client.acquire_connection() as driver:
                assert driver.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0
                waits = driver.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                assert waits == 9000


async def test_an_answer_to_a_commit_that_is_lost_is_told_to_the_repetition(
    far: Client, proxy: Proxy
):
    key = uuid4().hex
    proxy.swallow_answers_after(b"COMMIT")
    answer, seconds = await far.ask(CREATE, key)
    assert "repeat it with its Idempotency-Key" in refused(answer)
    assert seconds < SECONDS + LEEWAY
    again = await until_done(far, key)
    assert again["createCampaign"]["campaign"]["id"]
    found, _ = await far.ask()
    assert [node["title"] for node in found.json()["data"]["campaigns"]["nodes"]] == ["New"]


async def test_a_mutation_that_is_cut_off_before_its_commit_is_done_by_the_repetition(
    far: Client, proxy: Proxy
):
    key = uuid4().hex
    proxy.swallow_answers_after(b"INSERT INTO campaign")
    refused((await far.ask(CREATE, key))[0])
    await until_done(far, key)
    found, _ = await far.ask()
    assert [node["title"] for node in found.json()["data"]["campaigns"]["nodes"]] == ["New"]


async def test_a_key_whose_claim_is_cut_off_is_free_at_once(far: Client, proxy: Proxy):
    """Its row is there, and nobody has heard so."""
    key = uuid4().hex
    await far.ask(CREATE, uuid4().hex)
    proxy.swallow_answers_after(digest_of(CREATE, {"input": NEW}, None).encode())
    refused((await far.ask(CREATE, key))[0])
    begun = time.monotonic()
    await until_done(far, key)
    assert time.monotonic() - begun < LEASE_MARGIN - 1


async def test_a_key_whose_claim_is_cut_off_on_sqlite_is_free_at_once(
    sqlite_databases: SqliteDatabases, tmp_path: Path
):
    key = uuid4().hex
    settings = SETTINGS | {"JOINERY_REQUEST_TIMEOUT": "0.25"}
    with (
        sqlite_databases.lend() as url,
        serving(url, tmp_path, settings) as address,
        closing(sqlite3.connect(url.removeprefix("sqlite://"))) as other,
    ):
        other.executescript(SLOW_CLAIMS)
        async with client_of(address) as client:
            refused((await client.ask(CREATE, key))[0])
            wait_until(lambda: other.execute(FREE_KEYS).fetchone() == (1,))
            await until_done(client, key)


async def test_what_waits_for_a_lock_is_given_up_in_the_database_too(
    postgres_databases: PostgresDatabases, postgres_server: Postgres, tmp_path: Path
):
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with served(postgres_databases, tmp_path) as (address, url):
        async with client_of(address) as client, locked(url, "campaign"):
            asked = [client.ask(CREATE if number % 2 else READ) for number in range(30)]
            *answers, (ready, spent) = await asyncio.gather(*asked, client.ready())
            assert ready.status_code == 200
            assert spent < SECONDS
            for answer, seconds in answers:
                refused(answer)
                assert seconds < SECONDS + LEEWAY
            wait_until(lambda: postgres_server.sql(waiting) == "0")
        async with client_of(address) as client:
            assert (await client.ask(CREATE))[0].json()["data"]["createCampaign"]["campaign"]


async def test_beyond_the_bound_operations_are_refused_at_once(
    postgres_databases: PostgresDatabases, tmp_path: Path
):
    with served(postgres_databases, tmp_path) as (address, url):
        async with client_of(address) as client, locked(url, "campaign"):
            answers = await asyncio.gather(*(client.ask() for _ in range(60)))
    at_once = [answer for answer, _ in answers if "too many requests" in refused(answer)]
    assert len(at_once) == 20


async def test_an_operation_whose_client_has_gone_is_cancelled_and_told_apart(
    postgres_databases: PostgresDatabases, postgres_server: Postgres, tmp_path: Path
):
    # Not the worker that counts availability, which may wait for the table as well.
    waiting = """SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE '%title%'"""
    settings = {
        "JOINERY_REQUEST_TIMEOUT": "600",
        "JOINERY_LOG_FORMAT": "json",
        "JOINERY_METRICS_TOKEN": TOKEN,
    }
    with (
        postgres_databases.lend() as url,
        running(url, tmp_path, workers=1, settings=settings) as server,
    ):
        async with client_of(server.url) as client, locked(url, "campaign"):
            asked = asyncio.create_task(client.ask())
            await asyncio.to_thread(wait_until, lambda: postgres_server.sql(waiting) == "1")
            asked.cancel()
            await asyncio.wait([asked])
            await asyncio.to_thread(wait_until, lambda: postgres_server.sql(waiting) == "0")
        wait_until(lambda: len(server.entries("request")) == 1)
        [line] = server.entries("request")
        assert (line["outcome"], line["code"]) == ("abandoned", "CLIENT_CLOSED")
        assert (line["status"], line["is_slow"]) == (None, True)
        assert not server.entries("the database is unavailable")
        counted = 'joinery_operations_total{code="CLIENT_CLOSED",operation="other",'
        counted += 'outcome="abandoned",type="query"} 1.0'
        headers = {"Authorization": f"Bearer {TOKEN}"}
        wait_until(lambda: counted in httpx.get(f"{server.url}/metrics", headers=headers).text)


async def test_whoever_waits_for_sqlites_write_lock_is_given_up(
    sqlite_databases: SqliteDatabases, tmp_path: Path
):
    with served(sqlite_databases, tmp_path) as (address, url):
        async with client_of(address) as client:
            other = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            asked = [client.ask(CREATE, uuid4().hex) for _ in range(8)]
            *answers, (ready, spent) = await asyncio.gather(*asked, client.ready())
            for answer, seconds in answers:
                refused(answer)
                assert seconds < SECONDS + LEEWAY
            assert ready.status_code == 200
            assert spent < SECONDS
            assert (await client.ask())[0].json()["data"]["campaigns"]["nodes"] == []
            other.execute("COMMIT")
            other.close()
            answer, seconds = await client.ask(CREATE, uuid4().hex)
            assert answer.json()["data"]["createCampaign"]["campaign"], answer.text
            assert seconds < SECONDS
            nodes = (await client.ask())[0].json()["data"]["campaigns"]["nodes"]
            assert nodes == [{"title": "New"}]


async def until_done(client: Client, key: str) -> dict[str, Any]:
    """The data of a mutation that is repeated with its key until it is answered."""
    async with asyncio.timeout(10):
        while (answer := (await client.ask(CREATE, key))[0]).status_code == 503:
            await asyncio.sleep(0.05)
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncGenerator[None]:
    """Somebody else keeps everybody from a table."""
    postgres: Any = asyncpg
    other = await postgres.connect(url)
    try:
        async with other.transaction():
            await other.execute(f"LOCK TABLE {table}")
            yield
    finally:
        await other.close()
