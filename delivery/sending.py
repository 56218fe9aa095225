"""The HTTP client of webhooks: it signs a message, checks the address, and sends.

It uses httpcore rather than a library above it, because it must not follow redirects, use proxies
or keep cookies. The address is checked when the connection is made.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self, cast

import httpcore
from standardwebhooks import Webhook as Signer

from delivery.addresses import Address, Allowed
from telemetry.version import version

TIMEOUT = 15.0
"""Seconds for one attempt, from the look-up of the name to the end of the answer."""
REDIRECTS = (301, 302, 303, 307, 308)
MAX_CONNECTIONS = 100
"""Open connections, to all receivers together."""
MAX_ADDRESSES = 4
"""Addresses of one host that are tried."""
KEEP_ALIVE_SECONDS = 30
"""Seconds that an idle connection stays open."""
MAX_ANSWER = 16 * 1024
"""Bytes of an answer that are read, so that its connection can be used again."""
MAX_ERROR = 500
"""Characters of an error that are kept."""


class ForbiddenAddressError(Exception):
    """A host without an address to which webhooks may be sent. Its text is for staff."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is to be sent."""

    id: str
    "The id of the message, the same at each attempt."
    url: str
    body: str
    secrets: Sequence[str]
    "The secrets; there is one signature by each."


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of an attempt to send a message."""

    status_code: int | None = None
    retry_after: str | None = None
    error: str | None = None
    "The reason why the message has not arrived; None if it has."


class Sender:
    """A client that sends each message within `timeout` seconds, to allowed addresses only."""

    def __init__(self, allowed: Allowed, timeout: float = TIMEOUT) -> None:
        self._allowed = allowed
        self._timeout = timeout
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def __aenter__(self) -> Self:
        """Open the pool of connections."""
        self._pool = httpcore.AsyncConnectionPool(
            # Trusts the system's certificate authorities, or those in SSL_CERT_FILE.
            ssl_context=ssl.create_default_context(),
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=_CheckedNetwork(self._allowed),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None

    async def send(self, message: Message) -> Answer:
        """Sign a message, and send it. Failures are not raised but returned in the answer."""
        if problem := self._allowed.problem_of(message.url):
            return Answer(error=problem[:MAX_ERROR])
        try:
            async with asyncio.timeout(self._timeout):
                return await self._answer(message)
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(error=f"There was no answer within {self._timeout:g} seconds.")
        except ForbiddenAddressError as error:
            return Answer(error=str(error)[:MAX_ERROR])
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError) as error:
            return Answer(error=f"The connection failed: {_reason(error)}"[:MAX_ERROR])

    async def _answer(self, message: Message) -> Answer:
        assert self._pool is not None, "the sender is used as a context manager"
        async with self._pool.stream(
            "POST",
            message.url,
            headers=headers_of(message, datetime.now(UTC)),
            content=message.body.encode(),
        ) as response:
            await _read(response)
            if 200 <= response.status < 300:
                return Answer(response.status)
            asked = [value for name, value in response.headers if name.lower() == b"retry-after"]
            error = f"The receiver answered {response.status}."
            if response.status in REDIRECTS:
                error = f"{error[:-1]}; redirects are not followed."
            return Answer(response.status, asked[0].decode("latin-1") if asked else None, error)


def headers_of(message: Message, now: datetime) -> list[tuple[str, str]]:
    """Return the headers of a message that is sent at this time."""
    moment = now.astimezone(UTC)  # the library ignores the time zone
    signatures = [
        Signer(secret).sign(msg_id=message.id, timestamp=moment, data=message.body)
        for secret in message.secrets
    ]
    return [
        ("content-type", "application/json"),
        ("user-agent", f"Joinery/{version()}"),
        ("webhook-id", message.id),
        ("webhook-timestamp", str(int(moment.timestamp()))),
        ("webhook-signature", " ".join(signatures)),
    ]


async def _read(response: httpcore.Response) -> None:
    """Read the body so that the connection can be used again; give up after `MAX_ANSWER` bytes."""
    size = 0
    async for part in response.aiter_stream():
        size += len(part)
        if size > MAX_ANSWER:
            return


def _reason(error: BaseException) -> str:
    """Return the reason of a failure, from the original error that httpcore's error wraps."""
    cause = error
    while isinstance(cause, httpcore.NetworkError) and cause.__context__ is not None:
        cause = cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate is not good: {cause.verify_message}"
    if isinstance(cause, socket.gaierror | UnicodeError):
        return "the host's name is not known."
    return str(cause) or type(cause).__name__


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """A network that resolves a host name, and connects only to allowed addresses.

    The name is resolved once, so the address that was checked is the one that is connected to. TLS
    still verifies the certificate against the name.
    """

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._network = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._lookups: dict[tuple[str, int], asyncio.Future[list[Any]]] = {}
        "Look-ups under way, by host and port."

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the host. Raises ForbiddenAddressError if none of its addresses is allowed."""
        known = await self._addresses(host, port)
        allowed = [address for address in known if self._allowed.permits(host, address)]
        if not allowed:
            raise ForbiddenAddressError(
                f"{host} has no public address ({', '.join(map(str, known[:MAX_ADDRESSES]))});"
                " the setting JOINERY_WEBHOOK_ALLOW may allow it."
            )
        *others, last = allowed[:MAX_ADDRESSES]
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._connect(address, port, timeout, local_address, socket_options)
        return await self._connect(last, port, timeout, local_address, socket_options)

    async def _connect(
        self, address: Address, port: int, *given: Any
    ) -> httpcore.AsyncNetworkStream:
        return await self._network.connect_tcp(str(address), port, *given)

    async def _addresses(self, host: str, port: int) -> list[Address]:
        """Return the addresses of a host, each once.

        A look-up cannot be cancelled, and takes a thread of a few. So there is one for each host.
        """
        asked = self._lookups.get((host, port))
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = asyncio.ensure_future(loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            self._lookups[host, port] = asked
            asked.add_done_callback(partial(self._forget, (host, port)))
        found = await asyncio.shield(asked)
        return list(dict.fromkeys(ip_address(address[0]) for *_, address in found))

    def _forget(self, key: tuple[str, int], lookup: asyncio.Future[list[Any]]) -> None:
        del self._lookups[key]
        if not lookup.cancelled():
            lookup.exception()  # nobody may wait for it any more

    async def sleep(self, seconds: float) -> None:
        """Sleep, as httpcore asks for."""
        await self._network.sleep(seconds)
