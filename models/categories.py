"""Categories as numbers: the first 62 are bits of a mask, the rest a list in a text.

Almost every rule is decided by one AND on a mask; the text, `,63,80,`, is looked at only by
rules that name a late category.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

import orjson

from models.database import connection, dialect
from models.text import fold

MASK_BITS = 62
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


def mask_and_overflow(numbers: Iterable[int]) -> tuple[int, str]:
    """How a set of category numbers is stored."""
    mask, late = 0, list[int]()
    for number in sorted(numbers):
        if number <= MASK_BITS:
            mask |= 1 << (number - 1)
        else:
            late.append(number)
    return mask, "".join(f",{number}" for number in late) + "," if late else ""


@lru_cache(maxsize=4096)
def numbers_in(mask: int, overflow: str) -> frozenset[int]:
    """The set of category numbers that is stored so."""
    early = {number for number in range(1, MASK_BITS + 1) if mask >> (number - 1) & 1}
    return frozenset(early | {int(number) for number in overflow.split(",") if number})


async def _run(sql: str, keys: Collection[str]) -> list[tuple[str, int]]:
    """The rows of a statement about these keys; in one order, so that none waits in a circle."""
    if not keys:
        return []
    client: Any = connection()
    given = orjson.dumps(sorted(keys)).decode()
    _, found = await client.execute_query(sql.format(names=_NAMES[dialect()]), [given])
    return [(row[0], row[1]) for row in found]
