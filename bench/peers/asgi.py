"""What the floors have in common: an ASGI application over one pool, without any framework."""

import gc
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg
import orjson

Answer = Callable[[Any, int], Awaitable[bytes]]
"""From a connection and the key of the campaign, or of the calling influencer, to a body."""
PLATFORMS = (None, "INSTAGRAM", "TIKTOK", "YOUTUBE", "X", "FACEBOOK", "THREADS", "LINE")
_HEADERS = [(b"content-type", b"application/json")]


class Unreset(asyncpg.Connection):
    """A pooled connection without the reset, a round trip after each use, that nothing needs."""

    def get_reset_query(self) -> str:
        """No statement at all."""
        return ""


async def open_pool() -> Any:
    """Open a pool of as many connections to the bench's database as every server gets."""
    driver: Any = asyncpg  # which has no types
    size = int(os.environ["BENCH_CONNECTIONS"])
    return await driver.create_pool(
        os.environ["JOINERY_DATABASE_URL"],
        min_size=size,
        max_size=size,
        connection_class=Unreset,
        statement_cache_size=1_000,
        server_settings={"timezone": "UTC", "jit": "off"},
    )


def spare_collections() -> None:
    """Let Python look for garbage as rarely as Joinery's server does (transport/app.py)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Floor:
    """An application with one path a workload, which answers as fast as its functions do."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self._pool: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = (await receive())["body"]
        key = _key(orjson.loads(body)["variables"], scope["headers"])
        answer = self._answers[scope["path"].removeprefix("/")]
        async with self._pool.acquire() as connection:
            told = await answer(connection, key)
        length = (b"content-length", b"%d" % len(told))
        await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, length]})
        await send({"type": "http.response.body", "body": told})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        self._pool = await open_pool()
        spare_collections()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


def number(gid: str) -> int:
    """Return the key in a global id."""
    return int(gid.rpartition("/")[2])


def _key(variables: Mapping[str, Any], headers: list[tuple[bytes, bytes]]) -> int:
    campaign = variables.get("campaignId")
    return number(campaign) if campaign else int(dict(headers)[b"x-influencer"])
