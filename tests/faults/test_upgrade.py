"""The version before this one serves while its tables are migrated, and beside this one then."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.commands.running import CommandLine
from tests.databases import Databases
from tests.live import ROOT, Server, serving
from tests.models.test_migrations import MIGRATIONS
from tests.tokens import STAFF

BEFORE = "b35a6b215485fee102e871ef57f11572661c9e84"
"""The commit of the version before: the one that is upgraded from."""
UPSERT = """mutation($id: String!) {
  upsertInfluencers(input: {influencers: [{externalId: $id, name: "Aiko"}]}) { created }
}"""
READ = "{ influencers { totalCount nodes { name externalId } } campaigns { totalCount } }"
ROUNDS = 10


@pytest.fixture(scope="module")
def version_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that version's code."""
    folder = tmp_path_factory.mktemp("before")
    archive = folder / "code.tar"
    command = ["git", "archive", "--output", str(archive), BEFORE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the version before is not in this clone's history: {done.stderr.strip()}")
    subprocess.run(["tar", "xf", archive, "-C", folder], check=True)
    return folder


@pytest.mark.slow
async def test_both_versions_serve_the_migrated_tables(
    databases: Databases, version_before: Path, tmp_path: Path
) -> None:
    with databases.lend(migrated=False) as url:
        run = CommandLine(tmp_path, url)
        migrate = [sys.executable, version_before / "server.py", "migrate"]
        done = await asyncio.to_thread(
            subprocess.run, migrate, env=run.environment, cwd=tmp_path, check=False
        )
        assert done.returncode == 0
        with serving(url, tmp_path, root=version_before) as address:
            async with httpx.AsyncClient(base_url=address, timeout=60) as http:
                old = Server(address, http)
                working = asyncio.create_task(work(old, "during"))
                migrated = await asyncio.to_thread(run, "migrate")
                await working
                with serving(url, tmp_path) as other:
                    async with httpx.AsyncClient(base_url=other, timeout=60) as new_http:
                        await asyncio.gather(work(old, "old"), work(Server(other, new_http), "new"))
                # And back: the version before goes on alone.
                await work(old, "back")
                found = await old.data("{ influencers { totalCount } }", token=STAFF)
                assert (await http.get("/health/ready")).status_code == 200
    assert migrated.code == 0, migrated
    assert migrated.out.splitlines()[-1] == f"applied {MIGRATIONS[-1]}"
    assert found == {"influencers": {"totalCount": 4 * ROUNDS}}


async def work(server: Server, name: str) -> None:
    """Write and read; each answer must be as if nothing were."""
    for number in range(ROUNDS):
        written = await server.data(UPSERT, {"id": f"{name}-{number}"}, STAFF)
        assert written == {"upsertInfluencers": {"created": 1}}
        await server.data(READ, {}, STAFF)
