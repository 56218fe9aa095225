"""Transactions that try again, and those that leave no trace."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextvars import Context
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pytest
from stamina.instrumentation import RetryDetails, set_on_retry_hooks
from tortoise.exceptions import BaseORMException, IntegrityError

from database.connection import DEFAULT_OPTIONS
from database.failures import is_outage
from database.session import capabilities, connection, rows, rows_by
from database.transactions import transacted
from models.campaign import Campaign, Category
from tests import data
from tests.postgres import Postgres


async def test_what_fails_is_undone_and_told(db: str):
    async def work() -> None:
        await Category.create(key="food")
        raise LookupError("no")

    with pytest.raises(LookupError):
        await transacted(work)
    assert await Category.all().count() == 0


async def test_whoever_is_cancelled_lets_go_of_the_connection(db: str):
    async def work() -> int:
        await Category.create(key="food")
        return await Category.all().count()

    for turns in range(2 * DEFAULT_OPTIONS.pool_size):
        for _ in range(DEFAULT_OPTIONS.pool_size):
            task = asyncio.create_task(transacted(work, undo=True))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        async with asyncio.timeout(20):
            assert await transacted(work, undo=True) == 1
            assert await Category.all().count() == 0


async def test_an_undone_one_gives_its_result_and_leaves_no_trace(db: str):
    async def work() -> int:
        await Category.create(key="food")
        return await Category.all().count()

    assert await transacted(work, undo=True) == 1
    assert await Category.all().count() == 0
    assert await transacted(work) == 1
    assert await Category.all().count() == 1


async def test_a_deadlock_is_tried_again(db: str):
    if capabilities().dialect != "postgres":
        pytest.skip("SQLite has one lock, so no deadlock")
    first, second = await data.campaign(), await data.campaign()
    both_hold_one = asyncio.Barrier(2)
    runs = list[str]()

    async def work(name: str, *order: Campaign) -> None:
        runs.append(name)
        for campaign in order:
            await Campaign.filter(id=campaign.pk).update(description=name)
            if runs.count(name) == 1 and campaign is order[0]:
                await both_hold_one.wait()

    await asyncio.gather(
        transacted(lambda: work("there", first, second)),
        transacted(lambda: work("back", second, first)),
    )
    assert len(runs) == 3
    assert len({found.description for found in await Campaign.all()}) == 1


async def test_a_key_that_someone_else_took_meanwhile_is_looked_at_again(db: str):
    if capabilities().dialect != "postgres":
        pytest.skip("on SQLite nobody can write in between")
    runs = list[bool]()

    async def work() -> None:
        known = await Category.exists(key="food")
        runs.append(known)
        if len(runs) == 1:
            await asyncio.create_task(outsider())
        if not known:
            await Category.create(key="food")

    async def outsider() -> None:
        postgres: Any = asyncpg
        other = await postgres.connect(db)
        await other.execute("INSERT INTO category (key) VALUES ('food')")
        await other.close()

    await transacted(work)
    assert runs == [False, True]


async def test_one_with_little_patience_is_not_run_again_after_it(db: str):
    if capabilities().dialect != "postgres":
        pytest.skip("SQLite has one lock, for which all wait alike")
    campaign = await data.campaign()
    is_held, is_over = asyncio.Event(), asyncio.Event()
    runs = list[str]()

    async def hold() -> None:
        await Campaign.filter(id=campaign.pk).update(description="held")
        is_held.set()
        await is_over.wait()

    async def work() -> None:
        runs.append("work")
        await Campaign.filter(id=campaign.pk).update(description="changed")

    holding = asyncio.create_task(transacted(hold))
    await is_held.wait()
    async with asyncio.timeout(5):
        with pytest.raises(asyncpg.LockNotAvailableError):
            await transacted(work, patience=0.05)
    is_over.set()
    await holding

    assert runs == ["work"]
    assert (await rows("SHOW lock_timeout"))[0][0] == "30s"


async def test_a_key_that_is_taken_for_good_is_an_error_of_ours(db: str):
    async def work() -> None:
        await Category.create(key="food")
        await Category.create(key="food")

    with pytest.raises(IntegrityError) as caught:
        await transacted(work)
    assert not is_outage(caught.value)


async def test_a_database_that_cannot_write_now_is_an_outage_and_leaves_no_trace(db: str):
    client: Any = connection()
    is_sqlite = capabilities().dialect == "sqlite"

    async def work() -> None:
        if not is_sqlite:
            here: Any = connection()
            await here.execute_query("SET TRANSACTION READ ONLY")  # as on a standby
        for number in range(20):
            await Category.create(key=f"{number}" * 1_000)

    if is_sqlite:
        await client.execute_query("PRAGMA max_page_count = 1")  # as on a full disk
    with pytest.raises(BaseORMException) as caught:
        await transacted(work)
    assert is_outage(caught.value)
    assert await Category.all().count() == 0
    if is_sqlite:
        await client.execute_query("PRAGMA max_page_count = 1000000")
    await transacted(lambda: Category.create(key="food"))


async def test_sqlite_waits_for_a_busy_file_and_lets_go_in_between(db: str):
    if capabilities().dialect != "sqlite":
        pytest.skip("of SQLite alone")
    client: Any = connection()
    client._connection.seconds = 0.001
    other = sqlite3.connect(db.removeprefix("sqlite://"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    retries = list[RetryDetails]()

    def on_retry(details: RetryDetails) -> None:
        retries.append(details)
        if len(retries) == 2:
            other.execute("COMMIT")

    set_on_retry_hooks([on_retry])
    try:
        await transacted(lambda: Category.create(key="food"))
    finally:
        set_on_retry_hooks(None)
        other.close()
    assert len(retries) == 2
    async with asyncio.timeout(10):
        another = transacted(lambda: Category.create(key="music"))
        await asyncio.create_task(another, context=Context())
    assert await Category.all().count() == 2


async def test_connections_that_were_lost_are_replaced(db: str, request: pytest.FixtureRequest):
    if capabilities().dialect != "postgres":
        pytest.skip("SQLite has no connection to lose")
    server: Postgres = request.getfixturevalue("postgres_server")
    for number in range(DEFAULT_OPTIONS.pool_size + 1):
        # It blocks the event loop, so that the client learns of it only when it begins.
        server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid > 5"
            " AND pid <> pg_backend_pid() AND application_name = 'joinery'"
        )
        async with asyncio.timeout(10):
            await transacted(lambda key=str(number): Category.create(key=key))
    assert await Category.all().count() == DEFAULT_OPTIONS.pool_size + 1


async def test_a_connection_that_was_told_of_its_end_is_not_begun_with(
    db: str, request: pytest.FixtureRequest
):
    end = await ending_connection(request)
    end()
    await transacted(lambda: Category.create(key="food"))
    assert await Category.all().count() == 1


async def test_all_who_share_a_read_learn_that_its_connection_was_lost(
    db: str, request: pytest.FixtureRequest
):
    end = await ending_connection(request)
    asked = [rows_by("SELECT id FROM category WHERE id = ANY(:keys)", [key]) for key in (1, 2)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    end()
    assert [isinstance(error, Exception) and is_outage(error) for error in found] == [True, True]


async def ending_connection(request: pytest.FixtureRequest) -> Callable[[], object]:
    """Tell the pool's next connection that it ends; what is given ends it.

    Ending it blocks the event loop, so that the client learns of it only later.
    """
    if capabilities().dialect != "postgres":
        pytest.skip("SQLite has no connection to lose")
    server: Postgres = request.getfixturevalue("postgres_server")
    client: Any = connection()
    async with client.acquire_connection() as driver:
        fields = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
        driver._protocol.data_received(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)
        process = driver.get_server_pid()
    return lambda: server.sql(f"SELECT pg_terminate_backend({process})")
