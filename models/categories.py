"""The numbers of categories: each name has one for good."""

from collections.abc import Iterable

from database.session import rows, run
from models.text import fold

_KNOWN = "SELECT key, id FROM category WHERE key = ANY(:keys)"
_REGISTER = """INSERT INTO category (key)
    SELECT value FROM unnest(:keys::text[]) AS j(value) WHERE true
    ON CONFLICT (key) DO NOTHING"""


async def numbers_of(names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of those names that are known, by folded name."""
    keys = {fold(name) for name in names}
    if not keys:
        return {}
    return {row[0]: row[1] for row in await rows(_KNOWN, keys=list(keys))}


async def register(names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of all these names, by folded name; give new ones theirs."""
    keys = {fold(name) for name in names}
    known = await numbers_of(keys)
    missing = keys - known.keys()
    if missing:
        # In one order, so that no two transactions wait for each other.
        await run(_REGISTER, keys=sorted(missing))
        known |= await numbers_of(missing)
    return known
