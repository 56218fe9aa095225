"""A client of GraphQL over Server-Sent Events that gives access to the raw bytes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson

from tests.tokens import STAFF

EVENTS = "text/event-stream"
SECONDS = 20


class Events:
    """The events of an open response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.raw = b""
        self._chunks: AsyncIterator[bytes] = response.aiter_bytes()

    async def next(self) -> tuple[str, Any]:
        """Return the next event's name and data; raise StopAsyncIteration at the end."""
        async with asyncio.timeout(SECONDS):
            while True:
                block = await self.block()
                if not block.startswith(b":"):
                    lines = dict(line.split(b":", 1) for line in block.split(b"\n"))
                    data = lines[b"data"]
                    return lines[b"event"].decode().strip(), orjson.loads(data) if data else None

    async def block(self) -> bytes:
        """Return the bytes up to the next empty line: an event or a comment."""
        while b"\n\n" not in self.raw:
            self.raw += await anext(self._chunks)
        block, _, self.raw = self.raw.partition(b"\n\n")
        return block


@asynccontextmanager
async def events(
    url: str,
    query: str,
    *,
    bearer: str | None = STAFF,
    headers: Mapping[str, str] | None = None,
    **variables: Any,
) -> AsyncGenerator[Events]:
    """POST an operation, and yield its events."""
    authorization = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    async with (
        httpx.AsyncClient(timeout=30) as http,
        http.stream(
            "POST",
            f"{url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Accept": EVENTS, **authorization, **(headers or {})},
        ) as response,
    ):
        yield Events(response)
