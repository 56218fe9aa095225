"""Operations of a kind share a snapshot and its executions, taken after they asked."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from database import coalescing
from database.capabilities import POSTGRES
from database.coalescing import Coalescer
from database.failures import AbandonedError
from database.snapshots import Reading, RowsByKey

MAX_WORKERS = 4
MAX_TURNS = 3
ROWS = "SELECT value, key FROM things WHERE key = ANY(:keys)"
OTHERS = "SELECT value, key FROM other_things WHERE key = ANY(:keys)"


@pytest.fixture(autouse=True)
def one_worker_unless_they_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the order of turns be that of their kinds."""
    monkeypatch.setattr(coalescing, "EAGER_WORKERS", 1)


class Table:
    """A table that is read when a test lets it be; it notes the keys of each execution."""

    def __init__(self) -> None:
        self.values = {1: "one", 2: "two", 3: "three"}
        self.runs: list[list[int]] = []
        self.snapshots: list[int] = []
        "The number of executions before each but the first."
        self.connections = 0
        self.gate = asyncio.Semaphore(0)
        self.error: Exception | None = None
        self.is_down = False
        self.cancelled: list[list[int]] = []

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator["Table"]:
        if self.is_down:
            raise ConnectionError("down")
        self.connections += 1
        yield self

    async def execute(self, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:  # noqa: ARG002
        [keys] = values
        self.runs.append(keys)
        found = [(self.values[key], key) for key in keys if key in self.values]
        try:
            await self.gate.acquire()
        except asyncio.CancelledError:
            self.cancelled.append(keys)
            raise
        if self.error:
            raise self.error
        return found

    async def renew(self) -> None:
        self.snapshots.append(len(self.runs))


def here() -> tuple[Table, Coalescer]:
    table = Table()
    return table, Coalescer(POSTGRES, table.connect, MAX_WORKERS)


def ask(coalescer: Coalescer, *keys: int, sql: str = ROWS) -> asyncio.Task[Any]:
    async def rows() -> RowsByKey:
        with Reading(sql) as reading:
            return (await reading.of(coalescer, coalescer).execute_by(sql, {}, keys)).rows

    return asyncio.create_task(rows())


async def until_runs(table: Table, count: int) -> None:
    async with asyncio.timeout(5):
        while len(table.runs) < count:
            await asyncio.sleep(0)


async def test_requests_that_ask_at_once_share_the_first_execution():
    table, coalescer = here()
    asked = [ask(coalescer, *keys) for keys in ((1,), (2, 1))]
    table.gate.release()
    assert await asyncio.gather(*asked) == [{1: [("one", 1)], 2: [("two", 2)]}] * 2
    assert table.runs == [[1, 2]]


async def test_requests_that_come_during_an_execution_share_the_next():
    table, coalescer = here()
    first = ask(coalescer, 1)
    await until_runs(table, 1)
    others = [ask(coalescer, *keys) for keys in ((1, 2), (2, 3), (4,))]
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
    asked = [ask(coalescer, key) for key in range(many)]
    for _ in asked:
        table.gate.release()
    found = await asyncio.gather(*asked)
    assert table.runs == [[*range(many - 1)], [many - 1]]
    assert [list(rows) for rows in found[1:3]] == [[1, 2, 3]] * 2


async def test_a_popular_statement_does_not_delay_the_others():
    table, coalescer = here()
    many = coalescing.MAX_BATCH + 1
    asked = [ask(coalescer, key) for key in range(many)]
    asked.append(ask(coalescer, 100, sql=OTHERS))
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)
    assert table.runs == [[*range(many - 1)], [100], [many - 1]]


async def test_one_connection_executes_the_pending_statements_in_turn():
    table, coalescer = here()
    asked = [ask(coalescer, 1), ask(coalescer, 2, sql=OTHERS)]
    await until_runs(table, 1)
    asked.append(ask(coalescer, 3))
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)
    assert table.runs == [[1], [2], [3]]
    assert table.connections == 1


async def test_a_slow_statement_makes_more_workers_start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalescing, "MAX_WAIT", 0)
    table, coalescer = here()
    asked = [ask(coalescer, 1)]
    await until_runs(table, 1)
    others = [f"{OTHERS} AND {number} = {number}" for number in range(MAX_WORKERS + 2)]
    asked += [ask(coalescer, 2, sql=other) for other in others]
    await until_runs(table, MAX_WORKERS)
    await asyncio.sleep(0.01)
    assert table.connections == len(table.runs) == MAX_WORKERS
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)


async def test_those_beyond_the_batch_of_a_slow_turn_get_one_more_worker(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(coalescing, "MAX_WAIT", 0)
    table, coalescer = here()
    many = coalescing.MAX_BATCH + 1
    asked = [ask(coalescer, key) for key in range(many)]
    await until_runs(table, 2)
    assert (table.runs, table.connections) == ([[*range(many - 1)], [many - 1]], 2)
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)


