"""Reads from replicas: real standbys that are late, gone, promoted, or of another mind."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import strawberry

from database.connection import connected
from database.hosts import AnyHost, urls_by_host
from database.options import DatabaseOptions
from database.positions import Position
from database.replication import replicating
from database.session import rows
from execution.engine import Engine
from projection import Completed
from resolvers.context import Context
from schema.fields import Info, answers
from tests.databases import PostgresDatabases
from tests.engine import STAFF as CALLER
from tests.engine import execute
from tests.faults.proxy import proxied
from tests.postgres import UNSAFE_BUT_FAST, Postgres, postgres, standby
from tests.tokens import SECRET, STAFF, token
from tests.transport.serving import served
from transport.app import create_app
from transport.settings import Settings

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("own_logs")]

SECONDS = 30
MAX_LAG = 1.5
SILENT = 3.0
CREATE = """mutation ($name: String!) { createCampaign(input: {
    title: $name, brand: "Brand", type: SOCIAL, advertiserId: "acme", platforms: [TIKTOK]
}) { campaign { id } userErrors { message } } }"""
METRICS_TOKEN = "a-token-for-prometheus"
KEY = {"Idempotency-Key": "one"}
TITLES = "{ campaigns(first: 100) { nodes { title } } }"


@dataclass(frozen=True)
class Console:
    """Staff's console of a server with a replica, and both databases behind it."""

    http: httpx.AsyncClient
    primary: Postgres
    replica: Postgres
    database: str
    number: int
    "The replica's place in the URL."

    async def ask(
        self, query: str, headers: Mapping[str, str] | None = None, /, **variables: Any
    ) -> httpx.Response:
        """POST an operation."""
        return await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {STAFF}", **(headers or {})},
        )

    async def create(self, name: str, **headers: str) -> str:
        """Create a campaign; return what to read after."""
        answer = await self.ask(CREATE, headers, name=name)
        assert answer.json()["data"]["createCampaign"]["campaign"], answer.text
        return answer.headers["Joinery-Read-After"]

    async def titles(self, read_after: str | None = None, bearer: str = STAFF) -> set[str]:
        """Return the titles of the campaigns."""
        headers = {"Joinery-Read-After": read_after} if read_after else {}
        answer = await self.ask(TITLES, {"Authorization": f"Bearer {bearer}"} | headers)
        assert "errors" not in answer.json(), answer.text
        return {node["title"] for node in answer.json()["data"]["campaigns"]["nodes"]}

    async def metrics(self) -> str:
        """Return what Prometheus reads."""
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        return (await self.http.get("/metrics", headers=headers)).text

    def pause(self) -> None:
        """Have the replica replay no more."""
        self.replica.sql("SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        """Have it replay again."""
        self.replica.sql("SELECT pg_wal_replay_resume()")

    async def replayed(self, title: str) -> None:
        """Wait until the replica has this campaign."""
        sql = f"SELECT count(*) FROM campaign WHERE title = '{title}'"
        async with asyncio.timeout(SECONDS):
            while self.replica.sql(sql, self.database) == "0":
                await asyncio.sleep(0.02)

    async def state(self) -> str:
        """Return what readiness says of the replica."""
        answer = await self.http.get("/health/ready")
        assert answer.status_code == 200
        return answer.json()[f"replica {self.number}"]


@pytest.fixture(scope="module")
def primary() -> Generator[Postgres]:
    """A primary of this file's own."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="module")
def primary_databases(primary: Postgres) -> PostgresDatabases:
    """Its databases."""
    return PostgresDatabases(primary)


@pytest.fixture(scope="module")
def replica(primary: Postgres) -> Generator[Postgres]:
    """A replica for the tests that leave it as it was, but for being paused."""
    with standby(primary) as server:
        yield server


@pytest.fixture
async def console(
    primary: Postgres, primary_databases: PostgresDatabases, replica: Postgres
) -> AsyncGenerator[Console]:
    """A console whose replica is in use."""
    with primary_databases.lend() as url:
        async with console_of(primary, replica, url) as found:
            yield found
            found.resume()


@pytest.fixture
async def doomed(
    primary: Postgres, primary_databases: PostgresDatabases
) -> AsyncGenerator[Console]:
    """A console with a replica of its own."""
    with primary_databases.lend() as url, standby(primary) as server:
        async with console_of(primary, server, url) as found:
            yield found


@asynccontextmanager
async def console_of(
    primary: Postgres,
    replica: Postgres,
    url: str,
    replica_url: str | None = None,
    *,
    number: int = 1,
) -> AsyncGenerator[Console]:
    """Serve a database and its replica, once that, the `number`th of the URL, is in use."""
    database = _name(url)
    settings = Settings(
        database_url=url,
        database_replica_url=replica_url or replica.url(database),
        replica_max_lag=MAX_LAG,
        database_connect_timeout=SECONDS,  # what is silent is to be noticed otherwise
        auth_secret=SECRET,
        metrics_token=METRICS_TOKEN,
    )
    async with (
        served(create_app(settings)) as address,
        httpx.AsyncClient(base_url=address, timeout=SECONDS) as http,
    ):
        found = Console(http, primary, replica, database, number)
        await until(found, "ok")
        yield found


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


async def until(console: Console, state: str) -> None:
    """Wait until readiness says this of the replica."""
    async with asyncio.timeout(SECONDS):
        while not (await console.state()).startswith(state):
            await asyncio.sleep(0.05)


async def test_staff_read_from_the_replica_and_their_own_writes_nevertheless(console: Console):
    await console.create("first")
    await console.replayed("first")
    await until(console, "ok")
    console.pause()
    read_after = await console.create("second")
    assert await console.titles() == {"first"}
    assert await console.titles(read_after) == {"first", "second"}


async def test_the_connections_to_a_replica_are_measured(console: Console):
    await console.titles()
    idle = 'joinery_replica_pool_connections{replica="1",state="idle"} 1'
    async with asyncio.timeout(SECONDS):
        while idle not in (await console.metrics()).replace(".0", ""):
            await asyncio.sleep(0.1)


async def test_a_read_goes_to_the_replica_once_it_has_replayed_the_write(console: Console):
    read_after = await console.create("first")
    await console.replayed("first")
    title = "first"
    async with asyncio.timeout(SECONDS):
        for number in range(100):  # what it has replayed is known after the next look
            console.pause()
            renamed = f"renamed {number}"
            console.primary.sql(f"UPDATE campaign SET title = '{renamed}'", console.database)
            if await console.titles(read_after) == {title}:
                return
            console.resume()
            await console.replayed(title := renamed)


async def test_a_replica_that_is_late_is_not_read_from_until_it_has_caught_up(console: Console):
    console.pause()
    await console.create("first")
    await until(console, "more than 1.5 seconds late")
    assert await console.titles() == {"first"}
    console.resume()
    await until(console, "ok")
    assert await console.titles() == {"first"}


async def test_while_the_primary_is_silent_no_replica_is_called_late(
    primary: Postgres, primary_databases: PostgresDatabases, replica: Postgres
):
    with primary_databases.lend() as url, proxied(primary.folder) as proxy:
        async with console_of(primary, replica, proxy.url_of(url), replica.url(_name(url))) as one:
            proxy.swallow()
            answer = dict[str, str]()
            async with asyncio.timeout(SECONDS):
                while not answer.get("replica 1", "").startswith("may be late: the primary"):
                    answer = (await one.http.get("/health/ready")).json()
                    assert not answer["replica 1"].startswith("more than")
            assert answer["status"] == "unavailable"
            proxy.restore()


async def test_a_primary_that_rests_makes_no_replica_late(console: Console):
    await console.create("first")
    await console.replayed("first")
    until_then = time.monotonic() + 2 * MAX_LAG
    while time.monotonic() < until_then:
        assert await console.state() == "ok"
        await asyncio.sleep(0.1)


async def test_while_the_replica_is_away_staff_read_from_the_primary(doomed: Console):
    await doomed.create("first")
    await doomed.replayed("first")
    doomed.replica.stop()
    assert await doomed.titles() == {"first"}
    await until(doomed, "cannot be reached")
    assert await doomed.titles() == {"first"}


async def test_a_read_that_a_silent_replica_does_not_answer_goes_to_the_primary(
    primary: Postgres, primary_databases: PostgresDatabases, replica: Postgres
):
    with primary_databases.lend() as url, proxied(replica.folder) as proxy:
        async with console_of(primary, replica, url, proxy.url_of(url)) as console:
            await console.create("first")
            await console.replayed("first")
            proxy.swallow()
            async with asyncio.timeout(SECONDS):
                assert await console.titles() == {"first"}
            await until(console, "cannot be reached")
            proxy.restore()
            await until(console, "ok")


async def test_a_read_that_conflicts_with_recovery_goes_to_the_primary(
    primary: Postgres, primary_databases: PostgresDatabases
):
    impatient = (*UNSAFE_BUT_FAST, "-c", "max_standby_streaming_delay=0")
    with primary_databases.lend() as url, standby(primary, impatient) as server:
        name = _name(url)
        options = DatabaseOptions(replica_url=server.url(name), replica_max_lag=SECONDS)
        async with connected(url, options), replicating(options) as replicas:
            engine = Engine(strawberry.Schema(Query))
            engine.replicas = replicas
            assert replicas is not None
            async with asyncio.timeout(SECONDS):
                while replicas.states != ["ok"]:
                    await asyncio.sleep(0.02)
                asked = asyncio.create_task(
                    execute("{ isLate }", {}, Context(caller=CALLER), engine=engine)
                )
                sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                while server.sql(sleeping) == "0":
                    assert not asked.done()
                    await asyncio.sleep(0.02)
                primary.sql("ALTER TABLE campaign ADD COLUMN another int", name)
                assert await asked == {"data": {"isLate": False}}


@strawberry.type
class Query:
    @answers(bool, may_be_late=True)
    async def is_late(self, info: Info) -> Completed:  # noqa: ARG002  # as every root field
        """Whether a replica answers, which takes it long."""
        sql = """SELECT pg_is_in_recovery(), count(*), pg_sleep(
            CASE WHEN pg_is_in_recovery() THEN 60 ELSE 0 END) FROM campaign"""
        return Completed((await rows(sql))[0][0])


async def test_of_several_hosts_one_that_is_silent_holds_up_nobody_twice(
    primary: Postgres, primary_databases: PostgresDatabases, replica: Postgres
):
    with (
        primary_databases.lend() as url,
        proxied(primary.folder) as silent,
        proxied(replica.folder) as read_only,
        proxied(primary.folder) as writable,
    ):
        silent.swallow()
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in (silent, read_only, writable))
        several = f"postgresql://postgres@{hosts}/{_name(url)}?sslmode=disable"
        any_host = AnyHost(several)
        begun = time.monotonic()
        first = await any_host.connect(timeout=SILENT)
        after_first = time.monotonic()
        second = await any_host.connect(timeout=SILENT)
        assert after_first - begun >= SILENT > time.monotonic() - after_first
        for driver in (first, second):
            assert not await driver.fetchval("SELECT pg_is_in_recovery()")
            await driver.close()


