"""A server goes on while workers die, cannot start, or start without their database."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from background.worker import Worker, working
from database.connection import attached
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.faults.servers import ServerGroup, running, wait_until
from tests.live import ROOT
from tests.postgres import postgres
from tests.tokens import STAFF

pytestmark = pytest.mark.slow
REQUESTS = 20
"""By new connections, so that each of two workers serves some."""
READ = "{ campaigns { totalCount } }"
WRITE = """mutation {
    upsertInfluencers(input: { influencers: [{ externalId: "a", name: "Aiko" }] }) { created } }"""


@pytest.fixture
def cluster() -> Generator[Path]:
    """The folder of a PostgreSQL that does not run, with a migrated database `postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="joinery-pg-"))
    try:
        with postgres(kept=folder):
            migrated = subprocess.run(
                [sys.executable, ROOT / "server.py", "migrate"],
                env=os.environ | {"JOINERY_DATABASE_URL": url_of(folder)},
                check=False,
            )
            assert migrated.returncode == 0
        yield folder
    finally:
        shutil.rmtree(folder)


def url_of(cluster: Path) -> str:
    return f"postgresql://postgres@/postgres?host={cluster}"


def codes(server: ServerGroup, query: str) -> set[str | None]:
    """The codes of all errors of many answers; None where there was none."""
    headers = {"Authorization": f"Bearer {STAFF}", "Connection": "close"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        sent = [client.post("/graphql", json={"query": query}) for _ in range(REQUESTS)]
    answers: list[dict[str, Any]] = [answer.json() for answer in sent]
    errors = [error for answer in answers for error in answer.get("errors", [None])]
    return {error and error["extensions"]["code"] for error in errors}


@pytest.mark.postgres
def test_a_server_starts_without_its_database_and_is_ready_once_that_is_there(
    cluster: Path, tmp_path: Path
) -> None:
    with running(url_of(cluster), tmp_path, ready=503) as server:
        assert codes(server, READ) == {"UNAVAILABLE"}
        assert codes(server, WRITE) == {"UNAVAILABLE"}
        [told] = [line for line in server.said().splitlines() if "the server waits" in line]
        assert "the database cannot be reached" in told
        assert "/health/ready answers 503" in told

        with postgres(kept=cluster):
            server.wait_until_ready()
            assert codes(server, READ) == {None}
            assert codes(server, WRITE) == {None}
        assert codes(server, READ) == {"UNAVAILABLE"}
        assert "Traceback" not in server.said()
        server.tell()
        assert server.ended() == 0


@pytest.mark.postgres
def test_workers_that_die_while_the_database_is_away_are_replaced(
    cluster: Path, tmp_path: Path
) -> None:
    with postgres(kept=cluster) as database, running(url_of(cluster), tmp_path) as server:
        first = server.workers()
        database.process.send_signal(signal.SIGQUIT)
        database.process.wait()
        for worker in first:
            server.kill_worker(worker)
        wait_until(lambda: server.readiness() == 503, server.said)
        wait_until(lambda: len(set(server.workers()) - set(first)) == 2, server.said)
        assert codes(server, READ) == {"UNAVAILABLE"}
        with postgres(kept=cluster):
            server.wait_until_ready()
            assert codes(server, READ) == {None}


@pytest.mark.postgres
async def test_background_workers_begin_when_the_database_is_there(cluster: Path) -> None:
    turns = list[str]()

    async def work() -> None:
        turns.append("turn")

    async with attached(url_of(cluster)), working([Worker("work", work, 3600)]):
        with postgres(kept=cluster):
            async with asyncio.timeout(30):
                while not turns:
                    await asyncio.sleep(0.05)


def test_a_worker_that_is_killed_is_replaced(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    with postgres_databases.lend() as url, running(url, tmp_path) as server:
        killed = server.kill_worker()
        wait_until(lambda: killed not in (now := server.workers()) and len(now) == 2, server.said)
        assert codes(server, READ) == {None}
        server.tell()
        assert server.ended() == 0


@pytest.mark.fault
def test_every_line_is_json_where_logs_are(tmp_path: Path) -> None:
    """From the first one on; and where it serves is told when somebody does."""
    settings = {"JOINERY_LOG_FORMAT": "json"}
    url = f"sqlite://{tmp_path}/new.db"
    with running(url, tmp_path, settings=settings, ready=503) as server:
        server.wait_until_all_serve()
        (tmp_path / ".env").write_text("JOINERY_NO_SUCH_SETTING=1\n")
        server.kill_worker()
        wait_until(lambda: "is no setting" in server.said(), server.said)
        (tmp_path / ".env").unlink()
        server.tell()
        assert server.ended() == 0
    events = [json.loads(line)["event"] for line in server.said().splitlines()]
    assert "the server waits for that" in events[0]
    [serving] = [event for event in events if event.startswith("serving at")]
    assert serving == f"serving at {server.url}"
    assert events.index("Joinery has started") < events.index(serving)
    assert not any("running on" in event for event in events)


def test_a_single_process_tells_that_it_serves_on_at_a_hangup(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.lend() as url, running(url, tmp_path, workers=1) as server:
        server.tell(signal.SIGHUP)
        wait_until(lambda: "serves on" in server.said(), server.said)
        assert server.readiness() == 200
        server.tell()
        assert server.ended() == 0


@pytest.mark.fault
def test_a_worker_that_cannot_start_stops_no_other(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.lend() as url, running(url, tmp_path) as server:
        server.wait_until_all_serve()
        before = server.workers()
        (tmp_path / ".env").write_text("JOINERY_NO_SUCH_SETTING=1\n")
        killed = server.kill_worker()
        wait_until(lambda: server.said().count("has ended (exit code 1)") >= 2, server.said)
        assert codes(server, READ) == {None}
        server.tell(signal.SIGHUP)
        (tmp_path / ".env").unlink()
        wait_until(lambda: not set(before) & set(now := server.workers()) and len(now) == 2)
        assert killed in before
        assert codes(server, READ) == {None}
        assert "JOINERY_NO_SUCH_SETTING: is no setting" in server.said()
        assert "Traceback" not in server.said()


def test_a_server_none_of_whose_workers_can_start_ends_and_fails(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.hopeless", "give_up"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "this worker cannot start" in done.stderr


def test_workers_that_end_as_soon_as_they_serve_are_started_more_and_more_seldom() -> None:
    words = [sys.executable, "-m", "tests.faults.hopeless", "serve_shortly"]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stderr
        told = [line for line in islice(supervisor.stderr, 8) if "next attempt" in line]
        supervisor.terminate()
        assert supervisor.wait(20) == 0
    assert [line.split()[-2] for line in told] == ["2", "4", "8", "16"]


def test_where_no_worker_can_be_started_the_others_serve_on(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    """Their working directory is gone, in which a new one would begin."""
    folder = tmp_path / "gone"
    folder.mkdir()
    with sqlite_databases.lend() as url, running(url, folder) as server:
        server.wait_until_all_serve()
        log = Path(shutil.move(server.log, tmp_path))
        folder.rmdir()
        server.kill_worker()
        wait_until(lambda: "no worker can be started" in log.read_text(), log.read_text)
        assert codes(server, READ) == {None}
        server.tell()
        assert server.ended() == 0


def test_workers_end_when_their_parent_is_killed(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.lend() as url, running(url, tmp_path) as server:
        workers = server.workers()
        server.process.kill()
        server.ended()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), server.said)
        assert server.readiness() is None


@pytest.mark.fault
def test_a_worker_that_stands_still_is_replaced(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.lend() as url, running(url, tmp_path) as server:
        # One that is still starting has more time.
        server.wait_until_all_serve()
        stopped = server.workers()[0]
        os.kill(stopped, signal.SIGSTOP)
        wait_until(lambda: "does not answer" in server.said(), server.said)
        wait_until(lambda: stopped not in (now := server.workers()) and len(now) == 2, server.said)
        assert codes(server, READ) == {None}
