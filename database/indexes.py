"""Dropping the indexes of tables while many rows are stored.

To build an index once takes a fraction of the time of keeping it for each row.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from database.session import capabilities, rows, run

# Not those behind a constraint, which cannot be dropped alone.
_INDEXES = {
    "postgres": """SELECT i.indexname, i.indexdef FROM pg_indexes i
        WHERE i.schemaname = current_schema() AND i.tablename = :table AND NOT EXISTS (
            SELECT 1 FROM pg_constraint c
            WHERE c.conindid = format('%I.%I', i.schemaname, i.indexname)::regclass)
        ORDER BY i.indexname""",
    "sqlite": """SELECT name, sql FROM sqlite_master
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = :table ORDER BY name""",
}


@asynccontextmanager
async def without_indexes(*tables: str) -> AsyncGenerator[None]:
    """Drop the indexes of these tables for a block, and build them again after it.

    Within a transaction: where it is rolled back, they were never dropped. On PostgreSQL nobody
    else can read these tables meanwhile.
    """
    definitions: list[str] = []
    for table in tables:
        for name, definition in await rows(_INDEXES[capabilities().dialect], table=table):
            await run(f'DROP INDEX "{name}"')
            definitions.append(definition)
    yield
    for definition in definitions:
        await run(definition)
