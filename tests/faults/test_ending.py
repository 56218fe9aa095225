"""A server that is told to end, or to take new workers, loses nothing that it has taken on."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from graphql import get_introspection_query

from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.faults.load import Load, loaded
from tests.faults.proxy import proxied
from tests.faults.servers import ServerGroup, running, wait_until
from tests.postgres import Postgres
from tests.tokens import STAFF

pytestmark = pytest.mark.slow
PATIENT = {"JOINERY_REQUEST_TIMEOUT": "60"}
WORKERS = pytest.mark.parametrize("workers", [1, 2])
CLOSED = {"ConnectionRefusedError", "ConnectionResetError", "RemoteDisconnected", "BrokenPipeError"}
"""How a client hears that nobody listens any more."""


def upsert(number: int) -> dict[str, Any]:
    """A mutation that stores an influencer of this number."""
    query = f"""mutation {{ upsertInfluencers(input: {{
        influencers: [{{ externalId: "{number}", name: "Aiko" }}] }}) {{ created }} }}"""
    return {"query": query}


def stored(server: Postgres, url: str) -> set[int]:
    """The numbers of the influencers that are stored."""
    rows = server.sql("SELECT external_id FROM influencer", name_of(url))
    return {int(row) for row in rows.split()}


@contextmanager
def locked(server: Postgres, url: str) -> Generator[None]:
    """Hold up everything that writes influencers."""
    database = name_of(url)
    where = ("-h", str(server.folder), "-U", "postgres", "-d", database)
    with subprocess.Popen([server.programs / "psql", "-Xq", *where], stdin=PIPE, text=True) as psql:
        assert psql.stdin
        psql.stdin.write("BEGIN; LOCK TABLE influencer IN EXCLUSIVE MODE;\n")
        psql.stdin.flush()
        held = "SELECT count(*) FROM pg_locks WHERE mode = 'ExclusiveLock' AND relation > 0"
        wait_until(lambda: server.sql(held, database) == "1")
        yield


def waits(server: Postgres, url: str) -> bool:
    """Whether somebody waits for a lock."""
    return server.sql("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)", name_of(url)) == "t"


class Waiting:
    """A mutation that is under way, because what it writes is locked."""

    def __init__(self, server: ServerGroup, number: int = 1) -> None:
        self._answer: httpx.Response | Exception | None = None
        self._server = server
        self._number = number
        self._thread = Thread(target=self._send)
        self._thread.start()

    def _send(self) -> None:
        headers = {"Authorization": f"Bearer {STAFF}"}
        try:
            body = upsert(self._number)
            url = f"{self._server.url}/graphql"
            self._answer = httpx.post(url, json=body, headers=headers, timeout=60)
        except httpx.TransportError as error:
            self._answer = error

    def answer(self) -> httpx.Response | Exception | None:
        """What came of it."""
        self._thread.join(60)
        return self._answer


def refuses(server: ServerGroup) -> bool:
    """Whether new clients are refused."""
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def assert_only_closed(load: Load, after: float) -> None:
    """From a moment on nobody listens, and before it every request was answered, without error."""
    assert load.failed
    first = min(sent.ended for sent in load.failed)
    assert first > after
    assert {sent.failure for sent in load.failed} <= CLOSED
    assert [sent for sent in load.answered if sent.began > first + 0.2] == []
    assert all(sent.answer and "errors" not in sent.answer for sent in load.answered)


@WORKERS
def test_it_is_not_ready_then_closed_and_every_acknowledged_change_is_stored(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path, workers: int
) -> None:
    settings = {"JOINERY_DRAIN_DELAY": "1.5"}
    with (
        postgres_databases.lend() as url,
        running(url, tmp_path, workers=workers, settings=settings) as server,
        loaded(server.url, upsert) as load,
    ):
        wait_until(lambda: len(load.answered) > 20, server.said)
        told = time.monotonic()
        server.tell()
        wait_until(lambda: server.readiness() == 503, server.said)
        unready = time.monotonic()
        wait_until(lambda: bool(load.failed), server.said)
        assert server.ended() == 0
        load.stop()
        assert_only_closed(load, told + 1.5)
        assert [sent for sent in load.answered if sent.began > unready] != []
        acknowledged = {sent.number for sent in load.answered}
        assert stored(postgres_server, url) >= acknowledged


@WORKERS
def test_what_is_under_way_is_finished_while_new_clients_are_refused(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path, workers: int
) -> None:
    with (
        postgres_databases.lend() as url,
        running(url, tmp_path, workers=workers, settings=PATIENT) as server,
    ):
        with locked(postgres_server, url):
            waiting = Waiting(server)
            wait_until(lambda: waits(postgres_server, url))
            server.tell()
            wait_until(lambda: refuses(server), server.said)
        answer = waiting.answer()
        assert isinstance(answer, httpx.Response)
        assert answer.json() == {"data": {"upsertInfluencers": {"created": 1}}}
        assert answer.headers["Connection"] == "close"
        assert server.ended() == 0


def test_a_request_that_is_on_its_way_when_the_sockets_close_is_answered(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with (
        sqlite_databases.lend() as url,
        running(url, tmp_path, workers=1) as server,
        stalled(server, b"") as client,
    ):
        server.tell()
        wait_until(lambda: refuses(server), server.said)
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: joinery\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert server.ended() == 0


@WORKERS
def test_what_takes_too_long_is_cut_off(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path, workers: int
) -> None:
    settings = PATIENT | {"JOINERY_GRACEFUL_TIMEOUT": "1"}
    with (
        postgres_databases.lend() as url,
        running(url, tmp_path, workers=workers, settings=settings) as server,
    ):
        with locked(postgres_server, url):
            waiting = Waiting(server)
            wait_until(lambda: waits(postgres_server, url))
            server.tell()
            assert server.ended(20) == 0
            wait_until(lambda: not waits(postgres_server, url))
        answer = waiting.answer()
        assert isinstance(answer, httpx.Response)
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert "Traceback" not in server.said()
        assert stored(postgres_server, url) == set()


@WORKERS
def test_a_second_signal_ends_it_at_once(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path, workers: int
) -> None:
    with (
        postgres_databases.lend() as url,
        running(url, tmp_path, workers=workers, settings=PATIENT) as server,
    ):
        processes = server.workers()
        with locked(postgres_server, url):
            waiting = Waiting(server)
            wait_until(lambda: waits(postgres_server, url))
            server.tell()
            wait_until(lambda: refuses(server), server.said)
            server.tell()
            assert server.ended(5) == 1
            assert not any(is_running(pid) for pid in processes)
            assert isinstance(waiting.answer(), httpx.TransportError)


TERM, INT, HUP, KILL = signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL


@pytest.mark.fault
@pytest.mark.parametrize(
    ("order", "code"),
    [
        ("SIGINT", 0),
        ("SIGTERM SIGHUP", 0),
        ("SIGHUP SIGHUP SIGTERM", 0),
        ("SIGHUP SIGINT SIGHUP", 0),
        ("SIGTERM SIGINT", 1),
        ("SIGINT SIGTERM", 1),
        ("SIGHUP SIGKILL", -KILL),
        ("SIGTERM SIGKILL", -KILL),
    ],
)
def test_signals_in_any_order_end_it(
    sqlite_databases: SqliteDatabases, tmp_path: Path, order: str, code: int
) -> None:
    signals = [signal.Signals[name] for name in order.split()]
    settings = {"JOINERY_DRAIN_DELAY": "1", "JOINERY_GRACEFUL_TIMEOUT": "1"}
    with (
        sqlite_databases.lend() as url,
        running(url, tmp_path, settings=settings) as server,
        stalled(server, HEAD) as client,  # it keeps the server for a moment, and is cut off
    ):
        server.wait_until_all_serve()
        for number in signals:
            server.tell(number)
            if number is HUP:
                wait_until(lambda: "replacing the workers" in server.said(), server.said)
        assert server.ended(30) == code
        wait_until(lambda: is_gone(server), server.said)
        # Python itself complains where its parent dies while it starts.
        assert KILL in signals or "Traceback" not in server.said()
        client.close()


@pytest.mark.parametrize(("number", "code"), [(TERM, 0), (INT, 0), (KILL, -KILL)])
def test_a_server_that_is_still_starting_ends(
    sqlite_databases: SqliteDatabases, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with sqlite_databases.lend() as url, running(url, tmp_path, ready=None) as server:
        wait_until(lambda: len(set(server.workers()) - {server.process.pid}) == 2, server.said)
        server.tell(number)
        assert server.ended(30) == code
        wait_until(lambda: is_gone(server), server.said)
        assert number is KILL or "Traceback" not in server.said()


@WORKERS
def test_one_that_is_still_starting_serves_after_sighup(
    sqlite_databases: SqliteDatabases, tmp_path: Path, workers: int
) -> None:
    with (
        sqlite_databases.lend() as url,
        running(url, tmp_path, workers=workers, ready=None) as server,
    ):
        loaded_files = Path(f"/proc/{server.process.pid}/maps")
        wait_until(lambda: "asyncpg" in loaded_files.read_text(), server.said)
        server.tell(HUP)
        server.wait_until_ready()
        server.tell()
        assert server.ended(30) == 0


@WORKERS
def test_no_client_keeps_it_from_ending(
    sqlite_databases: SqliteDatabases, tmp_path: Path, workers: int
) -> None:
    settings = PATIENT | {"JOINERY_GRACEFUL_TIMEOUT": "1"}
    with (
        sqlite_databases.lend() as url,
        running(url, tmp_path, workers=workers, settings=settings) as server,
        stalled(server, HEAD + b"{") as upload,
        stalled(server, HEAD[:40]) as head,
        stalled(server, b"") as silent,
        deaf(server) as deaf_client,
    ):
        server.wait_until_ready()
        server.tell()
        assert server.ended(20) == 0
        assert [client.fileno() > 0 for client in (upload, head, silent, deaf_client)] == [True] * 4


def test_a_database_that_answers_nothing_does_not_keep_it_from_ending(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    settings = PATIENT | {"JOINERY_GRACEFUL_TIMEOUT": "1"}
    with (
        postgres_databases.lend() as url,
        proxied(postgres_server.folder) as proxy,
        running(proxy.url_of(url), tmp_path, workers=1, settings=settings) as server,
    ):
        proxy.swallow()
        server.wait_until_ready(503)
        server.tell()
        assert server.ended(20) == 0


@pytest.mark.parametrize("rest", [b"", b'{"query":', None])
def test_a_body_that_does_not_come_in_time_is_refused(
    sqlite_databases: SqliteDatabases, tmp_path: Path, rest: bytes | None
) -> None:
    """None: it comes byte by byte."""
    settings = {"JOINERY_BODY_TIMEOUT": "0.5"}
    with (
        sqlite_databases.lend() as url,
        running(url, tmp_path, workers=1, settings=settings) as server,
        stalled(server, HEAD + (rest or b"")) as client,
    ):
        began = time.monotonic()
        while rest is None and time.monotonic() < began + 0.4:
            client.sendall(b" ")
            time.sleep(0.05)
        said = b""
        while more := client.recv(65536):  # until it is closed
            said += more
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head.lower()
        assert json.loads(body)["errors"][0]["extensions"]["code"] == "REQUEST_TIMEOUT"
        assert time.monotonic() - began < 5


@pytest.mark.fault
@pytest.mark.parametrize("keeps_alive", [False, True])
def test_workers_are_replaced_one_by_one_and_no_request_fails(
    databases: Databases, tmp_path: Path, keeps_alive: bool
) -> None:
    with databases.lend() as url, running(url, tmp_path) as server:
        before = set(server.workers())
        with loaded(server.url, upsert, keeps_alive=keeps_alive) as load:
            wait_until(lambda: len(load.answered) > 20, server.said)
            server.tell(signal.SIGHUP)
            wait_until(lambda: not before & set(server.workers()), server.said)
            sent = len(load.sent)
            wait_until(lambda: len(load.sent) > sent + 20, server.said)
        assert load.failed == []
        assert all(sent.answer and "errors" not in sent.answer for sent in load.answered)
        server.tell()
        assert server.ended() == 0


def test_more_requests_than_may_be_under_way_are_told_to_come_again(
    postgres_server: Postgres, postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    settings = PATIENT | {"JOINERY_MAX_CONCURRENCY": "1"}
    with (
        postgres_databases.lend() as url,
        running(url, tmp_path, workers=1, settings=settings) as server,
    ):
        with locked(postgres_server, url):
            waiting = Waiting(server)
            wait_until(lambda: waits(postgres_server, url))
            refused = Waiting(server).answer()
            assert isinstance(refused, httpx.Response)
            assert refused.status_code == 503
            assert refused.headers["Retry-After"] == "1"
            assert refused.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            assert server.readiness() == 200
        answer = waiting.answer()
        assert isinstance(answer, httpx.Response)
        assert answer.json() == {"data": {"upsertInfluencers": {"created": 1}}}


def test_a_connection_is_kept_open_for_as_long_as_it_is_set(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with (
        sqlite_databases.lend() as url,
        running(url, tmp_path, workers=1, settings={"JOINERY_KEEP_ALIVE": "1"}) as server,
        stalled(server, b"GET /health/live HTTP/1.1\r\nHost: joinery\r\n\r\n") as client,
    ):
        began = time.monotonic()
        while client.recv(65536):
            pass
        assert 0.9 < time.monotonic() - began < 5


HEAD = (
    b"POST /graphql HTTP/1.1\r\nHost: joinery\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n"
)


@contextmanager
def stalled(server: ServerGroup, said: bytes) -> Generator[socket.socket]:
    """A client that says so much and no more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(said)
        yield client


@contextmanager
def deaf(server: ServerGroup) -> Generator[socket.socket]:
    """A client that asks for large answers and reads none."""
    body = json.dumps({"query": get_introspection_query()}).encode()
    head = HEAD.replace(b"1000", str(len(body)).encode())
    head = head.replace(b"\r\n\r\n", f"\r\nAuthorization: Bearer {STAFF}\r\n\r\n".encode())
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect(("127.0.0.1", server.port))
        client.sendall((head + body) * 20)
        yield client


def name_of(url: str) -> str:
    """The database that a URL names."""
    return urlsplit(url).path[1:]


def is_gone(server: ServerGroup) -> bool:
    """Whether none of its processes is left."""
    try:
        os.killpg(server.process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def is_running(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
