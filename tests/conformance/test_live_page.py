"""The clients and receivers of docs/live.md, unchanged, against a real server."""

import asyncio
import json
import os
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)

from database.connection import connected
from tests import data
from tests.databases import SqliteDatabases
from tests.docs.pages import scripts
from tests.live import ROOT, Server, free_port, serving
from tests.tokens import STAFF, token
from workflow.enums import ParticipationStatus, Platform

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
TSC = (
    *("node_modules/.bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext"),
    *("--types", "node", "--skipLibCheck"),
)
CLIENTS = {
    "changes-by-websocket.js": "ws",
    "changes-by-events.js": "http",
    "changes.py": "ws",
}
"""The files of the clients once they are built, and the scheme of their address."""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def files(packages: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of the page, TypeScript compiled."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    for name, text in scripts(ROOT / "docs" / "live.md").items():
        (folder / name).write_text(text)
    written = [path.name for path in folder.glob("*.ts")]
    assert len(written) == 3
    built = subprocess.run([*TSC, *written], cwd=folder, capture_output=True, check=False)
    assert built.returncode == 0, built.stdout.decode()
    return folder


@pytest.fixture
async def sqlite_url(sqlite_databases: SqliteDatabases) -> AsyncGenerator[str]:
    """A new database, to which this process is connected too. Its kind does not matter here."""
    EXECUTOR_CACHE.clear()
    with sqlite_databases.lend() as database:
        async with connected(database):
            yield database


async def test_clients_hand_on_each_change_once_and_in_order_through_a_break(
    files: Path, sqlite_url: str, tmp_path: Path
) -> None:
    story = await Story.begin()
    port = free_port()
    async with AsyncExitStack() as clients:
        async with server_at(sqlite_url, tmp_path, port) as server:
            after = await story.move(server)
            await story.move(server)
            started = [
                await clients.enter_async_context(
                    following(files / name, url(server, scheme), STAFF, story.campaign, after)
                )
                for name, scheme in CLIENTS.items()
            ]
            assert [await next_action(each) for each in started] == ["SET_APPLIED"] * 3
            await story.move(server)
            assert [await next_action(each) for each in started] == ["SET_REVIEWING"] * 3
        async with server_at(sqlite_url, tmp_path) as elsewhere:
            await story.move(elsewhere)  # while the clients have nobody to ask
        async with server_at(sqlite_url, tmp_path, port) as server:
            assert [await next_action(each) for each in started] == ["SET_APPLIED"] * 3
            await story.move(server)
            assert [await next_action(each) for each in started] == ["SET_REVIEWING"] * 3


async def test_clients_end_where_they_would_be_refused_again(
    files: Path, sqlite_url: str, tmp_path: Path
) -> None:
    influencer = token("INFLUENCER", sub="externalId:nobody")
    campaign = (await Story.begin()).campaign
    refused = (
        (STAFF, "gid://joinery/Campaign/999"),
        (influencer, campaign),
        (token("STAFF", seconds=-1), campaign),
    )
    async with AsyncExitStack() as clients, server_at(sqlite_url, tmp_path) as server:
        for caller, campaign in refused:
            started = [
                await clients.enter_async_context(
                    following(files / name, url(server, scheme), caller, campaign, "")
                )
                for name, scheme in CLIENTS.items()
            ]
            async with asyncio.timeout(60):
                assert [await each.wait() for each in started] == [1, 1, 1]


async def test_clients_go_on_after_a_token_that_ran_out_on_its_way(
    files: Path, sqlite_url: str, tmp_path: Path
) -> None:
    story, tokens = await Story.begin(), f"{token('STAFF', seconds=-1)} {STAFF}"
    async with AsyncExitStack() as clients, server_at(sqlite_url, tmp_path) as server:
        after = await story.move(server)
        await story.move(server)
        for name, scheme in CLIENTS.items():
            words = (url(server, scheme), tokens, story.campaign, after)
            client = await clients.enter_async_context(following(files / name, *words))
            assert await next_action(client) == "SET_APPLIED"


@pytest.mark.parametrize("receiver", ["receiver.js", "receiver.py"])
async def test_a_receiver_takes_what_was_signed_with_its_secret_alone(
    receiver: str, files: Path
) -> None:
    body = '{"event": {"action": "APPROVE"}, "name": "谷"}'
    async with receiving(files / receiver) as (http, process):
        assert (await http.post("/", content=body)).status_code == 400
        assert (await http.post("/", content=body, headers=signed(f"{body} "))).status_code == 400
        another = SECRET.replace("M", "N")
        headers = signed(body, another)
        assert (await http.post("/", content=body, headers=headers)).status_code == 400
        headers = signed(body, another, SECRET)
        assert (await http.post("/", content=body, headers=headers)).status_code == 204
        assert process.stdout
        assert (await process.stdout.readline()).startswith(b"msg_1 {")


class Story:
    """An applicant whose status changes between `APPLIED` and `REVIEWING` again and again."""

    def __init__(self, campaign: int, participation: int) -> None:
        self.campaign = f"gid://joinery/Campaign/{campaign}"
        self._participation = f"gid://joinery/Participation/{participation}"
        self._is_reviewed = False

    @classmethod
    async def begin(cls) -> "Story":
        campaign = await data.campaign(selection=True)
        person = await data.influencer((Platform.INSTAGRAM, 1_000))
        part = await data.participation(campaign, person, ParticipationStatus.APPLIED)
        return cls(campaign.id, part.id)

    async def move(self, server: Server) -> str:
        """Change the status, and return the cursor of that event."""
        self._is_reviewed = not self._is_reviewed
        status = "REVIEWING" if self._is_reviewed else "APPLIED"
        variables = {"ids": [self._participation], "status": status}
        changed = await server.data(_MOVE, variables, STAFF)
        assert changed["setApplicantStatus"]["results"][0]["outcome"] == "CHANGED"
        async with asyncio.timeout(10):
            while True:
                found = (await server.data(_LAST, token=STAFF))["participationEvents"]
                if found["nodes"] and found["nodes"][0]["action"] == f"SET_{status}":
                    return found["pageInfo"]["endCursor"]


_MOVE = """mutation ($ids: [ID!]!, $status: ApplicantStatus!) {
  setApplicantStatus(input: { participationIds: $ids, status: $status }) { results { outcome } }
}"""
_LAST = "{ participationEvents(last: 1) { nodes { action } pageInfo { endCursor } } }"


@asynccontextmanager
async def following(client: Path, *words: str) -> AsyncGenerator[Process]:
    """Run a client."""
    by = [sys.executable, HERE / "follow.py"]
    if client.suffix == ".js":
        by = ["node", HERE / "follow.mjs"]
    process = await asyncio.create_subprocess_exec(*by, client, *words, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def next_action(process: Process) -> str:
    """Return the action of the next change that a client yields."""
    assert process.stdout
    async with asyncio.timeout(30):
        line = await process.stdout.readline()
    return json.loads(line)["event"]["action"]


@asynccontextmanager
async def server_at(database: str, folder: Path, port: int | None = None) -> AsyncGenerator[Server]:
    """Serve a database."""
    with serving(database, folder, port=port) as address:
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            yield Server(address, http)


def url(server: Server, scheme: str) -> str:
    """Return the URL of the API."""
    return f"{server.url.replace('http', scheme)}/graphql"


@asynccontextmanager
async def receiving(script: Path) -> AsyncGenerator[tuple[httpx.AsyncClient, Process]]:
    """Start a receiver of webhooks."""
    port = free_port()
    by = ["node", script.name]
    if script.suffix == ".py":
        by = [sys.executable, "-m", "uvicorn", f"{script.stem}:app", "--port", str(port)]
        by += ["--log-level", "warning"]
    settings = os.environ | {"PORT": str(port), "WEBHOOK_SECRET": SECRET}
    process = await asyncio.create_subprocess_exec(
        *by, cwd=script.parent, env=settings, stdout=PIPE
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            await _until_it_listens(http)
            yield http, process
    finally:
        process.kill()
        await process.wait()


async def _until_it_listens(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await http.post("/")
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
            else:
                return


def signed(body: str, *secrets: str) -> dict[str, Any]:
    """Return the headers of a message, signed by each of these secrets."""
    now = datetime.now(UTC)
    signatures = [Webhook(secret).sign("msg_1", now, body) for secret in secrets or (SECRET,)]
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
