"""Statements of Tortoise, and those that `run` runs, on the record of the request."""

from time import perf_counter
from typing import Any

from database.statement import Execution, note


class Noted:
    """A client of Tortoise, or a transaction, that notes its statements on the request's record.

    Statements that read for the API go by another way, and are noted there.
    """

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        """Return the number of rows that were changed or read, and the rows."""
        began = perf_counter()
        client: Any = super()
        count, rows = await client.execute_query(query, values)
        note(query, Execution(rows, began, (perf_counter() - began) * 1000))
        return count, rows

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows that were read, or returned by a change."""
        began = perf_counter()
        client: Any = super()
        rows = await client.execute_query_dict(query, values)
        note(query, Execution(rows, began, (perf_counter() - began) * 1000))
        return rows

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        """Return the row that was inserted, or its key."""
        began = perf_counter()
        client: Any = super()
        inserted = await client.execute_insert(query, values)
        note(query, Execution([inserted], began, (perf_counter() - began) * 1000))
        return inserted
