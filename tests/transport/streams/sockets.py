"""A client of graphql-transport-ws that can send any message, valid or not."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.tokens import STAFF

SUBPROTOCOL = "graphql-transport-ws"
SECONDS = 20
"Seconds that an answer may take."


class Socket:
    """An open WebSocket; messages are JSON objects."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(SECONDS):
            text = await self.connection.recv()
        assert isinstance(text, str), "a message must be text"
        return cast("dict[str, Any]", orjson.loads(text))

    async def subscribe(self, key: str, query: str, **payload: Any) -> None:
        await self.send(id=key, type="subscribe", payload={"query": query, **payload})

    async def closed(self) -> tuple[int, str]:
        """Wait until the socket is closed; return the close code and the reason."""
        with suppress(ConnectionClosed):
            while True:
                await self.receive()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def raw_socket(
    url: str, *, subprotocols: Any = (SUBPROTOCOL,), **options: Any
) -> AsyncGenerator[Socket]:
    """Open a WebSocket to a server, and send nothing yet."""
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=subprotocols, proxy=None, **options) as connection:
        yield Socket(connection)


@asynccontextmanager
async def socket(url: str, token: str = STAFF, **options: Any) -> AsyncGenerator[Socket]:
    """Open a WebSocket, and wait for the acknowledgement."""
    async with raw_socket(url, **options) as opened:
        await opened.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert await opened.receive() == {"type": "connection_ack"}
        yield opened
