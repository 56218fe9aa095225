"""The numbers of influencers that a campaign would have, gain and lose under another rule.

Of three numbers that are looked for, each is counted where an index shows few influencers among
whom they are, and else estimated from a sample. How many it is available to now is kept
(`resolvers/availability`), and binds them: what is available then is what is available now, and
the gained, without the lost. So each also follows from the other two, and what is surer is told.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from projection import Run
from resolvers.availability.sql import FRESH
from resolvers.queries import candidate_counts
from resolvers.queries.candidate_counts import SCANNED, count_everyone, spread
from resolvers.queries.rule_change import FOLLOWERS, RuleChange, Side
from resolvers.queries.select_tab import NOT_ERASED, counted, narrowed, overridden
from workflow.enums import CandidateStatus


@dataclass(frozen=True, slots=True)
class WhatIfCount:
    """A number of influencers, and how far off it may be."""

    count: int
    margin: int = 0

    @property
    def exact(self) -> bool:
        """Whether it was counted, or follows from what was."""
        return self.margin == 0


def _count(name: str) -> Callable[..., Awaitable[dict[RuleChange, WhatIfCount]]]:
    """Return what loads one of the three numbers of each campaign."""

    async def count(
        run: Run, _arguments: Mapping[str, Any], keys: Sequence[RuleChange]
    ) -> dict[RuleChange, WhatIfCount]:
        return {key: (await _counts(run, key))[name] for key in keys}

    return count


available = _count("available")
"""To how many influencers it would be available."""
gained = _count("gained")
"""To how many of them it is not available now."""
lost = _count("lost")
"""To how many it is available now, and would not be."""


async def _counts(run: Run, change: RuleChange) -> dict[str, WhatIfCount]:
    """Return the three numbers, which are worked out once."""
    if not change.counts:
        change.counts = await _worked_out(run, change)
    return change.counts


async def _worked_out(run: Run, change: RuleChange) -> dict[str, WhatIfCount]:
    sides = {"available": change.available, "gained": change.gained, "lost": change.lost}
    found = {name: WhatIfCount(0) for name in sides}
    if not change.now.is_running:
        return found
    asked = {name: side for name, side in sides.items() if side.span}
    now, let_in, few = await _known(run, change, asked)
    found |= await _counted(run, change, {name: asked[name] for name in few})
    many = {name: side for name, side in asked.items() if name not in few}
    if now is not None and (following := _following(many)):
        found[following] = _UNKNOWN
        del many[following]
    found |= await _estimated(run, change, many)
    by_rule = found["available"]
    found["available"] = WhatIfCount(by_rule.count + let_in, by_rule.margin)
    return found if now is None else _surest(found, now)


_UNKNOWN = WhatIfCount(0, 2**62)


def _following(many: Mapping[str, Side]) -> str | None:
    """Return which of these numbers need not be estimated: it follows from the other two."""
    if len(many) == 1:
        return next(iter(many))
    # Who is gained is available then, and fewer people are asked whether they take part.
    return "available" if "available" in many and "lost" not in many else None


async def _known(
    run: Run, change: RuleChange, sides: Mapping[str, Side]
) -> tuple[int | None, int, list[str]]:
    """Return what is kept, how many overrides let in, and which sides are among few influencers."""
    most = candidate_counts.SCAN_THRESHOLD
    streams = overridden(FOLLOWERS, CandidateStatus.AVAILABLE)
    around = [f"(SELECT count(*) FROM ({side.around(most + 1)}) few)" for side in sides.values()]
    totals = [FRESH, counted([narrowed(stream, NOT_ERASED) for stream in streams]), *around]
    [[now, let_in, *sizes]] = await run.fetch(f"SELECT {', '.join(totals)}", change.values)
    return now, let_in, [name for name, size in zip(sides, sizes, strict=True) if size <= most]


async def _counted(
    run: Run, change: RuleChange, sides: Mapping[str, Side]
) -> dict[str, WhatIfCount]:
    if not sides:
        return {}
    totals = ", ".join(counted([*side.streams(FOLLOWERS)]) for side in sides.values())
    [found] = await run.fetch(f"SELECT {totals}", change.values)
    return {name: WhatIfCount(number) for name, number in zip(sides, found, strict=True)}


async def _estimated(
    run: Run, change: RuleChange, sides: Mapping[str, Side]
) -> dict[str, WhatIfCount]:
    """Return the numbers by a sample of all influencers, the same for each."""
    if not sides:
        return {}
    hits = ", ".join(
        f"sum(CASE WHEN {side.answer(with_country=True)} THEN 1 ELSE 0 END)"
        for side in sides.values()
    )
    statement = (
        f"{SCANNED} SELECT count(*), {hits} FROM scanned i GROUP BY i.id / {BLOCK}{_SAMPLED}"
    )
    found = await run.fetch(statement, {**change.values, "among": await _sample(run)})
    people = await count_everyone(run)
    sizes, *columns = zip(*found, strict=True) if found else [(), *((),) * len(sides)]
    return {
        name: _scaled(numbers, sizes, people) for name, numbers in zip(sides, columns, strict=True)
    }


BLOCK = 20
"""Influencers of the sample whose ids follow each other: they are read together, which is quick."""
_SAMPLED = " /* an estimate, no index has few enough influencers to count them all */"


async def _sample(run: Run) -> list[int]:
    """Return ids in blocks that are spread evenly over all there are."""
    [[last]] = await run.fetch("SELECT max(id) FROM influencer", {})
    blocks = spread(last // BLOCK + 1, max(1, candidate_counts.SCAN_THRESHOLD // BLOCK))
    return [key for block in blocks for key in range((block - 1) * BLOCK, block * BLOCK)]


def _scaled(hits: Sequence[int], sizes: Sequence[int], people: int) -> WhatIfCount:
    """Return the estimate by the hits in each block, with the margin of 95 in 100 cases.

    The margin is that of a ratio by clusters, as influencers who came together may be alike; and
    at least that of independent draws, with two hits and two misses more (Agresti and Coull), so
    that blocks that say the same have a margin too.
    """
    size, total, blocks = max(1, sum(sizes)), sum(hits), len(sizes)
    share, even = total / size, (total + 2) / (size + 4)
    squares = sum((hit - share * each) ** 2 for hit, each in zip(hits, sizes, strict=True))
    variance = max(
        even * (1 - even) / (size + 4),
        squares / (blocks - 1) * blocks / size**2 if blocks > 1 else 1.0,
    )
    left = max(0.0, 1 - size / max(people, 1))
    margin = 2 * people * sqrt(variance * left)
    return WhatIfCount(round(share * people), max(1, ceil(margin)))


def _surest(direct: Mapping[str, WhatIfCount], now: int) -> dict[str, WhatIfCount]:
    """Return each number as it was found, or as it follows from the others, if that is surer."""
    then, more, less = (direct[name] for name in ("available", "gained", "lost"))
    following = {
        "available": _sum(now + more.count - less.count, [more, less]),
        "gained": _sum(then.count - now + less.count, [then, less]),
        "lost": _sum(now + more.count - then.count, [then, more]),
    }
    pairs = {name: (direct[name], following[name]) for name in following}
    return {name: min(pair, key=lambda each: each.margin) for name, pair in pairs.items()}


def _sum(count: int, parts: Iterable[WhatIfCount]) -> WhatIfCount:
    return WhatIfCount(max(0, count), sum(part.margin for part in parts))
