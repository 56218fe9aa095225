"""Reads by key that come at the same time share a statement, and nobody gets what is too old."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from database import coalescing as gathering
from database.capabilities import POSTGRES
from database.coalescing import Gathering

ROWS = "SELECT value, key FROM things WHERE key = ANY(:keys)"
OTHERS = "SELECT value, key FROM other_things WHERE key = ANY(:keys)"


class Table:
    """A table that is read when a test lets it be; it notes which keys each run was about."""

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


def here() -> tuple[Table, Gathering]:
    return Table(), Gathering(asyncio.get_running_loop())


def ask(table: Table, gathered: Gathering, *keys: int, sql: str = ROWS) -> asyncio.Task[Any]:
    return asyncio.create_task(gathered.found(table, sql, {}, keys))


async def until_runs(table: Table, count: int) -> None:
    async with asyncio.timeout(5):
        while len(table.runs) < count:
            await asyncio.sleep(0)


async def test_those_who_ask_at_once_share_the_first_run():
    table, gathered = here()
    asked = [ask(table, gathered, *keys) for keys in ((1,), (2, 1))]
    table.gate.release()
    assert await asyncio.gather(*asked) == [{1: [("one", 1)], 2: [("two", 2)]}] * 2
    assert table.runs == [[1, 2]]


async def test_whoever_comes_while_it_runs_is_served_by_one_more_run():
    table, gathered = here()
    first = ask(table, gathered, 1)
    await until_runs(table, 1)
    others = [ask(table, gathered, *keys) for keys in ((1, 2), (2, 3), (4,))]
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


async def test_those_who_are_too_many_for_one_run_take_turns():
    table, gathered = here()
    many = gathering.MOST_SHARING + 1
    asked = [ask(table, gathered, key) for key in range(many)]
    for _ in asked:
        table.gate.release()
    found = await asyncio.gather(*asked)
    assert table.runs == [[*range(many - 1)], [many - 1]]
    assert [list(rows) for rows in found[1:3]] == [[1, 2, 3]] * 2


async def test_a_statement_that_many_want_lets_the_others_have_their_turn():
    table, gathered = here()
    many = gathering.MOST_SHARING + 1
    asked = [ask(table, gathered, key) for key in range(many)]
    asked.append(ask(table, gathered, 100, sql=OTHERS))
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)
    assert table.runs == [[*range(many - 1)], [100], [many - 1]]


async def test_one_connection_serves_what_is_wanted_in_turn():
    table, gathered = here()
    asked = [ask(table, gathered, 1), ask(table, gathered, 2, sql=OTHERS)]
    await until_runs(table, 1)
    asked.append(ask(table, gathered, 3))
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)
    assert table.runs == [[1], [2], [3]]
    assert table.connections == 1


async def test_nobody_waits_long_behind_a_slow_statement(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gathering, "PATIENCE", 0)
    table, gathered = here()
    asked = [ask(table, gathered, 1)]
    await until_runs(table, 1)
    others = [f"{OTHERS} AND {number} = {number}" for number in range(gathering.MOST_READERS + 2)]
    asked += [ask(table, gathered, 2, sql=other) for other in others]
    await until_runs(table, gathering.MOST_READERS)
    await asyncio.sleep(0.01)
    assert table.connections == len(table.runs) == gathering.MOST_READERS
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)


async def test_an_error_reaches_all_who_share_the_run_and_nobody_else():
    table, gathered = here()
    first = ask(table, gathered, 1)
    await until_runs(table, 1)
    sharing = [ask(table, gathered, 2), ask(table, gathered, 3)]
    await asyncio.sleep(0)
    table.gate.release()
    await first
    await until_runs(table, 2)
    table.fails = True
    later = ask(table, gathered, 1)
    await asyncio.sleep(0)
    table.gate.release()
    for asked in sharing:
        with pytest.raises(ConnectionError):
            await asked
    await until_runs(table, 3)
    table.fails = False
    table.gate.release()
    assert await later == {1: [("one", 1)]}


async def test_who_failed_may_have_lost_the_connection_so_the_next_gets_another():
    table, gathered = here()
    table.fails = True
    failing = ask(table, gathered, 1)
    await until_runs(table, 1)
    later = ask(table, gathered, 2, sql=OTHERS)
    await asyncio.sleep(0)
    table.gate.release()
    with pytest.raises(ConnectionError):
        await failing
    table.fails = False
    table.gate.release()
    assert (await later)[2] == [("two", 2)]
    assert table.connections == 2


async def test_without_a_connection_all_who_wait_are_told_and_it_is_tried_again_for_others():
    table, gathered = here()
    table.is_down = True
    asked = [ask(table, gathered, 1), ask(table, gathered, 2, sql=OTHERS)]
    async with asyncio.timeout(5):
        for one in asked:
            with pytest.raises(ConnectionError):
                await one
    table.is_down = False
    table.gate.release()
    assert (await ask(table, gathered, 3))[3] == [("three", 3)]


async def test_those_who_wait_are_served_when_somebody_gives_up():
    table, gathered = here()
    first = ask(table, gathered, 1)
    await until_runs(table, 1)
    waiting, gone = ask(table, gathered, 2), ask(table, gathered, 3)
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    table.gate.release()
    await until_runs(table, 2)
    table.gate.release()
    assert (await waiting)[2] == [("two", 2)]
    assert gone.cancelled() or gone.cancelling()
