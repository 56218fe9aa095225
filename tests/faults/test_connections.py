"""A client that sends no end, or reads nothing, is left: it costs a bound of memory and time."""

import json
import socket
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from tests.databases import SqliteDatabases
from tests.faults.servers import ServerGroup, running, wait_until

LARGEST_HEAD = 2 << 20
"""Bytes of headers after which a client must have been left, what is on its way included."""


@pytest.fixture(scope="module")
def server(
    sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Generator[ServerGroup]:
    """A server whose clients have a second for what they send."""
    settings = {
        "JOINERY_BODY_TIMEOUT": "1",
        "JOINERY_KEEP_ALIVE": "2",
        "JOINERY_LOG_FORMAT": "json",
    }
    folder: Path = tmp_path_factory.mktemp("connections")
    with (
        sqlite_databases.lend() as url,
        running(url, folder, workers=1, settings=settings) as server,
    ):
        yield server


@pytest.mark.parametrize(
    "begin", ["", "\r\n", "GET /health/live HTTP/1.1\r\nHost: x\r\n", "GET /a"], ids=repr
)
def test_a_request_that_never_begins_or_never_ends_is_closed(
    server: ServerGroup, begin: str
) -> None:
    """Neither silence, nor half a request."""
    with connected(server) as client:
        client.sendall(begin.encode())
        assert client.recv(100) == b""


@pytest.mark.parametrize("endless", [b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\n"])
def test_headers_without_an_end_are_refused(server: ServerGroup, endless: bytes) -> None:
    """They are not collected until memory ends."""
    more = b"X-A: " + b"a" * 60_000 + b"\r\n" if endless.endswith(b"\n") else b"a" * 60_000
    sent, answer = len(endless), b""
    with connected(server) as client, suppress(ConnectionError):
        client.sendall(endless)
        while sent < LARGEST_HEAD:
            client.sendall(more)
            sent += len(more)
        answer = client.recv(100)
    assert sent < LARGEST_HEAD or b"431" in answer


def test_large_headers_that_end_are_served(server: ServerGroup) -> None:
    """What is ours to refuse is refused as it was."""
    head = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n"
    with connected(server) as client:
        client.sendall(head)
        assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_a_client_that_does_not_read_its_answers_is_left(server: ServerGroup) -> None:
    """They are not kept in memory for it."""
    body = json.dumps({"query": get_introspection_query()}).encode()
    request = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    request += b"Content-Length: %d\r\n\r\n" % len(body) + body
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        assert has_open(server, client)
        with suppress(ConnectionError):
            client.sendall(request * 60)
        wait_until(lambda: not has_open(server, client))


def test_a_body_that_breaks_off_is_nobodys_error(server: ServerGroup) -> None:
    """Its client has gone, so there is nobody to answer."""
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with connected(server) as client:
        client.sendall(head + b'X-Request-ID: gone\r\nContent-Length: 100\r\n\r\n{"query"')

    def lines() -> list[dict[str, Any]]:
        return [line for line in server.entries("request") if line["request_id"] == "gone"]

    wait_until(lambda: bool(lines()), server.said)
    [line] = lines()
    assert (line["outcome"], line["code"]) == ("abandoned", "CLIENT_CLOSED")


def connected(server: ServerGroup) -> socket.socket:
    """A connection that waits ten seconds for an answer."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def has_open(server: ServerGroup, client: socket.socket) -> bool:
    """Whether the server has this connection open, as the system lists it."""
    _, port = client.getsockname()
    established = f"0100007F:{server.port:04X} 0100007F:{port:04X} 01"
    return established in Path("/proc/net/tcp").read_text()
