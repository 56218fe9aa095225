"""The audits of the npm package graphql-http, MUST, SHOULD and MAY, against the running server."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live import Server

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
AUDITS = 61


@pytest.fixture(scope="module")
def packages() -> None:
    """The locked packages, installed unless they are."""
    if shutil.which("node") is None:
        pytest.skip("needs Node")
    installed = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci"], cwd=HERE, check=True)


async def test_every_audit_passes(packages: None, shared_server: Server) -> None:
    node = await asyncio.create_subprocess_exec(
        "node", "audit.mjs", f"{shared_server.url}/graphql", cwd=HERE, stdout=subprocess.PIPE
    )
    output, _ = await node.communicate()
    results = json.loads(output)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS
