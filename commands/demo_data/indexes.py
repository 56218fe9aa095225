"""Indexes set aside while many rows are stored: to build one takes a fraction of keeping it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from database.connection import connection, dialect

# Not those behind a constraint, which cannot be dropped alone.
_INDEXES = {
    "postgres": """SELECT i.indexname, i.indexdef FROM pg_indexes i
        WHERE i.schemaname = current_schema() AND i.tablename = '{table}' AND NOT EXISTS (
            SELECT 1 FROM pg_constraint c
            WHERE c.conindid = format('%I.%I', i.schemaname, i.indexname)::regclass)
        ORDER BY i.indexname""",
    "sqlite": """SELECT name, sql FROM sqlite_master
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '{table}' ORDER BY name""",
}


@asynccontextmanager
async def set_aside(*tables: str) -> AsyncGenerator[None]:
    """Store without the indexes of these tables, which are back afterwards.

    Within a transaction: where it is rolled back, they have never been away. On PostgreSQL, nobody
    else reads these tables meanwhile.
    """
    client: Any = connection()
    definitions: list[str] = []
    for table in tables:
        _, found = await client.execute_query(_INDEXES[dialect()].format(table=table))
        for name, definition in [tuple(row) for row in found]:
            await client.execute_query(f'DROP INDEX "{name}"')
            definitions.append(definition)
    yield
    for definition in definitions:
        await client.execute_query(definition)
