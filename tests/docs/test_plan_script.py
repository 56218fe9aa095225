"""The script of docs/plans.md, unchanged, against a real server."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)

from database.connection import connected
from models.participation import Participation
from resolvers.ids import encode
from tests import data
from tests.databases import SqliteDatabases
from tests.docs.pages import scripts
from tests.live import ROOT, serving
from tests.tokens import STAFF
from workflow.enums import ParticipationStatus, Platform

pytestmark = pytest.mark.slow


async def test_the_script_makes_follows_and_takes_back_a_plan(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    (tmp_path / "plan.py").write_text(scripts(ROOT / "docs" / "plans.md")["plan.py"])
    EXECUTOR_CACHE.clear()
    with sqlite_databases.lend() as database, serving(database, tmp_path) as server:
        async with connected(database):
            campaign = await data.campaign()
            for followers in (9_999, 10_000, 20_000):
                await data.influencer((Platform.INSTAGRAM, followers))

            told = await _run(tmp_path, server, encode("Campaign", campaign.id))

            for plan in (1, 2):
                steps = [line for line in told.splitlines() if f"Plan/{plan} " in line]
                assert "'status': 'READY'" in "".join(steps)
                assert "'status': 'APPLIED'" in steps[-1]
                assert "'total': 2, 'done': 2, 'changed': 2, 'drifted': 0" in steps[-1]
            parts = await Participation.all()
            assert [part.status for part in parts] == [ParticipationStatus.REMOVED] * 2


async def _run(folder: Path, server: str, campaign: str) -> str:
    """Run the script; what it prints."""
    words = (f"{server.replace('http', 'ws')}/graphql", campaign)
    environment = os.environ | {"TOKEN": STAFF}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "plan.py", *words, cwd=folder, env=environment, stdout=PIPE
    )
    async with asyncio.timeout(60):
        told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()