async def test_a_slow_statement_leaves_a_worker_to_the_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalescing, "MAX_WAIT", 0)
    table, coalescer = here()
    many = coalescing.MAX_BATCH * MAX_WORKERS
    asked = [ask(coalescer, key) for key in range(many)]
    await until_runs(table, MAX_TURNS)
    await asyncio.sleep(0.01)
    assert table.connections == len(table.runs) == MAX_TURNS
    asked.append(ask(coalescer, 100, sql=OTHERS))
    await until_runs(table, MAX_TURNS + 1)
    assert table.runs[-1] == [100]
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)
    assert coalescer.connections <= coalescing.EAGER_WORKERS


async def test_an_error_reaches_the_requests_that_share_the_execution_and_no_other():
    table, coalescer = here()
    first = ask(coalescer, 1)
    await until_runs(table, 1)
    sharing = [ask(coalescer, 2), ask(coalescer, 3)]
    await asyncio.sleep(0)
    table.gate.release()
    await first
    await until_runs(table, 2)
    table.error = ConnectionError("lost")
    later = ask(coalescer, 1)
    await asyncio.sleep(0)
    table.gate.release()
    for asked in sharing:
        with pytest.raises(ConnectionError):
            await asked
    await until_runs(table, 3)
    table.error = None
    table.gate.release()
    assert await later == {1: [("one", 1)]}


async def test_after_a_failure_the_next_execution_has_another_connection():
    table, coalescer = here()
    table.error = ConnectionError("lost")
    failing = ask(coalescer, 1)
    await until_runs(table, 1)
    later = ask(coalescer, 2, sql=OTHERS)
    await asyncio.sleep(0)
    table.gate.release()
    with pytest.raises(ConnectionError):
        await failing
    table.error = None
    table.gate.release()
    assert (await later)[2] == [("two", 2)]
    assert table.connections == 2


async def test_without_a_connection_all_pending_fail_and_later_ones_try_again():
    table, coalescer = here()
    table.is_down = True
    asked = [ask(coalescer, 1), ask(coalescer, 2, sql=OTHERS)]
    async with asyncio.timeout(5):
        for one in asked:
            with pytest.raises(ConnectionError):
                await one
    table.is_down = False
    table.gate.release()
    assert (await ask(coalescer, 3))[3] == [("three", 3)]


async def test_a_request_that_is_cancelled_takes_no_rows_from_the_others():
    table, coalescer = here()
    first = ask(coalescer, 1)
    await until_runs(table, 1)
    waiting, gone = ask(coalescer, 2), ask(coalescer, 3)
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    table.gate.release()
    await until_runs(table, 2)
    table.gate.release()
    assert (await waiting)[2] == [("two", 2)]
    assert gone.cancelled() or gone.cancelling()


async def test_statements_of_an_operation_read_one_snapshot_and_equal_ones_run_once():
    table, coalescer = here()
    for _ in range(4):
        table.gate.release()

    async def operation(*keys: int) -> list[RowsByKey]:
        with Reading("operation") as reading:
            reading.of(coalescer, coalescer)
            first = await reading.execute_by(ROWS, {}, keys)
            second = await reading.execute_by(OTHERS, {}, keys)
            return [first.rows, second.rows]

    both = [asyncio.create_task(operation(key)) for key in (1, 2)]
    await until_runs(table, 1)
    later = ask(coalescer, 3)
    await asyncio.gather(*both, later)
    assert table.runs == [[1, 2], [1, 2], [3]]
    assert table.snapshots[0] == 2
    assert table.connections == 1


async def test_a_turn_of_single_statements_ends_with_the_last_of_them():
    table, coalescer = here()
    for _ in range(2):
        table.gate.release()
    with Reading("operation") as reading:
        reading.expect_one()
        await reading.of(coalescer, coalescer).execute_by(ROWS, {}, [1])
        await ask(coalescer, 2)
    assert table.runs == [[1], [2]]
    assert table.connections == 1


async def test_a_second_statement_of_an_operation_that_was_to_ask_for_one_is_an_error():
    table, coalescer = here()
    table.gate.release()
    with Reading("operation") as reading:
        reading.of(coalescer, coalescer).expect_one()
        await reading.execute_by(ROWS, {}, [1])
        reading.expect_one()
        with pytest.raises(RuntimeError, match="one statement"):
            await reading.execute_by(OTHERS, {}, [1])
    assert table.runs == [[1]]


