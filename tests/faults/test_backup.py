"""A backup of SQLite that is made while the server writes."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.commands.running import CommandLine
from tests.databases import SqliteDatabases
from tests.faults.servers import running
from tests.live import Server
from tests.tokens import STAFF

UPSERT = """mutation($people: [InfluencerInput!]!) {
  upsertInfluencers(input: {influencers: $people}) { created }
}"""
BACKUPS = 3


@pytest.mark.fault
@pytest.mark.slow
async def test_a_backup_is_of_one_moment_and_can_be_served(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    written = list[int]()

    async def write(client: Server) -> None:
        while True:
            number = len(written)
            people = [{"externalId": f"{number}-{part}", "name": "Aiko"} for part in range(5)]
            assert (await client.data(UPSERT, {"people": people}, STAFF)) is not None
            written.append(number)

    with sqlite_databases.lend() as url:
        run = CommandLine(tmp_path, url)
        with running(url, tmp_path) as server:
            async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
                writing = asyncio.create_task(write(Server(server.url, http)))
                found = list[int]()
                for turn in range(BACKUPS):
                    before = len(written)
                    made = await asyncio.to_thread(run, "backup", tmp_path / f"{turn}.db")
                    assert made.code == 0, made
                    assert len(written) > before, "nobody wrote meanwhile"
                    found = _whole_batches(tmp_path / f"{turn}.db")
                    assert found == [*range(len(found))]
                    assert before <= len(found) <= len(written) + 1
                writing.cancel()
                with suppress(asyncio.CancelledError):
                    await writing
        restored = f"sqlite://{tmp_path / f'{BACKUPS - 1}.db'}"
        with running(restored, tmp_path, workers=1) as server:
            async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
                query = "{ influencers { totalCount } }"
                counted = await Server(server.url, http).data(query, {}, STAFF)
    assert counted == {"influencers": {"totalCount": 5 * len(found)}}


def _whole_batches(file: Path) -> list[int]:
    """The numbers of the mutations whose rows are there, of which none may be half there."""
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ids = [row[0] for row in copy.execute("SELECT external_id FROM influencer ORDER BY id")]
    batches = [int(each.partition("-")[0]) for each in ids]
    assert all(batches.count(batch) == 5 for batch in {*batches})
    return sorted({*batches})
