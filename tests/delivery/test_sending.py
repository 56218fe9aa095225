"""The HTTP client of webhooks, over real connections to addresses that are checked."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from starlette.responses import RedirectResponse, Response

from delivery.addresses import Allowed
from delivery.sending import MAX_ANSWER, Answer, Message, Sender, headers_of
from tests.certificates import Authority
from tests.data import SECRET
from tests.delivery.receiving import Received, answering, receiving
from tests.live import free_port

LOCAL = Allowed.read(["127.0.0.0/8", "::1"])
HERE = Allowed(LOCAL.hosts, LOCAL.networks, ("http", "https"))
NEW_SECRET = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


async def send(url: str, allowed: Allowed = HERE, *secrets: str, seconds: float = 10) -> Answer:
    async with Sender(allowed, seconds) as sender:
        message = Message("msg_1", url, '{"data":{}}', secrets or (SECRET,))
        return await sender.send(message)


async def test_a_message_is_signed_as_standard_webhooks_has_it():
    async with receiving() as receiver, Sender(HERE) as sender:
        message = Message("msg_7", receiver.url, '{"data":{"名":"田中"}}', (SECRET,))
        assert await sender.send(message) == Answer(204)
    [received] = receiver.got
    assert (received.id, received.data) == ("msg_7", {"名": "田中"})
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"].startswith("Joinery/")
    assert "cookie" not in received.headers


def test_the_moment_of_a_signature_is_the_same_in_every_time_zone():
    message, now = Message("msg_1", "", "{}", (SECRET,)), datetime.now(UTC)
    tokyo = now.astimezone(timezone(timedelta(hours=9)))
    assert headers_of(message, tokyo) == headers_of(message, now)


async def test_while_a_secret_is_rotated_either_verifies():
    async with receiving() as receiver:
        for secret in (NEW_SECRET, SECRET):
            receiver.secret = secret
            assert (await send(receiver.url, HERE, NEW_SECRET, SECRET)).error is None
    assert len(receiver.got[0].headers["webhook-signature"].split(" ")) == 2
    one = await _signed_by(SECRET)
    with pytest.raises(Exception, match="No matching signature"):
        Verifier(NEW_SECRET).verify(one.body, dict(one.headers))


async def _signed_by(secret: str) -> Received:
    async with receiving() as receiver:
        await send(receiver.url, HERE, secret)
    return receiver.got[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0"])
async def test_nothing_connects_to_an_address_that_is_not_allowed(host: str):
    async with listening() as (port, connections):
        public = Allowed(schemes=("http",))
        answer = await send(f"http://{host}:{port}/", public)
        assert answer.status_code is None
        assert answer.error is not None
        assert "JOINERY_WEBHOOK_ALLOW" in answer.error
        assert connections() == 0
        # The same host can be connected to when it is allowed.
        allowed = Allowed.read([host.strip("[]"), "127.0.0.0/8", "::1"])
        await send(f"http://{host}:{port}/", Allowed(allowed.hosts, allowed.networks, ("http",)))
        if host != "[::1]":  # where nothing listens
            assert connections() >= 1


async def test_a_host_is_looked_up_once_however_many_wait_for_it(monkeypatch: pytest.MonkeyPatch):
    loop = asyncio.get_running_loop()
    lookups = list[str]()

    async def hanging(host: str, *_: Any, **__: Any) -> list[Any]:
        lookups.append(host)
        return await loop.create_future()

    monkeypatch.setattr(loop, "getaddrinfo", hanging)
    async with Sender(HERE, 0.2) as sender:
        message = Message("msg_1", "http://slow.example/", "{}", (SECRET,))
        answers = await asyncio.gather(*(sender.send(message) for _ in range(5)))
    assert all(answer.error and "no answer" in answer.error for answer in answers)
    assert lookups == ["slow.example"]


async def test_a_name_is_judged_by_what_it_resolves_to():
    async with receiving() as receiver:
        port = receiver.url.rsplit(":", 1)[1]
        by_name = f"http://localhost:{port}"
        assert (await send(by_name, HERE)).status_code == 204
        only_others = Allowed.read(["10.0.0.0/8", "example.com"])
        refused = await send(by_name, Allowed(only_others.hosts, only_others.networks, ("http",)))
        assert refused.error is not None
        assert "localhost has no public address (" in refused.error
    assert len(receiver.got) == 1
    unknown = await send("http://nowhere.invalid/", HERE)
    assert unknown.error == "The connection failed: the host's name is not known."


async def test_only_https_where_http_is_not_allowed():
    async with receiving() as receiver:
        answer = await send(receiver.url, LOCAL)
    assert answer.error == "Give a URL that begins with https://."
    assert receiver.got == []


async def test_redirects_are_not_followed():
    async with receiving() as receiver:

        async def redirect(_: Received) -> Response:
            return RedirectResponse(receiver.url, 307)

        receiver.answer = redirect
        answer = await send(receiver.url)
    assert answer == Answer(307, None, "The receiver answered 307; redirects are not followed.")
    assert len(receiver.got) == 1


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with receiving() as receiver:
        assert (await send(receiver.url)).status_code == 204


@pytest.mark.parametrize("status", [200, 299, 199 + 201, 404, 500, 599])
async def test_every_status_of_success_is_one_and_no_other(status: int):
    async with receiving() as receiver:
        receiver.answer = answering(status, retry_after="7")
        answer = await send(receiver.url)
    if status < 300:
        assert answer == Answer(status)
    else:
        assert answer == Answer(status, "7", f"The receiver answered {status}.")


async def test_a_receiver_that_hangs_is_left_in_time():
    async with receiving() as receiver:
        receiver.answer = receiver.hang
        began = asyncio.get_running_loop().time()
        answer = await send(receiver.url, seconds=0.3)
        assert asyncio.get_running_loop().time() - began < 5
    assert answer == Answer(error="There was no answer within 0.3 seconds.")


async def test_an_answer_without_end_is_read_no_further_than_its_bound():
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 4096)
            await writer.drain()
            sent += 4096

    async with listening(endless) as (port, _):
        assert (await send(f"http://127.0.0.1:{port}/")).status_code == 200
    # The buffers of the operating system take more than was read.
    assert MAX_ANSWER < sent < 64 * 1024 * 1024


async def test_an_answer_that_trickles_is_left_in_time():
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while True:
            writer.write(b"HTTP/1.1 200 OK\r\n"[:1])
            await writer.drain()
            await asyncio.sleep(0.02)

    async with listening(trickle) as (port, _):
        answer = await send(f"http://127.0.0.1:{port}/", seconds=0.3)
    assert answer.error == "There was no answer within 0.3 seconds."


async def test_who_does_not_speak_http_is_told():
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"what?\r\n\r\n")
        writer.close()

    async with listening(rude) as (port, _):
        answer = await send(f"http://127.0.0.1:{port}/")
    assert answer.error is not None
    assert answer.error.startswith("The connection failed: ")
    refused = await send(f"http://127.0.0.1:{free_port()}/")
    assert refused.error is not None
    assert refused.error.startswith("The connection failed: ")


async def test_a_certificate_must_be_of_the_name_and_of_a_known_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ours, others = Authority(tmp_path, "ours"), Authority(tmp_path, "others")
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.file))
    expected = {
        ours.sign("right", "localhost"): None,
        ours.sign("wrong", "example.com"): "Hostname mismatch",
        ours.sign("address", "127.0.0.1"): "Hostname mismatch",
        others.sign("unknown", "localhost"): "unable to get local issuer certificate",
    }
    for (certificate, key), error in expected.items():
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        async with listening(_no_content, context) as (port, _):
            answer = await send(f"https://localhost:{port}/", LOCAL)
        if error is None:
            assert answer == Answer(204)
        else:
            assert answer.status_code is None
            assert error in (answer.error or "")


async def _no_content(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(
    serve: Serve = _no_content, context: ssl.SSLContext | None = None
) -> AsyncGenerator[tuple[int, Callable[[], int]]]:
    """Listen at a port; yield the port, and a function that counts the connections."""
    connections = set[asyncio.Task[None]]()

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await serve(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()

    server = await asyncio.start_server(counted, "127.0.0.1", 0, ssl=context)
    async with server:
        try:
            yield server.sockets[0].getsockname()[1], lambda: len(connections)
        finally:
            for task in connections:
                task.cancel()
            await asyncio.gather(*connections, return_exceptions=True)
            await asyncio.sleep(0)  # so that transports are closed
