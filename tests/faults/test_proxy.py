"""The proxy does to connections what other tests rely on."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import pytest

from tests.faults.proxy import Proxy, proxied
from tests.postgres import Postgres

SECONDS = 0.5
"So long nothing must come before it counts as swallowed."


@pytest.fixture
def proxy(postgres_server: Postgres) -> Generator[Proxy]:
    with proxied(postgres_server.folder) as proxy:
        yield proxy


async def test_it_passes_on(proxy: Proxy):
    async with connected(proxy) as driver:
        assert await driver.fetchval("SELECT 1") == 1


async def test_it_swallows_what_comes_by_old_and_new_connections(proxy: Proxy):
    async with connected(proxy) as old:
        proxy.swallow()
        with pytest.raises(TimeoutError):
            await old.fetchval("SELECT 1", timeout=SECONDS)
        with pytest.raises(TimeoutError):
            async with connected(proxy, seconds=SECONDS):
                pass
        proxy.restore()
        async with connected(proxy) as new:
            assert await new.fetchval("SELECT 1") == 1
        assert not await hears(old)


async def test_it_swallows_the_answers_after_a_message(proxy: Proxy):
    async with connected(proxy) as driver, connected(proxy) as other:
        proxy.swallow_answers_after(b"COMMIT")
        await driver.execute("BEGIN; CREATE TABLE answered_never (id int)")
        with pytest.raises(TimeoutError):
            await driver.execute("COMMIT", timeout=SECONDS)
        try:
            assert await other.fetchval("SELECT count(*) FROM answered_never") == 0
        finally:
            await other.execute("DROP TABLE answered_never")


async def test_it_delays(proxy: Proxy):
    async with connected(proxy) as driver:
        proxy.delay = 0.1
        begun = asyncio.get_running_loop().time()
        assert await driver.fetchval("SELECT 1") == 1
        assert asyncio.get_running_loop().time() - begun >= 0.1


async def test_it_cuts(proxy: Proxy):
    async with connected(proxy) as driver:
        proxy.cut()
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await driver.fetchval("SELECT 1")
        assert proxy.connections == 0


async def hears(driver: Any) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            return await driver.fetchval("SELECT 1") == 1
    return False


@asynccontextmanager
async def connected(proxy: Proxy, seconds: float = 10) -> AsyncGenerator[Any]:
    postgres: Any = asyncpg
    driver = await postgres.connect(proxy.url_of("postgresql:///postgres"), timeout=seconds)
    try:
        yield driver
    finally:
        driver.terminate()
        await asyncio.sleep(0)  # the transport closes in the loop
