"""A lease is held by one process at a time, and outlives no holder for long."""

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from background import lease
from background.lease import LeaseLostError, Terms
from database.session import rows, run
from database.statement import Row
from models.lease import Lease

HOLDING = """
import asyncio, os, sys
from background.lease import run_leased
from database.connection import connected

async def hold_and_die():
    os._exit(9)

async def main(url):
    async with connected(url):
        await run_leased("work", hold_and_die)

asyncio.run(main(*sys.argv[1:]))
"""


async def run_leased(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work under a lease that is renewed often."""
    await lease.run_leased(name, work, Terms(seconds=30, renew=0.02, take=15))


@pytest.fixture(autouse=True)
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of leases that were refused because another process held them; retries are fast."""
    monkeypatch.setattr(lease, "RETRY_SECONDS", 0.01)
    refused = list[str]()

    async def noting(sql: str, **values: Any) -> Sequence[Row]:
        found = await rows(sql, **values)
        if found and "holder" not in values:
            refused.append(values["name"])
        return found

    monkeypatch.setattr(lease, "rows", noting)
    return refused


async def until_several(refusals: list[str]) -> None:
    async with asyncio.timeout(20):
        while len(refusals) < 5:
            await asyncio.sleep(0.01)


def holding(
    entered: asyncio.Event, leave: asyncio.Event
) -> Callable[[], Coroutine[Any, Any, None]]:
    async def work() -> None:
        entered.set()
        await leave.wait()

    return work


async def test_who_comes_later_waits_until_the_holder_is_done(db: str, refusals: list[str]) -> None:
    entered, leave, later = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(run_leased("work", holding(entered, leave)))
        await entered.wait()
        group.create_task(run_leased("work", holding(later, leave)))
        await run_leased("other work", holding(asyncio.Event(), entered))
        await until_several(refusals)
        assert not later.is_set()
        leave.set()
    assert later.is_set()
    assert await Lease.all().count() == 0


async def test_a_holder_that_dies_is_followed_when_its_lease_expires(
    db: str, refusals: list[str]
) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDING, db)
    assert await process.wait() == 9
    taken, leave = asyncio.Event(), asyncio.Event()
    leave.set()
    waiting = asyncio.create_task(run_leased("work", holding(taken, leave)))
    await until_several(refusals)
    assert not taken.is_set()
    # In place of waiting until then.
    await Lease.filter(name="work").update(expires_at=1)
    async with asyncio.timeout(20):
        await waiting
    assert taken.is_set()


async def test_work_whose_lease_is_lost_is_stopped(db: str) -> None:
    entered = asyncio.Event()
    working = asyncio.create_task(run_leased("work", holding(entered, asyncio.Event())))
    async with asyncio.timeout(20):
        await entered.wait()
        await Lease.filter(name="work").update(holder="another process")
        with pytest.raises(LeaseLostError):
            await working
    assert await Lease.filter(holder="another process").count() == 1


async def test_a_lease_is_renewed_while_the_work_goes_on(db: str) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()
    working = asyncio.create_task(run_leased("work", holding(entered, leave)))
    async with asyncio.timeout(20):
        await entered.wait()
        await Lease.filter(name="work").update(expires_at=1)
        while (await Lease.get(name="work")).expires_at == 1:
            await asyncio.sleep(0.01)
        leave.set()
        await working


async def test_work_that_fails_gives_its_lease_up(db: str) -> None:
    async def fail() -> None:
        raise ValueError("why")

    with pytest.raises(ValueError, match="why"):
        await run_leased("work", fail)
    assert await Lease.all().count() == 0


@asynccontextmanager
async def no_table() -> AsyncGenerator[None]:
    """The database, which refuses every statement about leases."""
    await run("ALTER TABLE lease RENAME TO away")
    try:
        yield
    finally:
        await run("ALTER TABLE away RENAME TO lease")


async def test_work_whose_lease_cannot_be_renewed_is_stopped_and_says_why(db: str) -> None:
    unheard = list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    entered = asyncio.Event()
    working = asyncio.create_task(run_leased("work", holding(entered, asyncio.Event())))
    async with asyncio.timeout(20):
        await entered.wait()
        async with no_table():
            with pytest.raises(LeaseLostError) as raised:
                await working
    assert "lease" in str(raised.value.__cause__)
    del working, raised
    await asyncio.sleep(0)  # the loop lets go of them
    gc.collect()
    assert unheard == []


async def test_what_work_raises_when_its_lease_is_lost_is_not_reported_as_unheard(db: str) -> None:
    unheard = list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    entered = asyncio.Event()

    async def work() -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("why")

    working = asyncio.create_task(run_leased("work", work))
    async with asyncio.timeout(20):
        await entered.wait()
        await Lease.filter(name="work").update(holder="another process")
        with pytest.raises(LeaseLostError):
            await working
    del working
    await asyncio.sleep(0)  # the loop lets go of them
    gc.collect()
    assert unheard == []


async def test_cancelled_work_ends_though_its_lease_cannot_be_given_up(
    db: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = asyncio.Event()
    never = holding(entered, asyncio.Event())
    # With the usual terms, so that no renewal fails first.
    working = asyncio.create_task(lease.run_leased("work", never))
    async with asyncio.timeout(20):
        await entered.wait()
        async with no_table():
            working.cancel()
            with pytest.raises(asyncio.CancelledError):
                await working
    assert "the lease work is left to expire" in caplog.text


async def test_a_database_that_does_not_answer_is_not_waited_for_to_give_a_lease_up(
    db: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(_sql: str, **_values: Any) -> int:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(lease, "run", never)
    monkeypatch.setattr(lease, "GIVE_UP_SECONDS", 0.01)
    done, leave = asyncio.Event(), asyncio.Event()
    leave.set()
    async with asyncio.timeout(20):
        await run_leased("work", holding(done, leave))
    assert "the lease work is left to expire" in caplog.text


async def test_a_lease_that_was_not_taken_is_not_given_up(
    db: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with no_table():
        with pytest.raises(Exception, match="lease"):
            await run_leased("work", holding(asyncio.Event(), asyncio.Event()))
    assert "is left to expire" not in caplog.text
