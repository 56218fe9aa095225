"""The badges of the Select influencer tab: how many of its rows have each status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.enums import CandidateStatus
from projection import Run
from resolvers.select_tab import counted, narrowed, streams_of, tab_conditions, target_of


@dataclass(frozen=True, slots=True)
class CandidateCount:
    """How many rows of the tab have a status."""

    status: CandidateStatus
    count: int
    exact: bool


async def candidate_counts(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, list[CandidateCount]]:
    """How many rows of each campaign's tab have each status; the filter's own status is ignored."""
    return {key: await _counts(run, arguments.get("filter") or {}, key) for key in keys}


async def _counts(run: Run, asked: Mapping[str, Any], campaign: int) -> list[CandidateCount]:
    target = await target_of(run, campaign)
    conditions = await tab_conditions(asked, target)
    totals = [
        counted(
            [narrowed(stream, conditions) for stream in streams_of(status, target, "i.followers")]
        )
        for status in CandidateStatus
    ]
    rows = await run.fetch(f"SELECT {', '.join(totals)}", conditions.values)
    return [
        CandidateCount(status, count, exact=True)
        for status, count in zip(CandidateStatus, rows[0], strict=True)
    ]
