"""CHECK constraints of SQLite's tables, added and removed where the tables stand.

Tortoise builds such a table anew, which loses its indexes and triggers, and fails where rows of
other tables refer to its rows. A CHECK changes nothing of what is stored, so SQLite's manual says
to write the table's definition instead: https://sqlite.org/lang_altertable.html#otheralter
"""

import sqlite3
from typing import Any

from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import SqliteSchemaEditor
from tortoise.models import Model

from database.bulk import table_of

Constraint = CheckConstraint | UniqueConstraint


class SqliteEditor(SqliteSchemaEditor):
    """The schema editor of migrations on SQLite."""

    async def add_constraint(self, model: type[Model], constraint: Constraint) -> None:
        """Add a constraint. Raises IntegrityError where a row does not meet it."""
        if not isinstance(constraint, CheckConstraint):
            await super().add_constraint(model, constraint)
            return
        table = table_of(model)
        if await self._rows(f"SELECT 1 FROM {table} WHERE NOT ({constraint.check}) LIMIT 1"):
            raise sqlite3.IntegrityError(f"rows of {table} do not meet {constraint.name}")
        columns, end = (await self._definition(table)).rsplit(")", 1)
        await self._define(table, f"{columns}{self._clause(constraint)}){end}")

    async def remove_constraint(self, model: type[Model], constraint: Constraint) -> None:
        """Remove a constraint. Raises ValueError where the table has it in other words."""
        if not isinstance(constraint, CheckConstraint):
            await super().remove_constraint(model, constraint)
            return
        table = table_of(model)
        before, clause, after = (await self._definition(table)).partition(self._clause(constraint))
        if not clause:
            raise ValueError(f"{table} has no such constraint: {constraint}")
        await self._define(table, before + after)

    def _clause(self, constraint: CheckConstraint) -> str:
        template = self.CHECK_CONSTRAINT_CREATE_TEMPLATE
        return ", " + template.format(name=constraint.name, check=constraint.check)

    async def _definition(self, table: str) -> str:
        [row] = await self._rows("SELECT sql FROM sqlite_master WHERE name = ?", table)
        return row["sql"]

    async def _define(self, table: str, definition: str) -> None:
        [version] = await self._rows("PRAGMA schema_version")
        await self._rows("PRAGMA writable_schema = ON")
        await self._rows("UPDATE sqlite_master SET sql = ? WHERE name = ?", definition, table)
        # So that every connection reads it, other ones and this one.
        await self._rows(f"PRAGMA schema_version = {version['schema_version'] + 1}")
        await self._rows("PRAGMA writable_schema = RESET")

    async def _rows(self, sql: str, *values: Any) -> Any:
        client: Any = self.client
        _, rows = await client.execute_query(sql, list(values))
        return rows
