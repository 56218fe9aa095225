"""The Posts tab: a row for each post, and for each participation without one that counts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from projection import Order, Run, TableListing
from resolvers.posts_sql import live_sql
from resolvers.queries.search import influencer_conditions
from resolvers.queries.status_counts import StatusCount, counts_by_status
from workflow.enums import PostRowStatus

# Every post has a row. One of an earlier round stands in the way of JOINED only while it is live.
ROWS = f"""(SELECT p.campaign_id, p.id AS participation_id, p.influencer_id, o.id AS post_id,
    o.id AS post_key, o.status, o.submitted_at
    FROM participation p JOIN post o ON o.participation_id = p.id
    WHERE p.status IN ('APPROVED', 'JOINED')
    UNION ALL
    SELECT p.campaign_id, p.id, p.influencer_id, NULL, 0, 'JOINED', NULL FROM participation p
    WHERE p.status IN ('APPROVED', 'JOINED') AND NOT EXISTS (SELECT 1 FROM post o
        WHERE o.participation_id = p.id AND (o.round = p.round OR {live_sql("o")}))) t"""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the moment of what has not happened, so that it comes last."""

_NEWEST_FIRST = (
    Order("coalesce(t.submitted_at, :never)", datetime),
    Order("t.post_key"),
    Order("t.participation_id"),
)


async def post_rows(_run: Run, arguments: Mapping[str, Any], _keys: Sequence[int]) -> TableListing:
    """Return the rows of the tab, newest post first, participations without a post last."""
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    conditions = await influencer_conditions(asked, "i")
    conditions.one_of("status", asked.get("status"))
    return TableListing(
        source=f"{ROWS} JOIN influencer i ON i.id = t.influencer_id",
        where=tuple(conditions.where),
        values={**conditions.values, "never": NEVER},
        orders=_NEWEST_FIRST,
        descending=True,
        key="t.campaign_id",
    )


async def post_counts(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, list[StatusCount]]:
    """Count the rows of each campaign by status, whatever status the filter has."""
    asked: dict[str, Any] = {**(arguments.get("filter") or {}), "status": None}
    tab = await post_rows(run, {"filter": asked}, keys)
    return await counts_by_status(run, tab, keys, PostRowStatus)
