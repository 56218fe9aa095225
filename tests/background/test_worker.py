"""A worker takes a turn when it starts, when it is called, and now and then."""

import asyncio
from contextlib import suppress

import pytest

from background import worker as module
from background.worker import Worker, run_workers, working


class Turns:
    """Work that counts its turns, and fails while it is told to."""

    def __init__(self) -> None:
        self.count = 0
        self.fails = False

    async def __call__(self) -> None:
        self.count += 1
        if self.fails:
            raise ValueError("why")

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20):
            while self.count < count:
                await asyncio.sleep(0.01)


async def test_it_works_at_once_when_called_and_after_its_time(db: str) -> None:
    for seconds, calls in ((3600, 2), (0.01, 0)):
        turns = Turns()
        worker = Worker("work", turns, seconds)
        running = asyncio.create_task(run_workers([worker]))
        await turns.until(1)
        for call in range(calls):
            worker.call()
            await turns.until(2 + call)
        if not calls:
            await turns.until(4)
        running.cancel()
        await asyncio.wait([running])
        worker.call()  # of no effect


async def test_a_turn_that_fails_is_logged_and_the_next_one_comes(
    db: str, caplog: pytest.LogCaptureFixture
) -> None:
    turns = Turns()
    turns.fails = True
    worker = Worker("work", turns, 3600)
    running = asyncio.create_task(worker.run())
    await turns.until(1)
    async with asyncio.timeout(20):
        while not caplog.records:
            await asyncio.sleep(0.01)
    turns.fails = False
    worker.call()
    await turns.until(2)
    running.cancel()
    await asyncio.wait([running])
    assert "the worker work failed" in caplog.text


async def test_two_processes_take_turns(db: str) -> None:
    at_work = most = 0

    async def work() -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.05)
        at_work -= 1
        turns.count += 1

    turns = Turns()
    workers = [Worker("work", work, 0.01) for _ in range(2)]
    running = asyncio.create_task(run_workers(workers))
    await turns.until(4)
    running.cancel()
    await asyncio.wait([running])
    assert most == 1


async def test_workers_stop_at_the_end_of_the_block(db: str) -> None:
    turns = Turns()
    async with asyncio.timeout(20), working([Worker("work", turns, 0.01)]):
        await turns.until(2)
    count = turns.count
    await asyncio.sleep(0.05)
    assert turns.count == count


async def test_work_that_cannot_be_cancelled_is_not_waited_for_long(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        entered.set()
        while not leave.is_set():
            with suppress(asyncio.CancelledError):
                await leave.wait()

    monkeypatch.setattr(module, "STOP_SECONDS", 0.01)
    async with asyncio.timeout(20):
        async with working([Worker("work", work, 3600)]):
            await entered.wait()
        before = asyncio.all_tasks()
        leave.set()
        await asyncio.wait(before - {asyncio.current_task()}, timeout=5)
