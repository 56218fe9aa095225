"""The badges of the Select influencer tab: how many of its rows have each status.

Stored statuses are counted. The number of AVAILABLE rows is kept (`resolvers/availability`), and
all other influencers are UNAVAILABLE; so without a filter no influencer is read. With a filter,
the influencers that its text finds are read, or a sample; or all, if there are few.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

from models.availability import EVERYONE
from projection import Run
from resolvers.audience_sql import is_running
from resolvers.availability.sql import KEPT, TAKING_PART
from resolvers.availability.worker import COMPACT_THRESHOLD, worker
from resolvers.queries.candidate_filter import has_own_conditions
from resolvers.queries.search import Conditions, influencer_conditions
from resolvers.queries.select_tab import (
    counted,
    narrowed,
    streams_of,
    tab_conditions,
)
from resolvers.queries.tab_rule import Target, target_of
from resolvers.queries.text_search import text_search
from workflow.enums import CandidateStatus, ParticipationStatus
from workflow.screens import CANDIDATE_STATUS

SCAN_THRESHOLD = 10_000
"""Influencers that are read one by one: all, if there are no more, or else a sample."""
_AVAILABLE, _UNAVAILABLE = CandidateStatus.AVAILABLE, CandidateStatus.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class CandidateCount:
    """The number of rows of the tab with a status."""

    status: CandidateStatus
    count: int
    exact: bool


async def candidate_counts(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, list[CandidateCount]]:
    """Count the rows of each campaign's tab by status, whatever status the filter has."""
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    if has_own_conditions(asked) or (await influencer_conditions(asked, "i")).where:
        return {key: await _filtered(run, asked, key) for key in keys}
    everyone, kept = await _kept(run, keys)
    return {
        key: kept[key].badges(everyone)
        if everyone is not None and kept[key].will_do(everyone)
        else await _scanned(run, *await _target_and_conditions(run, {}, key))
        for key in keys
    }


# As they are kept


@dataclass(slots=True)
class _Kept:
    """The part of a tab's counts that needs no reading of influencers."""

    stored: Counter[CandidateStatus] = field(default_factory=Counter[CandidateStatus])
    available: int | None = None
    is_fresh: bool = False

    def will_do(self, everyone: int) -> bool:
        """Return whether there is a number; a stale one will do if a count would take long."""
        return self.available is not None and (self.is_fresh or everyone > SCAN_THRESHOLD)

    def badges(self, everyone: int) -> list[CandidateCount]:
        """Return the counts; influencers with none of the other statuses are UNAVAILABLE."""
        available = self.available or 0
        rest = max(0, everyone - self.stored.total() - available)
        derived = {_AVAILABLE: available, _UNAVAILABLE: rest}
        return [
            CandidateCount(status, derived[status], self.is_fresh)
            if status in derived
            else CandidateCount(status, self.stored[status], exact=True)
            for status in CandidateStatus
        ]


async def _kept(run: Run, keys: Sequence[int]) -> tuple[int | None, dict[int, _Kept]]:
    """Return the number of influencers (None: not counted), and what is kept of each campaign."""
    found = {key: _Kept() for key in (*keys, EVERYONE)}
    needs_worker = False
    for what, number, changes, key in await run.fetch_by(_KEPT, found):
        if what in _MARKS:
            found[key].available, found[key].is_fresh = number, what != "STALE"
            needs_worker |= changes >= COMPACT_THRESHOLD
        else:
            found[key].stored[CANDIDATE_STATUS[ParticipationStatus(what), True]] += number
    if needs_worker or not all(kept.is_fresh for kept in found.values()):
        worker.call()
    everyone = found.pop(EVERYONE)
    return everyone.available if everyone.is_fresh else None, found


_MARKS = ("FRESH", "STALE", "CLOSED")
_CLOSED = f"SELECT c.id FROM campaign c WHERE c.id = ANY(:keys) AND NOT {is_running('c')}"
_KEPT = f"""
SELECT p.status, count(*), 0, p.campaign_id {TAKING_PART} AND p.campaign_id = ANY(:keys)
GROUP BY p.campaign_id, p.status
UNION ALL
SELECT CASE WHEN k.is_stale THEN 'STALE' ELSE 'FRESH' END,
    {KEPT},
    (SELECT count(*) FROM availability_delta d WHERE d.campaign_id = k.campaign_id), k.campaign_id
FROM availability_count k WHERE k.campaign_id = ANY(:keys) AND k.campaign_id NOT IN ({_CLOSED})
UNION ALL
SELECT 'CLOSED', 0, 0, closed.id FROM ({_CLOSED}) AS closed"""


# One by one


