"""Categories as numbers: the first 62 are bits of a mask, the rest a list in a text.

Almost every rule is decided by one AND on a mask; the text, `,63,80,`, is looked at only by
rules that name a late category.
"""

from collections.abc import Iterable
from functools import lru_cache

from models.campaign import Category
from models.text import fold

MASK_BITS = 62


async def numbers_of(names: Iterable[str]) -> dict[str, int]:
    """The numbers of those names that are known, by folded name."""
    keys = {fold(name) for name in names}
    if not keys:
        return {}
    return {row.key: row.id for row in await Category.filter(key__in=keys)}


async def register(names: Iterable[str]) -> dict[str, int]:
    """The numbers of all these names, by folded name; new ones are given theirs."""
    keys = sorted({fold(name) for name in names})
    known = await numbers_of(keys)
    missing = [Category(key=key) for key in keys if key not in known]
    if missing:
        await Category.bulk_create(missing, ignore_conflicts=True)
        known = await numbers_of(keys)
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