async def test_an_operation_reads_one_statement_apart_only_if_it_is_the_first():
    snapshots, statements = here(), here()
    for table, _ in (snapshots, statements):
        table.gate.release()
        table.gate.release()
    for first in (True, False):
        with Reading("operation") as reading:
            reading.of(snapshots[1], statements[1])
            if not first:
                await reading.execute_by(OTHERS, {}, [1])
            reading.expect_one()
            await reading.execute_by(ROWS, {}, [2])
    assert (snapshots[0].runs, statements[0].runs) == ([[1], [2]], [[2]])


async def test_operations_of_two_kinds_read_at_the_same_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalescing, "EAGER_WORKERS", 2)
    table, coalescer = here()
    asked = [ask(coalescer, 1), ask(coalescer, 2, sql=OTHERS)]
    await until_runs(table, 2)
    assert table.connections == 2
    for _ in asked:
        table.gate.release()
    await asyncio.gather(*asked)


async def test_an_operation_that_asks_for_nothing_takes_no_connection():
    table, coalescer = here()
    with Reading("operation") as reading:
        reading.of(coalescer, coalescer)
        await asyncio.sleep(0)
    assert table.connections == coalescer.connections == 0


@pytest.mark.parametrize(
    ("error", "spoiled"),
    [(ArithmeticError("its own"), [False, True]), (ConnectionError("lost"), [True, True])],
)
async def test_a_failure_spoils_the_snapshot_for_operations_that_did_not_cause_it(
    error: Exception, spoiled: list[bool]
):
    table, coalescer = here()
    read = list[Reading]()

    async def operation(*keys: int, sql: str) -> None:
        with Reading("operation") as reading:
            read.append(reading.of(coalescer, coalescer))
            await reading.execute_by(sql, {}, keys)

    asked = [
        asyncio.create_task(operation(1, sql=ROWS)),
        asyncio.create_task(operation(2, sql=OTHERS)),
    ]
    await until_runs(table, 1)
    table.error = error
    table.gate.release()
    for one in asked:
        with pytest.raises(type(error)):
            await one
    assert table.runs == [[1]]
    assert [reading.is_spoiled for reading in read] == spoiled


async def test_a_statement_that_nobody_waits_for_any_more_is_cancelled():
    table, coalescer = here()
    both = [ask(coalescer, 1), ask(coalescer, 2)]
    await until_runs(table, 1)
    both[0].cancel()
    await asyncio.wait([both[0]])
    assert table.cancelled == []
    both[1].cancel()
    await asyncio.wait(both)
    await asyncio.sleep(0)
    assert table.cancelled == [[1, 2]]
    table.gate.release()
    assert await ask(coalescer, 3) == {3: [("three", 3)]}


async def test_others_of_the_snapshot_of_a_cancelled_statement_can_be_run_again():
    table, coalescer = here()
    read = list[Reading]()

    async def operation(*keys: int, sql: str) -> None:
        with Reading("operation") as reading:
            read.append(reading.of(coalescer, coalescer))
            await reading.execute_by(sql, {}, keys)

    given_up = asyncio.create_task(operation(1, sql=ROWS))
    other = asyncio.create_task(operation(2, sql=OTHERS))
    await until_runs(table, 1)
    given_up.cancel()
    with pytest.raises(AbandonedError):
        await other
    assert table.cancelled == [[1]]
    assert read[1].is_spoiled


async def test_nobody_waits_for_an_operation_that_was_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalescing, "LINGER", 0)
    table, coalescer = here()
    first = ask(coalescer, 1)
    await until_runs(table, 1)
    gone = ask(coalescer, 2)
    await asyncio.sleep(0)
    gone.cancel()
    first.cancel()
    await asyncio.wait([first, gone])
    table.gate.release()
    async with asyncio.timeout(5):
        while coalescer.connections:
            await asyncio.sleep(0)
    assert table.runs == [[1]]


async def test_closing_ends_what_waits_and_what_lingers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalescing, "LINGER", 3600)
    table, coalescer = here()
    table.gate.release()
    await ask(coalescer, 1)
    reading, waiting = ask(coalescer, 1), ask(coalescer, 1, sql=OTHERS)
    await until_runs(table, 2)
    async with asyncio.timeout(5):
        await coalescer.close()
        await asyncio.wait([reading, waiting])
    assert reading.cancelled()
    assert waiting.cancelled()
    assert not coalescer.connections


async def test_a_worker_keeps_its_connection_for_who_comes_soon(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalescing, "LINGER", 0.01)
    table, coalescer = here()
    for _ in range(2):
        table.gate.release()
        await ask(coalescer, 1)
    assert table.connections == 1
    async with asyncio.timeout(5):
        while coalescer.connections:
            await asyncio.sleep(0.001)
    table.gate.release()
    await ask(coalescer, 1)
    assert table.connections == 2
