"""The numbers of categories: each name has one for good."""

from collections.abc import Collection, Iterable
from typing import Any

import orjson

from database.connection import connection, dialect
from models.text import fold

# Names travel as one JSON parameter: a database takes only so many, and a call may have 50,000.
_NAMES = {
    "postgres": "SELECT value FROM json_array_elements_text($1::json)",
    "sqlite": "SELECT value FROM json_each(?1) WHERE true",
}


async def numbers_of(names: Iterable[str]) -> dict[str, int]:
    """The numbers of those names that are known, by folded name."""
    keys = {fold(name) for name in names}
    found = await _run("SELECT key, id FROM category WHERE key IN ({names})", keys)
    return dict(found)


async def register(names: Iterable[str]) -> dict[str, int]:
    """The numbers of all these names, by folded name; new ones are given theirs."""
    keys = {fold(name) for name in names}
    known = await numbers_of(keys)
    missing = keys - known.keys()
    if missing:
        await _run("INSERT INTO category (key) {names} ON CONFLICT (key) DO NOTHING", missing)
        known |= await numbers_of(missing)
    return known


async def _run(sql: str, keys: Collection[str]) -> list[tuple[str, int]]:
    """The rows of a statement about these keys; in one order, so that none waits in a circle."""
    if not keys:
        return []
    client: Any = connection()
    given = orjson.dumps(sorted(keys)).decode()
    _, found = await client.execute_query(sql.format(names=_NAMES[dialect()]), [given])
    return [(row[0], row[1]) for row in found]
