"""The audits of the npm package graphql-http, MUST, SHOULD and MAY, and two real clients."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.live import Server

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
AUDITS = 61


async def test_every_audit_passes(packages: None, shared_server: Server) -> None:
    results = await run("audit.mjs", shared_server)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS


async def test_clients_that_send_a_hash_send_the_text_then_and_no_hash_again(
    packages: None, shared_server: Server
) -> None:
    results = await run("persisted.mjs", shared_server)
    data = {"__typename": "Query"}
    answers = [{"data": data, "requests": 2}, {"data": data, "requests": 1}]
    clients = ("urql by GET", "urql by POST", "Apollo by GET", "Apollo by POST", "Apollo for JSON")
    assert results == dict.fromkeys(clients, answers)


async def run(script: str, server: Server) -> Any:
    """Return the JSON that a script prints about the server."""
    node = await asyncio.create_subprocess_exec(
        "node", script, f"{server.url}/graphql", cwd=HERE, stdout=subprocess.PIPE
    )
    output, _ = await node.communicate()
    return json.loads(output)
