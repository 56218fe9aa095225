"""The badges of a tab: how many of its rows have each status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from projection import Run, TableListing


@dataclass(frozen=True, slots=True)
class StatusCount:
    """The number of rows with a status."""

    status: StrEnum
    count: int


async def counts_by_status(
    run: Run, tab: TableListing, campaigns: Sequence[int], statuses: Iterable[StrEnum]
) -> dict[int, list[StatusCount]]:
    """Count the rows of each campaign by status, statuses without rows included."""
    of_campaigns = "t.campaign_id = ANY(:campaigns)"
    rows = await run.fetch(
        f"SELECT t.campaign_id, t.status, count(*) FROM {tab.source}"
        f" WHERE {' AND '.join([*tab.where, of_campaigns])} GROUP BY t.campaign_id, t.status",
        {**tab.values, "campaigns": list(campaigns)},
    )
    found = {(campaign, status): count for campaign, status, count in rows}
    every = list(statuses)
    return {
        campaign: [StatusCount(status, found.get((campaign, status.value), 0)) for status in every]
        for campaign in campaigns
    }
