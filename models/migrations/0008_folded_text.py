"""Texts that are compared, anew: invisible characters make no difference any more.

Folded texts are folded again, which gives what folding the text itself gives. External ids and
handles lose what nobody sees; where another one has the id already, both stay and it is told.
Categories that are the same now become one. The functions are those that the server compares by,
not copies of them as they were: a text folded otherwise would not be found.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.text import clean_id, fold
from workflow.categories import mask_and_overflow, numbers_in

BATCH = 10_000
_FOLDED = [
    ("influencer", "id", "name_key"),
    ("social_account", "id", "handle_key"),
    ("influencer_search", "influencer_id", "text"),
    ("campaign", "id", "title_key"),
    ("campaign", "id", "search_key"),
]
_NOT_UNIQUE = [("social_account", "id", "handle"), ("campaign", "id", "advertiser_id")]
_SAME_PERSON = "SELECT id FROM influencer WHERE external_id = $1"
_SAME_ACCOUNT = """
SELECT a.id FROM social_account a JOIN social_account b ON b.platform = a.platform
WHERE a.external_id = $1 AND b.id = $2
    AND a.disconnected_at IS NULL AND b.disconnected_at IS NULL"""
_log = logging.getLogger(__name__)


async def apply(apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Bring what is stored in step with how text is compared."""
    del apps
    database = _Database(editor.client)
    for table, key, column in _FOLDED:
        await database.rewrite(table, key, column, _fold_lines)
    for table, key, column in _NOT_UNIQUE:
        await database.rewrite(table, key, column, clean_id)
    await _clean_ids(database, "influencer", _SAME_PERSON)
    await _clean_ids(database, "social_account", _SAME_ACCOUNT)
    await _join_categories(database)


def _fold_lines(text: str) -> str:
    return "\n".join(map(fold, text.split("\n")))


class _Database:
    """The database, whose tables are read a batch at a time."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._is_postgres = client.capabilities.dialect == "postgres"

    async def run(self, sql: str, *values: Any) -> list[Any]:
        """Run a statement; return its rows."""
        _, rows = await self._client.execute_query(self._own(sql), list(values))
        return rows

    async def rewrite(
        self, table: str, key: str, column: str, change: Callable[[str], str]
    ) -> None:
        """Replace the texts of a column that the function changes."""
        async for found in self.changed(table, key, column, change):
            sql = f"UPDATE {table} SET {column} = $1 WHERE {key} = $2"
            await self._client.execute_many(self._own(sql), found)

    async def changed(
        self, table: str, key: str, column: str, change: Callable[[str], str]
    ) -> AsyncIterator[list[tuple[str, int]]]:
        """Yield the new texts that differ, each with its row's key, in lists."""
        size = "octet_length({})" if self._is_postgres else "length(CAST({} AS BLOB))"
        # What is ASCII alone does not change, but for a space at an end.
        where = f"({size.format(column)} <> length({column}) OR {column} <> trim({column}))"
        last = 0
        while True:
            rows = await self.run(
                f"SELECT {key} AS key, {column} AS text FROM {table}"
                f" WHERE {key} > $1 AND {where} ORDER BY {key} LIMIT {BATCH}",
                last,
            )
            if not rows:
                return
            last = rows[-1]["key"]
            changes = [(change(row["text"]), row["key"]) for row in rows]
            yield [one for one, row in zip(changes, rows, strict=True) if one[0] != row["text"]]

    def _own(self, sql: str) -> str:
        return sql if self._is_postgres else sql.replace("$", "?")


async def _clean_ids(database: _Database, table: str, same: str) -> None:
    """Clean external ids, but for one that another row has then."""
    async for found in database.changed(table, "id", "external_id", clean_id):
        for external_id, key in found:
            values = (external_id, key)[: same.count("$")]
            taken = external_id and await database.run(same, *values)
            if external_id and not taken:
                sql = f"UPDATE {table} SET external_id = $1 WHERE id = $2"
                await database.run(sql, external_id, key)
            else:
                other = taken[0]["id"] if taken else "none"
                _log.warning("%s %s has the external id of %s: %r", table, key, other, external_id)


async def _join_categories(database: _Database) -> None:
    """Give categories with the same key the lowest number of theirs."""
    rows = await database.run("SELECT id, key FROM category ORDER BY id")
    kept, joined = dict[str, int](), dict[int, int]()
    for row in rows:
        number = kept.setdefault(fold(row["key"]), row["id"])
        if number != row["id"]:
            joined[row["id"]] = number
            await database.run("DELETE FROM category WHERE id = $1", row["id"])
    for key, number in kept.items():
        await database.run("UPDATE category SET key = $1 WHERE id = $2 AND key <> $1", key, number)
    if joined:
        for table in ("influencer", "campaign"):
            await _renumber(database, table, joined)
        # Campaigns that ask for one of them may be visible to more people.
        await database.run("UPDATE availability_count SET is_stale = true, version = version + 1")


async def _renumber(database: _Database, table: str, joined: dict[int, int]) -> None:
    mask, overflow = mask_and_overflow(joined)
    late = [f"category_overflow LIKE '%,{number},%'" for number in numbers_in(0, overflow)]
    rows = await database.run(
        f"SELECT id, categories, category_mask, category_overflow FROM {table}"
        f" WHERE {' OR '.join([f'category_mask & {mask} <> 0', *late])}"
    )
    for row in rows:
        numbers = numbers_in(row["category_mask"], row["category_overflow"])
        names = {fold(name): name for name in reversed(json.loads(row["categories"]))}
        await database.run(
            f"UPDATE {table} SET categories = $1, category_mask = $2, category_overflow = $3"
            " WHERE id = $4",
            json.dumps([*reversed(names.values())], ensure_ascii=False),
            *mask_and_overflow({joined.get(number, number) for number in numbers}),
            row["id"],
        )


class Migration(migrations.Migration):
    """Folded texts, external ids, handles and categories."""

    dependencies = [("models", "0007_post_addresses")]  # noqa: RUF012
    operations = [ops.RunPython(apply)]  # noqa: RUF012
