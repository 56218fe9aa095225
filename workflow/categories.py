"""Categories as numbers: the first 62 are bits of a mask, the rest a list in a text.

Almost every rule is decided by one AND on a mask; the text, `,63,80,`, is looked at only by
rules that name a late category.
"""

from collections.abc import Iterable
from functools import lru_cache

MASK_BITS = 62


def mask_and_overflow(numbers: Iterable[int]) -> tuple[int, str]:
    """Return the mask and the text that store a set of category numbers."""
    mask, late = 0, list[int]()
    for number in sorted(numbers):
        if number <= MASK_BITS:
            mask |= 1 << (number - 1)
        else:
            late.append(number)
    return mask, "".join(f",{number}" for number in late) + "," if late else ""


@lru_cache(maxsize=4096)
def numbers_in(mask: int, overflow: str) -> frozenset[int]:
    """Return the set of category numbers that a mask and a text store."""
    early = {number for number in range(1, MASK_BITS + 1) if mask >> (number - 1) & 1}
    return frozenset(early | {int(number) for number in overflow.split(",") if number})