async def _scanned(run: Run, target: Target, conditions: Conditions) -> list[CandidateCount]:
    """Count all influencers."""
    totals = ", ".join(_total(status, target, conditions) for status in CandidateStatus)
    [found] = await run.fetch(f"SELECT {totals}", conditions.values)
    return [
        CandidateCount(status, number, exact=True)
        for status, number in zip(CandidateStatus, found, strict=True)
    ]


async def _filtered(run: Run, asked: Mapping[str, Any], campaign: int) -> list[CandidateCount]:
    target, conditions = await _target_and_conditions(run, asked, campaign)
    if await _are_few(run):
        return await _scanned(run, target, conditions)
    matching = await _matching(run, asked, target)
    among = await _sample(run) if matching is None else matching
    totals = ", ".join(
        _total(status, target, conditions).replace("influencer i", "scanned i")
        if status in (_AVAILABLE, _UNAVAILABLE)
        else _total(status, target, conditions)
        for status in CandidateStatus
    )
    statement = f"{SCANNED} SELECT {totals}, (SELECT count(*) FROM scanned)"
    [[*found, size]] = await run.fetch(statement, {**conditions.values, "among": among})
    scale = 1.0 if matching is not None else await count_everyone(run) / max(size, 1)
    return [
        CandidateCount(status, round(number * scale), matching is not None)
        if status in (_AVAILABLE, _UNAVAILABLE)
        else CandidateCount(status, number, exact=True)
        for status, number in zip(CandidateStatus, found, strict=True)
    ]


async def _target_and_conditions(
    run: Run, asked: Mapping[str, Any], campaign: int
) -> tuple[Target, Conditions]:
    target = await target_of(run, campaign)
    return target, await tab_conditions(asked, target)


def _total(status: CandidateStatus, target: Target, conditions: Conditions) -> str:
    streams = streams_of(status, target, "i.followers")
    return counted([narrowed(stream, conditions.where) for stream in streams])


async def _are_few(run: Run) -> bool:
    [[number]] = await run.fetch(
        "SELECT count(*) FROM (SELECT 1 FROM influencer LIMIT :most) few",
        {"most": SCAN_THRESHOLD + 1},
    )
    return number <= SCAN_THRESHOLD


async def _matching(run: Run, asked: Mapping[str, Any], target: Target) -> list[int] | None:
    """Return the ids that the filter finds; None if it names no few to look up, or finds many."""
    text = await text_search(asked.get("search"))
    source, values = "influencer i WHERE 1 = 1", dict[str, Any]()
    if not any(asked.get(name) for name in _NAMES_FEW):
        if text is None or text.expected > 2 * SCAN_THRESHOLD:
            return None
        source = f"({text.found}) f CROSS JOIN influencer i WHERE i.id = f.influencer_id"
        asked, values = {**asked, "search": None}, text.values
    conditions = await tab_conditions(asked, target)
    found = await run.fetch(
        f"SELECT i.id FROM {source} AND {' AND '.join(conditions.where)} LIMIT :most",
        {**conditions.values, **values, "most": SCAN_THRESHOLD + 1},
    )
    return None if len(found) > SCAN_THRESHOLD else [row[0] for row in found]


_NAMES_FEW = ("influencerIds", "override")
"""Fields of the filter by which an index finds the influencers."""


async def _sample(run: Run) -> list[int]:
    """Return ids spread evenly over all there are, the same until their number has doubled."""
    [[last]] = await run.fetch("SELECT max(id) FROM influencer", {})
    return spread(last, SCAN_THRESHOLD)


def spread(last: int, most: int) -> list[int]:
    """Return up to so many numbers from 1 to the last, spread evenly."""
    # An odd step visits every residue of a power of two once before it comes round.
    visited = (1 + number * _STEP % (1 << last.bit_length()) for number in count())
    return list(islice((key for key in visited if key <= last), min(most, last)))


_STEP = 0x9E3779B1
_RULE_COLUMNS = (
    "i.id, i.country, i.category_mask, i.category_overflow, i.followers, i.platforms, i.multi,"
    " i.f1, i.f2, i.f3, i.f4, i.f5, i.f6, i.f7, i.erased_at"
)
SCANNED = f"""WITH scanned AS MATERIALIZED (
    SELECT {_RULE_COLUMNS} FROM influencer i WHERE i.id = ANY(:among) AND i.erased_at IS NULL)"""


async def count_everyone(run: Run) -> int:
    """Return the number of influencers who are not erased."""
    everyone, _ = await _kept(run, [])
    if everyone is not None:
        return everyone
    [[number]] = await run.fetch("SELECT count(*) FROM influencer WHERE erased_at IS NULL", {})
    return number
