"""Through a real PgBouncer, which takes no settings at the start of a session."""

import asyncio
from pathlib import Path

import httpx
import pytest

from database.connection import connected
from database.engines.asyncpg import SERVER_SETTINGS
from database.options import DatabaseOptions
from database.pooler import problem_of_pooler
from database.session import rows
from database.snapshots import Reading
from database.transactions import transacted
from tests import data
from tests.commands.running import CommandLine, Ran
from tests.commands.test_migrate import MIGRATED, UP_TO_DATE
from tests.databases import PostgresDatabases
from tests.faults.pgbouncer import pgbouncer, through
from tests.faults.servers import running
from tests.live import Server
from tests.postgres import Postgres
from tests.tokens import STAFF

UNPREPARED = {"JOINERY_DATABASE_PREPARED_STATEMENTS": "false"}
MODES = [("session", True), ("session", False), ("transaction", False)]
SHOWN = """SELECT current_setting('jit'), current_setting('plan_cache_mode'),
    current_setting('lock_timeout')"""
WANTED = (SERVER_SETTINGS["jit"], SERVER_SETTINGS["plan_cache_mode"], "30s")


@pytest.mark.parametrize(("mode", "prepares"), MODES)
async def test_each_transaction_has_its_settings(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, mode: str, prepares: bool
) -> None:
    async def shown() -> tuple[str, ...]:
        return tuple((await rows(SHOWN))[0])

    with postgres_databases.lend() as url, pgbouncer(postgres_server, mode) as pooler:
        async with connected(through(pooler, url), DatabaseOptions(prepared_statements=prepares)):
            assert await problem_of_pooler() is None
            assert await transacted(shown) == WANTED
            for is_single in (False, True):
                with Reading("shown") as reading:
                    if is_single:
                        reading.expect_one()
                    assert await shown() == WANTED


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.parametrize(("mode", "prepares"), MODES)
async def test_many_read_and_write_through_few_sessions(
    postgres_server: Postgres,
    postgres_databases: PostgresDatabases,
    tmp_path: Path,
    mode: str,
    prepares: bool,
) -> None:
    settings = {} if prepares else UNPREPARED
    # A session for each connection of two workers, or a few for all transactions.
    size = 30 if mode == "session" else 5
    with postgres_databases.lend() as url, pgbouncer(postgres_server, mode, size) as pooler:
        async with connected(url):
            await data.campaign()
        with running(through(pooler, url), tmp_path, settings=settings) as server:
            async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
                client = Server(server.url, http)
                answers = await asyncio.gather(*(_work(client, number) for number in range(60)))
    assert answers == [{"totalCount": 1}] * 60


async def _work(client: Server, number: int) -> object:
    """Write something, and read in several statements."""
    staff = STAFF
    person = {"externalId": f"crm-{number}", "name": f"Person {number}"}
    written = await client.data(UPSERT, {"people": [person]}, staff)
    assert written["upsertInfluencers"]["created"] == 1
    return (await client.data(READ, {}, staff))["campaigns"]


UPSERT = """mutation($people: [InfluencerInput!]!) {
  upsertInfluencers(input: {influencers: $people}) { created }
}"""
READ = "{ campaigns { totalCount } influencers { nodes { name accounts { handle } } } }"


@pytest.mark.slow
def test_prepared_statements_that_get_lost_are_told_by_readiness(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    with (
        postgres_databases.lend() as url,
        pgbouncer(postgres_server, "transaction") as pooler,
        running(through(pooler, url), tmp_path, ready=503, workers=1) as server,
    ):
        said = httpx.get(f"{server.url}/health/ready").json()
    assert "JOINERY_DATABASE_PREPARED_STATEMENTS=false" in said["database"]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_processes_migrate_in_turns_and_leave_no_lock(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path, mode: str
) -> None:
    with (
        postgres_databases.lend(migrated=False) as url,
        pgbouncer(postgres_server, mode) as pooler,
    ):
        run = CommandLine(tmp_path, through(pooler, url))
        ran = await asyncio.gather(*(asyncio.to_thread(run, "migrate") for _ in range(2)))
        left = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert postgres_server.sql(left) == "0"
        assert run("migrate") == Ran(0, UP_TO_DATE, "")
    assert [each.code for each in ran] == [0, 0], ran
    lines = [line for each in ran for line in each.out.splitlines() if line.startswith("applied")]
    assert sorted(lines) == MIGRATED.splitlines()
