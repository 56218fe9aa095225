"""Reads by key that come at the same time share a statement, and nobody gets what is too old."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from projection.gathering import Gathering

STATEMENT = "SELECT value, key"


class Table:
    """A table that is read when a test lets it be; it notes which keys each run was about."""

    def __init__(self) -> None:
        self.values = {1: "one", 2: "two", 3: "three"}
        self.runs: list[list[int]] = []
        self.gate = asyncio.Semaphore(0)
        self.fails = False

    async def read(self, keys: list[int]) -> Sequence[Sequence[Any]]:
        self.runs.append(keys)
        found = [(self.values[key], key) for key in keys if key in self.values]
        await self.gate.acquire()
        if self.fails:
            raise ConnectionError("lost")
        return found


def ask(table: Table, gathering: Gathering, *keys: int) -> asyncio.Task[Any]:
    return asyncio.create_task(gathering.found(STATEMENT, keys, table.read))


async def until_runs(table: Table, count: int) -> None:
    async with asyncio.timeout(5):
        while len(table.runs) < count:
            await asyncio.sleep(0)


async def test_whoever_comes_while_it_runs_is_served_by_one_more_run():
    table, gathering = Table(), Gathering()
    first = ask(table, gathering, 1)
    await until_runs(table, 1)
    others = [ask(table, gathering, *keys) for keys in ((1, 2), (2, 3), (4,))]
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


async def test_other_statements_do_not_wait():
    table, gathering = Table(), Gathering()
    ask(table, gathering, 1)
    other = asyncio.create_task(gathering.found("another", [2], table.read))
    await until_runs(table, 2)
    table.gate.release()
    table.gate.release()
    assert await other == {2: [("two", 2)]}


async def test_an_error_reaches_all_who_share_the_run_and_nobody_else():
    table, gathering = Table(), Gathering()
    first = ask(table, gathering, 1)
    await until_runs(table, 1)
    sharing = [ask(table, gathering, 2), ask(table, gathering, 3)]
    await asyncio.sleep(0)
    table.gate.release()
    await first
    await until_runs(table, 2)
    table.fails = True
    later = ask(table, gathering, 1)
    await asyncio.sleep(0)
    table.gate.release()
    for asked in sharing:
        with pytest.raises(ConnectionError):
            await asked
    await until_runs(table, 3)
    table.fails = False
    table.gate.release()
    assert await later == {1: [("one", 1)]}


async def test_those_who_wait_are_served_when_somebody_gives_up():
    table, gathering = Table(), Gathering()
    first = ask(table, gathering, 1)
    await until_runs(table, 1)
    waiting, gone = ask(table, gathering, 2), ask(table, gathering, 3)
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    await until_runs(table, 2)
    table.gate.release()
    assert (await waiting)[2] == [("two", 2)]
    assert gone.cancelled() or gone.cancelling()
