"""The files that one warm request enters, from HTTP to SQL: `python -m bench.walk`."""

import asyncio
import contextlib
import io
import logging
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from bench.workloads import OPERATIONS
from commands.demo_data.filling import fill
from database.migrations import migrate
from transport.app import create_app
from transport.auth.tokens import sign
from transport.settings import Settings

ROOT = Path(__file__).parent.parent
WARM_UPS = 3
_MEASURING = ("bench", "tests")
_AVAILABLE = """{ campaigns(filter: { status: [ONGOING] }) { nodes {
    id candidates(filter: { status: [AVAILABLE] }, first: 20) { nodes { influencer { id } } } } } }
"""


def main() -> None:
    """Print the files that a `markJoined` of one enters, in the order of first entry."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JOINERY_DATABASE_URL"] = f"sqlite://{folder}/walk.db"
        os.environ["JOINERY_LOG_LEVEL"] = "warning"
        files = asyncio.run(walk())
    for file, functions in files.items():
        print(f"{file}: {', '.join(functions)}")
    print(f"{len(files)} files")


async def walk() -> dict[str, list[str]]:
    """Return our files that a warm `markJoined` enters, with their functions, on demo data."""
    settings = Settings()
    await migrate(settings.database_url)
    with contextlib.redirect_stdout(io.StringIO()):
        await fill(campaigns=8, influencers=300, seed=7)
    operation = (OPERATIONS / "M.graphql").read_text()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines are no part of the request
    async with _client(settings) as client:
        requests = await _requests(client)
        for variables in requests[:WARM_UPS]:
            await _ask(client, operation, variables)
        entered: list[tuple[str, str]] = []
        task = asyncio.current_task()  # what other tasks do meanwhile is no part of the request
        sys.setprofile(
            lambda frame, event, _: (
                _note(entered, frame, event) if asyncio.current_task() is task else None
            )
        )
        await _ask(client, operation, requests[WARM_UPS])
        sys.setprofile(None)
    files: dict[str, list[str]] = {}
    for file, function in dict.fromkeys(entered):
        files.setdefault(file, []).append(function)
    return files


def _note(entered: list[tuple[str, str]], frame: FrameType, event: str) -> None:
    file = Path(frame.f_code.co_filename)
    if event != "call" or ROOT not in file.parents:
        return
    file = file.relative_to(ROOT)
    is_installed = file.parts[0].startswith(".")  # .venv, whatever its name
    if not is_installed and file.parts[0] not in _MEASURING:
        entered.append((str(file), frame.f_code.co_qualname))


@contextlib.asynccontextmanager
async def _client(settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    """Yield a client of the whole application, in this process, with a token of staff."""
    app = create_app(settings)
    token = sign(settings.auth_secret or "", {"sub": "staff", "role": "STAFF"}, 60)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://walk",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        ) as client,
    ):
        yield client


async def _requests(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Return the variables of requests that each join one influencer."""
    found = await _ask(client, _AVAILABLE, {})
    return [
        {"campaignId": campaign["id"], "influencerIds": [candidate["influencer"]["id"]]}
        for campaign in found["campaigns"]["nodes"]
        for candidate in campaign["candidates"]["nodes"]
    ]


async def _ask(
    client: httpx.AsyncClient, query: str, variables: Mapping[str, Any]
) -> dict[str, Any]:
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    body = answer.json()
    assert "errors" not in body, body
    return body["data"]


if __name__ == "__main__":
    main()