async def test_a_replica_that_was_promoted_is_not_read_from(doomed: Console):
    doomed.replica.sql("SELECT pg_promote()")
    await until(doomed, "is no replica any more")
    await doomed.create("first")
    assert await doomed.titles() == {"first"}


async def test_of_three_hosts_the_one_that_is_a_replica_is_read_from(
    primary: Postgres, primary_databases: PostgresDatabases, replica: Postgres
):
    with (
        primary_databases.lend() as url,
        proxied(primary.folder) as silent,
        proxied(primary.folder) as writable,
        proxied(replica.folder) as read_only,
    ):
        silent.swallow()
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in (silent, writable, read_only))
        several = f"postgresql://postgres@{hosts}/{_name(url)}?sslmode=disable"
        async with console_of(primary, replica, url, several, number=3) as console:
            await until(replace(console, number=1), "cannot be reached")
            await until(replace(console, number=2), "is no replica any more")
            await console.create("first")
            await console.replayed("first")
            console.pause()
            await console.create("second")
            assert [await console.titles() for _ in range(4)] == [{"first"}] * 4
            console.resume()


async def test_advertisers_and_creators_read_from_the_primary(console: Console):
    console.pause()
    await console.create("first")
    assert await console.titles() == set()
    advertiser = token("ADVERTISER", advertiser="acme")
    assert await console.titles(bearer=advertiser) == {"first"}


