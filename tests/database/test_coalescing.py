"""Reads by key share an execution, and get no rows from before they asked."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from database import coalescing
from database.capabilities import POSTGRES
from database.coalescing import Coalescer, RowsByKey

ROWS = "SELECT value, key FROM things WHERE key = ANY(:keys)"
OTHERS = "SELECT value, key FROM other_things WHERE key = ANY(:keys)"


class Table:
    """A table that is read when a test lets it be; it notes the keys of each execution."""

    capabilities = POSTGRES
    is_shared = True

    def __init__(self) -> None:
        self.values = {1: "one", 2: "two", 3: "three"}
        self.runs: list[list[int]] = []
        self.connections = 0
        self.gate = asyncio.Semaphore(0)
        self.fails = False
        self.is_down = False

    @asynccontextmanager
    async def held(self) -> AsyncGenerator["Table"]:
        if self.is_down:
            raise ConnectionError("down")
        self.connections += 1
        yield self

    async def execute(self, sql: str, values: list[Any]) -> Sequence[Sequence[Any]]:  # noqa: ARG002
        [keys] = values
        self.runs.append(keys)
        found = [(self.values[key], key) for key in keys if key in self.values]
        await self.gate.acquire()
        if self.fails:
            raise ConnectionError("lost")
        return found


def here() -> tuple[Table, Coalescer]:
    return Table(), Coalescer(asyncio.get_running_loop())


def ask(table: Table, coalescer: Coalescer, *keys: int, sql: str = ROWS) -> asyncio.Task[Any]:
    async def rows() -> RowsByKey:
        return (await coalescer.fetch(table, sql, {}, keys)).rows

    return asyncio.create_task(rows())


async def until_runs(table: Table, count: int) -> None:
    async with asyncio.timeout(5):
        while len(table.runs) < count:
            await asyncio.sleep(0)


async def test_requests_that_ask_at_once_share_the_first_execution():
    table, coalescer = here()
    asked = [ask(table, coalescer, *keys) for keys in ((1,), (2, 1))]
    table.gate.release()
    assert await asyncio.gather(*asked) == [{1: [("one", 1)], 2: [("two", 2)]}] * 2
    assert table.runs == [[1, 2]]


async def test_requests_that_come_during_an_execution_share_the_next():
    table, coalescer = here()
    first = ask(table, coalescer, 1)
    await until_runs(table, 1)
    others = [ask(table, coalescer, *keys) for keys in ((1, 2), (2, 3), (4,))]
    await asyncio.sleep(0)
    table.values[1] = "changed"
    table.gate.release()
    assert await first == {1: [("one", 1)]}
    await until_runs(table, 2)
    table.gate.release()
    found = await asyncio.gather(*others)
    assert table.runs == [[1], [1, 2, 3, 4]]
    assert all(rows[1] == [("changed", 1)] for rows in found)
    assert 4 not in found[2]


async def test_requests_beyond_the_batch_wait_for_the_next_execution():
    table, coalescer = here()
    many = coalescing.MAX_BATCH + 1
    asked = [ask(table, coalescer, key) for key in range(many)]
    for _ in asked:
        table.gate.release()
    found = await asyncio.gather(*asked)
    assert table.runs == [[*range(many - 1)], [many - 1]]
    assert [list(rows) for rows in found[1:3]] == [[1, 2, 3]] * 2


async def test_a_popular_statement_does_not_delay_the_others():
    table, coalescer = here()
    many = coalescing.MAX_BATCH + 1
    asked = [ask(table, coalescer, key) for key in range(many)]
    asked.append(ask(table, coalescer, 100, sql=OTHERS))
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)
    assert table.runs == [[*range(many - 1)], [100], [many - 1]]


async def test_one_connection_executes_the_pending_statements_in_turn():
    table, coalescer = here()
    asked = [ask(table, coalescer, 1), ask(table, coalescer, 2, sql=OTHERS)]
    await until_runs(table, 1)
    asked.append(ask(table, coalescer, 3))
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)
    assert table.runs == [[1], [2], [3]]
    assert table.connections == 1


async def test_a_slow_statement_makes_more_workers_start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalescing, "MAX_WAIT", 0)
    table, coalescer = here()
    asked = [ask(table, coalescer, 1)]
    await until_runs(table, 1)
    others = [f"{OTHERS} AND {number} = {number}" for number in range(coalescing.MAX_WORKERS + 2)]
    asked += [ask(table, coalescer, 2, sql=other) for other in others]
    await until_runs(table, coalescing.MAX_WORKERS)
    await asyncio.sleep(0.01)
    assert table.connections == len(table.runs) == coalescing.MAX_WORKERS
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)


async def test_an_error_reaches_the_requests_that_share_the_execution_and_no_other():
    table, coalescer = here()
    first = ask(table, coalescer, 1)
    await until_runs(table, 1)
    sharing = [ask(table, coalescer, 2), ask(table, coalescer, 3)]
    await asyncio.sleep(0)
    table.gate.release()
    await first
    await until_runs(table, 2)
    table.fails = True
    later = ask(table, coalescer, 1)
    await asyncio.sleep(0)
    table.gate.release()
    for asked in sharing:
        with pytest.raises(ConnectionError):
            await asked
    await until_runs(table, 3)
    table.fails = False
    table.gate.release()
    assert await later == {1: [("one", 1)]}


async def test_after_a_failure_the_next_execution_has_another_connection():
    table, coalescer = here()
    table.fails = True
    failing = ask(table, coalescer, 1)
    await until_runs(table, 1)
    later = ask(table, coalescer, 2, sql=OTHERS)
    await asyncio.sleep(0)
    table.gate.release()
    with pytest.raises(ConnectionError):
        await failing
    table.fails = False
    table.gate.release()
    assert (await later)[2] == [("two", 2)]
    assert table.connections == 2


async def test_without_a_connection_all_pending_fail_and_later_ones_try_again():
    table, coalescer = here()
    table.is_down = True
    asked = [ask(table, coalescer, 1), ask(table, coalescer, 2, sql=OTHERS)]
    async with asyncio.timeout(5):
        for one in asked:
            with pytest.raises(ConnectionError):
                await one
    table.is_down = False
    table.gate.release()
    assert (await ask(table, coalescer, 3))[3] == [("three", 3)]


async def test_a_request_that_is_cancelled_takes_no_rows_from_the_others():
    table, coalescer = here()
    first = ask(table, coalescer, 1)
    await until_runs(table, 1)
    waiting, gone = ask(table, coalescer, 2), ask(table, coalescer, 3)
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    table.gate.release()
    await until_runs(table, 2)
    table.gate.release()
    assert (await waiting)[2] == [("two", 2)]
    assert gone.cancelled() or gone.cancelling()
