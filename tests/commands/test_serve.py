"""`serve`: what stops it from starting is told; what starts also stops."""

import json
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands.running import CommandLine, Typed
from tests.databases import Databases, PostgresDatabases
from tests.live import ROOT, free_port
from tests.postgres import postgres
from tests.tokens import SECRET, STAFF

pytestmark = pytest.mark.slow
SECONDS = 60


def test_two_workers_share_the_work_and_stop_cleanly(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    port = free_port()
    with postgres_databases.lend() as url:
        run = CommandLine(tmp_path, url)
        run.environment["JOINERY_AUTH_SECRET"] = SECRET
        server = run.start("serve", "--port", port, "--workers", 2)
        try:
            wait_until_it_answers(server, port, 200)
            workers = children(server.pid)
            used = share_of_each(workers, port)
        finally:
            server.send_signal(signal.SIGTERM)
            said, _ = server.communicate(timeout=SECONDS)

    assert len(workers) == 2
    assert min(used) > 0, "a worker did nothing"
    assert server.returncode == 0, said
    assert "Traceback" not in said
    assert "environment=development" in said
    assert f"http://127.0.0.1:{port}" in said
    assert [worker for worker in workers if Path(f"/proc/{worker}").exists()] == []


def wait_until_it_answers(server: "subprocess.Popen[Any]", port: int, status: int) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert server.poll() is None, server.communicate()
        assert time.monotonic() < deadline
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == status:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(parent: int) -> list[int]:
    """The processes that serve: Python's own helper processes are not counted."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in found if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


def share_of_each(workers: list[int], port: int) -> list[int]:
    """How much processor time each worker spent on requests that come by new connections."""
    before = [ticks(worker) for worker in workers]
    deadline = time.monotonic() + SECONDS
    while True:
        answer = httpx.post(
            f"http://127.0.0.1:{port}/graphql",
            json={"query": "{ viewer { role } }"},
            headers={"Authorization": f"Bearer {STAFF}"},
        )
        assert answer.json() == {"data": {"viewer": {"role": "STAFF"}}}
        used = [ticks(worker) - start for worker, start in zip(workers, before, strict=True)]
        if min(used) > 0 or time.monotonic() > deadline:
            return used


def ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_busy_port_tells_what_to_do(run: Typed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run("serve", "--port", port).told()
    assert f"127.0.0.1:{port}" in told
    assert "--port" in told


def test_an_address_that_is_not_ours_tells_what_to_do(run: Typed) -> None:
    for host in ("192.0.2.1", "nowhere.invalid", "x" * 300):
        assert "--host" in run("serve", "--host", host, "--port", 0).told()


def test_a_mistake_in_the_url_is_told_before_anything_starts(process: CommandLine) -> None:
    for url in (
        "postgresql://host:port/joinery",
        "sqlite://no/such/folder/joinery.db",
        "mysql://x",
    ):
        settings = {"JOINERY_DATABASE_URL": url}
        told = process("serve", "--port", 0, "--workers", 2, settings=settings).told()
        assert told.startswith("server.py: JOINERY_DATABASE_URL: ")
        assert len(told.splitlines()) == 1


def test_why_it_cannot_start_is_json_where_logs_are(process: CommandLine) -> None:
    url = "sqlite://no/such/folder/joinery.db"
    settings = {"JOINERY_DATABASE_URL": url, "JOINERY_LOG_FORMAT": "json"}
    told = json.loads(process("serve", "--port", 0, settings=settings).told())
    assert told["level"] == "critical"
    assert told["event"].startswith("the server cannot start: JOINERY_DATABASE_URL: the file no/")


def test_no_command_serves(process: CommandLine) -> None:
    told = process("--port", 0, settings={"JOINERY_DATABASE_URL": "mysql://x"}).told()
    assert told.startswith("server.py: JOINERY_DATABASE_URL: ")


def test_production_does_not_start_without_secrets(process: CommandLine) -> None:
    told = process("serve", "--port", 0, settings={"JOINERY_ENV": "production"}).told()
    assert "JOINERY_AUTH_SECRET: production needs it" in told
    assert "JOINERY_CONNECT_SECRET: production needs it" in told


@pytest.mark.parametrize("variable", ["JOINERY_ENV", "JOINERY_LOG_LEVEL", "JOINERY_GRAPHIQL"])
def test_a_bad_setting_is_told_by_its_name(run: Typed, variable: str) -> None:
    told = run("serve", settings={variable: "loud"}).told()
    assert re.match(f"server.py: {variable}: ", told)


def test_a_trusted_document_that_is_wrong_is_told_by_its_file(run: Typed, tmp_path: Path) -> None:
    (tmp_path / "wrong.graphql").write_text("query Wrong {\n  nothing\n}\n")
    told = run("serve", settings={"JOINERY_TRUSTED_DOCUMENTS": str(tmp_path)}).told()
    assert "JOINERY_TRUSTED_DOCUMENTS:" in told
    assert "wrong.graphql: line 2: Cannot query field" in told


def test_without_tables_it_says_what_to_do_and_waits_for_them(
    databases: Databases, tmp_path: Path
) -> None:
    port = free_port()
    with databases.lend(migrated=False) as url:
        run = CommandLine(tmp_path, url)
        run.environment["JOINERY_AUTH_SECRET"] = SECRET
        server = run.start("serve", "--port", port)
        assert server.stdout
        try:
            first = server.stdout.readline()
            wait_until_it_answers(server, port, 503)
            early = httpx.post(
                f"http://127.0.0.1:{port}/graphql",
                json={"query": "{ campaigns { totalCount } }"},
                headers={"Authorization": f"Bearer {STAFF}"},
            )
            run("migrate")
            wait_until_it_answers(server, port, 200)
        finally:
            server.send_signal(signal.SIGTERM)
            said, _ = server.communicate(timeout=SECONDS)

    assert "python server.py migrate" in first
    assert early.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert early.headers["Retry-After"] == "1"
    assert "Traceback" not in said


def test_it_starts_with_the_example_of_settings_copied(process: CommandLine) -> None:
    shutil.copy(ROOT / ".env.example", process.folder / ".env")
    assert process("migrate").code == 0
    port = free_port()
    server = process.start("serve", "--port", port)
    try:
        wait_until_it_answers(server, port, 200)
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=SECONDS)

    assert "environment=development" in said


@pytest.mark.postgres
def test_a_database_that_is_lost_is_told_though_nobody_asks_for_it(tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    with postgres() as database:
        run = CommandLine(tmp_path, database.url("postgres"))
        run("migrate")
        with log.open("wb") as output:
            server = subprocess.Popen(
                run.words("serve", "--port", port),
                cwd=tmp_path,
                env=run.environment,
                stdout=output,
                stderr=output,
            )
        wait_until_it_answers(server, port, 200)
    try:
        wait_until(lambda: "the database is unavailable" in log.read_text())
    finally:
        server.terminate()
        server.wait(timeout=SECONDS)

    assert "Traceback" not in log.read_text()
    assert "error=" in log.read_text()
    assert "asyncpg.pool" not in log.read_text()
