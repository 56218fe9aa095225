"""The limits of clients and connections, on a server with small ones."""

import socket as sockets
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.databases import Databases
from tests.live import serving
from tests.tokens import STAFF, token
from tests.transport.streams.events import events
from tests.transport.streams.metrics import METRICS, becomes
from tests.transport.streams.news import CHANGED
from tests.transport.streams.sockets import raw_socket, socket

pytestmark = pytest.mark.slow

SETTINGS = {
    "JOINERY_STREAM_CONNECTIONS": "4",
    "JOINERY_STREAM_SUBSCRIPTIONS": "3",
    "JOINERY_STREAM_MESSAGE_SIZE": "2048",
    "JOINERY_STREAM_KEEP_ALIVE": "1",
    "JOINERY_BODY_TIMEOUT": "2",
    "JOINERY_REQUEST_TIMEOUT": "3",
    "JOINERY_CORS_ORIGINS": "https://console.example",
    "JOINERY_METRICS_TOKEN": METRICS,
    "JOINERY_LOG_FORMAT": "json",
    "JOINERY_LOG_LEVEL": "debug",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's working directory, with its log."""
    return tmp_path_factory.mktemp("limits")


@pytest.fixture(scope="module")
def url(databases: Databases, folder: Path) -> Generator[str]:
    """The address of the server."""
    with databases.lend() as database, serving(database, folder, SETTINGS) as address:
        yield address


def log_in(folder: Path) -> str:
    return "".join(log.read_text() for log in folder.glob("*.log"))  # one for each database


async def test_without_connection_init_it_closes_with_4408(url: str) -> None:
    async with raw_socket(url) as opened:
        assert await opened.closed() == (4408, "connection_init was not there within 2 s.")


async def test_more_operations_than_allowed_are_refused_by_their_ids(url: str) -> None:
    async with socket(url) as opened:
        for key in "abc":
            await opened.subscribe(key, CHANGED)
        await opened.subscribe("d", "{ __typename }")
        error = await opened.receive()
        assert (error["id"], error["type"]) == ("d", "error")
        assert error["payload"][0]["extensions"]["code"] == "SUBSCRIPTION_LIMIT"
        await becomes(3, url, "joinery_subscriptions", protocol="websocket")
        await opened.send(id="a", type="complete")
        await opened.subscribe("d", "{ __typename }")
        assert (await opened.receive())["type"] == "next"
    await becomes(0, url, "joinery_subscriptions", protocol="websocket")


async def test_more_connections_than_allowed_are_asked_to_come_later(url: str) -> None:
    await becomes(0, url, "joinery_stream_connections", protocol="websocket")
    async with socket(url), socket(url), socket(url), events(url, CHANGED) as told:
        await told.block()
        async with raw_socket(url) as opened:
            code, words = await opened.closed()
        assert (code, words) == (
            1013,
            "The server has as many open connections as it serves: try again later.",
        )
        async with events(url, CHANGED) as refused:
            assert refused.response.status_code == 503
            assert refused.response.headers["retry-after"] == "1"
            body = await refused.response.aread()
        assert b"UNAVAILABLE" in body
        async with events(url, "{ __typename }") as served:
            assert (await served.next())[1] == {"data": {"__typename": "Query"}}
    async with socket(url) as opened:
        await opened.subscribe("1", "{ __typename }")
        assert (await opened.receive())["type"] == "next"


async def test_streams_take_no_place_of_requests(url: str) -> None:
    """A quiet stream is kept alive, longer than a request may take."""
    async with events(url, CHANGED) as told:
        began = time.monotonic()
        assert [await told.block() for _ in range(8)] == [b":"] * 8
        # The first comes at once, the others a second apart.
        assert 5 < time.monotonic() - began < 12


async def test_a_page_of_a_named_origin_may_connect(url: str) -> None:
    async with raw_socket(url, origin="https://console.example"):
        pass


async def test_a_message_larger_than_the_setting_closes_with_1009(url: str) -> None:
    async with socket(url) as opened:
        await opened.subscribe("1", "{ __typename }", variables={"x": "y" * 2048})
        assert (await opened.closed())[0] == 1009


async def test_a_client_that_answers_no_ping_is_dropped(url: str) -> None:
    await becomes(0, url, "joinery_stream_connections", protocol="websocket")
    host, port = url.removeprefix("http://").split(":")
    with sockets.create_connection((host, int(port))) as half_open:
        half_open.sendall(
            b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
            b"Authorization: Bearer " + STAFF.encode() + b"\r\n\r\n"
        )
        # A masked frame, `{"type":"connection_init"}`, masked by zeros.
        message = b'{"type":"connection_init"}'
        half_open.sendall(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message)
        await becomes(1, url, "joinery_stream_connections", protocol="websocket")
        await becomes(0, url, "joinery_stream_connections", protocol="websocket")


async def test_neither_tokens_nor_tickets_are_logged(url: str, folder: Path) -> None:
    bearer = token("STAFF", name="zqcanary")
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {bearer}"}
        made = (await http.post(f"{url}/graphql/ticket", headers=headers)).json()["ticket"]
        given = {"query": "{ viewer { name } }", "ticket": made}
        await http.get(f"{url}/graphql", params=given, headers={"Accept": "text/event-stream"})
    async with raw_socket(f"{url}/graphql?token={bearer}&x="):
        pass
    async with socket(url, bearer) as opened:
        await opened.subscribe("1", "{ viewer { name } }")
        await opened.receive()
    written = log_in(folder)
    assert '"closed":' in written
    for secret in (bearer, made, "zqcanary"):
        assert secret not in written
