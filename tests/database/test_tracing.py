"""A traced request shares statements as any other, and its trace has its own part of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from database.session import rows, rows_by
from database.tracing import Trace, traced
from database.transactions import transacted
from models.campaign import Category

# Executions differ in their transaction.
SHARED = "SELECT pg_current_xact_id()::text, id FROM category WHERE id = ANY(:keys)"


@pytest.fixture
async def keys(db: str) -> list[int]:
    """The ids of three rows."""
    return [(await Category.create(key=key)).id for key in ("food", "travel", "music")]


async def trace_of(sql: str, keys: Sequence[int]) -> tuple[Sequence[Any], Trace]:
    with traced() as trace:
        return await rows_by(sql, keys), trace


async def test_traced_and_other_requests_share_an_execution(db: str, keys: list[int]) -> None:
    if db.startswith("sqlite"):
        pytest.skip("SQLite shares no statements")
    first, second, third = keys
    (mine, trace), others, (theirs, another) = await asyncio.gather(
        trace_of(SHARED, [first]), rows_by(SHARED, [second]), trace_of(SHARED, [third, first])
    )
    [transaction] = {row[0] for found in (mine, others, theirs) for row in found}
    assert [list(row) for row in theirs] == [[transaction, third], [transaction, first]]
    [statement], [of_another] = trace.statements, another.statements
    assert (statement.rows, statement.values) == (1, [[first]])
    assert (of_another.rows, of_another.values) == (2, [[third, first]])
    assert statement.milliseconds == of_another.milliseconds > 0
    assert statement.sql == of_another.sql == SHARED.replace(":keys", "$1")


async def test_a_trace_has_nothing_of_what_its_request_started_for_others(
    db: str, keys: list[int]
) -> None:
    sql = "SELECT key, id FROM category WHERE id = ANY(:keys)"
    other = f"{sql} AND id > 0"
    (_, trace), *_ = await asyncio.gather(
        trace_of(sql, keys[:1]), rows_by(other, keys[1:]), rows_by(other, keys[:1])
    )
    assert [statement.rows for statement in trace.statements] == [1]


async def test_statements_of_a_transaction_are_traced(db: str, keys: list[int]) -> None:
    async def work() -> None:
        await rows_by("SELECT key, id FROM category WHERE id = ANY(:keys)", keys)
        await rows("SELECT key FROM category WHERE id > :least", least=0)

    with traced() as trace:
        await transacted(work)
    assert [statement.rows for statement in trace.statements] == [3, 3]
