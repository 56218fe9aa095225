"""The Posts tab: a row for each post, and for each participation without one that counts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from projection import Order, Run, TableListing
from resolvers.posts_sql import live_sql
from resolvers.queries.applicant_tab import order_name
from resolvers.queries.search import influencer_conditions
from resolvers.queries.status_counts import StatusCount, counts_by_status
from workflow.enums import PostRowStatus


def _rows(of_posts: str = "", of_parts: str = "") -> str:
    """Return SQL of the rows: of all posts and participations, or of those that these joins take.

    Every post has a row. One of an earlier round stands in the way of JOINED only while it is live.
    """
    return f"""(SELECT p.campaign_id, p.id AS participation_id, p.influencer_id, o.id AS post_id,
    o.id AS post_key, o.status, o.warning, o.source, o.submitted_at
    FROM participation p JOIN post o ON o.participation_id = p.id{of_posts}
    WHERE p.status IN ('APPROVED', 'JOINED')
    UNION ALL
    SELECT p.campaign_id, p.id, p.influencer_id, NULL, 0, 'JOINED', NULL, NULL, NULL
    FROM participation p{of_parts}
    WHERE p.status IN ('APPROVED', 'JOINED') AND NOT EXISTS (SELECT 1 FROM post o
        WHERE o.participation_id = p.id AND (o.round = p.round OR {live_sql("o")}))) t"""


_OF_KEYS = " JOIN json_array_elements(:keys::json) AS e(value) ON p.id = (e.value->>0)::bigint AND"
ROWS_BY_KEY = _rows(
    f"{_OF_KEYS} o.id = (e.value->>1)::bigint", f"{_OF_KEYS} (e.value->>1)::bigint = 0"
)
"""The rows of `:keys`, pairs of a participation and a post or 0, without reading any other."""
_ROWS = _rows()
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the moment of what has not happened, so that it comes last."""

_EVER = datetime(9999, 12, 31, tzinfo=UTC)


def _by_submission(without: str) -> tuple[Order, ...]:
    submitted = Order(f"coalesce(t.submitted_at, :{without})", datetime)
    return submitted, Order("t.post_key"), Order("t.participation_id")


_ORDERS = {
    "SUBMITTED_DESC": (_by_submission("never"), True),
    "SUBMITTED_ASC": (_by_submission("ever"), False),
}


async def post_rows(_run: Run, arguments: Mapping[str, Any], _keys: Sequence[int]) -> TableListing:
    """Return the rows of the tab, participations without a post last."""
    orders, descending = _ORDERS[order_name(arguments, "SUBMITTED_DESC")]
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    conditions = await influencer_conditions(asked, "i")
    conditions.one_of("status", asked.get("status"))
    conditions.one_of("warning", asked.get("warning"))
    conditions.one_of("source", asked.get("source"))
    conditions.since("submitted_at", asked.get("submittedSince"))
    return TableListing(
        source=f"{_ROWS} JOIN influencer i ON i.id = t.influencer_id",
        where=tuple(conditions.where),
        values={**conditions.values, "never": NEVER, "ever": _EVER},
        orders=orders,
        descending=descending,
        key="t.campaign_id",
    )


async def post_counts(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, list[StatusCount]]:
    """Count the rows of each campaign by status, whatever status the filter has."""
    asked: dict[str, Any] = {**(arguments.get("filter") or {}), "status": None}
    tab = await post_rows(run, {"filter": asked}, keys)
    return await counts_by_status(run, tab, keys, PostRowStatus)
