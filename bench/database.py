"""The bench's PostgreSQL: settings as in production, made-up data, kept from run to run."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from database.connection import connected
from database.migrations import migrate
from delivery.sequencer import catch_up
from resolvers.availability.worker import refresh
from tests.postgres import Postgres, postgres

SQL = Path(__file__).parent / "sql"
SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}
TABLES = (
    "availability_override",
    "campaign",
    "category",
    "influencer",
    "influencer_search",
    "participation",
    "participation_event",
    "post",
    "social_account",
)


@dataclass(frozen=True)
class Size:
    """How many rows there are; participations about, within some per cent."""

    influencers: int
    campaigns: int
    participations: int
    bulk: int
    "How many influencers a bulk call marks."


FULL = Size(200_000, 2_000, 2_000_000, bulk=500)
SMALL = Size(4_000, 40, 12_000, bulk=20)


@dataclass(frozen=True)
class Database:
    """A running PostgreSQL, and the name of the database with the data in it."""

    server: Postgres
    name: str
    size: Size

    @property
    def url(self) -> str:
        """How clients name it."""
        return self.server.url(self.name)

    @property
    def pid(self) -> int:
        """The process whose children serve the connections."""
        return self.server.process.pid

    def rows(self, statement: str) -> list[list[str]]:
        """Return the rows of one statement, as text."""
        found = self.server.sql(statement, self.name)
        return [line.split("|") for line in found.splitlines()]

    def reset(self) -> int:
        """Undo what was written since the data were made; how many participations those were.

        Waits for what is still being written.
        """
        while self.rows(_BUSY) != [["0"]]:
            time.sleep(0.05)
        new = int(self.rows(_NEW)[0][0])
        self.server.sql((SQL / "reset.sql").read_text(), self.name)
        return new


@contextmanager
def database(size: Size, kept: Path | None) -> Generator[Database]:
    """Start PostgreSQL with data of this size; made only where `kept` does not have them yet."""
    with databases([size], kept, "bench", refresh) as (found,):
        yield found


@contextmanager
def databases(
    sizes: Sequence[Size], kept: Path | None, prefix: str, count: Callable[[], Awaitable[None]]
) -> Generator[list[Database]]:
    """Start one PostgreSQL for databases of several sizes.

    `count`, connected to new data, makes the counts that Joinery keeps.
    """
    options = [word for item in SETTINGS.items() for word in ("-c", "=".join(item))]
    folder = kept / "postgres" if kept else None
    with postgres(durable=True, options=options, kept=folder) as server:
        found = [Database(server, _name(prefix, size), size) for size in sizes]
        for one in found:
            if server.sql(f"SELECT 1 FROM pg_database WHERE datname = '{one.name}'") != "1":
                half = f"{one.name}_half"
                server.drop(half)
                asyncio.run(_make(server.create(half), one.size, count))
                server.sql(f'ALTER DATABASE "{half}" RENAME TO "{one.name}"')
            server.sql((SQL / "functions.sql").read_text(), one.name)
            one.reset()
        yield found


def _name(prefix: str, size: Size) -> str:
    """Another one when the tables or the data are made another way."""
    migrations = Path(__file__).parent.parent / "models" / "migrations"
    made_by = [*sorted(migrations.glob("*.py")), SQL / "data.sql"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in made_by)).hexdigest()[:8]
    return f"{prefix}_{size.influencers}_{size.participations}_{digest}"


async def _make(url: str, size: Size, count: Callable[[], Awaitable[None]]) -> None:
    started = time.monotonic()
    await migrate(url)
    driver: Any = asyncpg  # which has no types
    connection = await driver.connect(url)
    try:
        await _fill(connection, size)
        async with connected(url):
            await count()
            await catch_up()
        await connection.execute(_KEEP_COUNTS)
    finally:
        await connection.close()
    print(f"made {size.participations:,} participations in {time.monotonic() - started:.0f} s")


async def _fill(connection: Any, size: Size) -> None:
    # Indexes are built faster afterwards, and the data need no checking against each other.
    await connection.execute("SET session_replication_role = replica")
    indexes = await connection.fetch(_LATER_INDEXES, list(TABLES))
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    await connection.execute(_filled_in((SQL / "data.sql").read_text(), size), timeout=1200)
    for index in indexes:
        await connection.execute(index["definition"], timeout=600)
    await connection.execute("VACUUM (ANALYZE, FREEZE)", timeout=600)
    await connection.execute("CHECKPOINT", timeout=600)


def _filled_in(script: str, size: Size) -> str:
    for name in ("influencers", "campaigns", "participations"):
        script = script.replace(f":{name}", str(getattr(size, name)))
    return script


_KEEP_COUNTS = """
INSERT INTO bench.counts SELECT campaign_id, available FROM availability_count;
ANALYZE availability_count"""
_BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"""
_NEW = """
SELECT count(*) FROM participation WHERE id > (SELECT participation FROM bench.baseline)"""
_LATER_INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(x.indexrelid) AS definition
FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
WHERE x.indrelid = ANY (SELECT to_regclass(name) FROM unnest($1::text[]) AS name)
AND NOT x.indisprimary AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = x.indexrelid)
"""