async def test_a_repeated_call_carries_what_the_first_one_did(console: Console):
    first = await console.ask(CREATE, KEY, name="first")
    await console.create("second")
    again = await console.ask(CREATE, KEY, name="first")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Joinery-Read-After"] == first.headers["Joinery-Read-After"]


async def test_a_call_whose_first_run_died_carries_a_position_after_it(console: Console):
    first = await console.ask(CREATE, KEY, name="first")
    console.primary.sql(
        "UPDATE idempotency_key SET response = NULL, read_after = NULL, leased_until = created_at",
        console.database,
    )
    again = await console.ask(CREATE, KEY, name="first")
    assert again.json() == first.json()
    positions = [Position.parse(one.headers["Joinery-Read-After"]) for one in (first, again)]
    assert positions[0].is_in(positions[1])


async def test_only_what_was_committed_carries_a_position(console: Console):
    answers = [
        await console.ask(TITLES),
        await console.ask(CREATE.replace("(input:", "(dryRun: true, input:", 1), name="x"),
    ]
    assert all("Joinery-Read-After" not in answer.headers for answer in answers)


async def test_a_malformed_header_is_refused(console: Console):
    for header in ("", "now", "1-2", "-1-2-3", "1-2-3-4", "1-2-g", "1-2-" + 17 * "f"):
        answer = await console.ask(TITLES, {"Joinery-Read-After": header})
        assert answer.status_code == 400, header
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"
        assert "Joinery-Read-After" in error["message"]


async def test_a_position_of_another_cluster_is_read_from_the_primary(console: Console):
    console.pause()
    await console.create("first")
    assert await console.titles("1-1-1") == {"first"}


def test_each_host_of_a_url_can_be_named_alone():
    assert urls_by_host("postgresql://a@h/db?x=1") == ("postgresql://a@h/db?x=1",)
    assert urls_by_host("postgresql://a:b@h:1,[::1]:2/db?x=1") == (
        "postgresql://a:b@h:1/db?x=1",
        "postgresql://a:b@[::1]:2/db?x=1",
    )
    assert urls_by_host("postgresql://a@/db?host=/one,two&port=1,2&x=%20") == (
        "postgresql://a@/db?host=/one&x=%20&port=1",
        "postgresql://a@/db?host=two&x=%20&port=2",
    )
    assert urls_by_host("postgresql:///db?host=/one,/two&port=1") == (
        "postgresql:///db?host=/one&port=1",
        "postgresql:///db?host=/two&port=1",
    )
