"""The list of influencers."""

from collections.abc import Mapping
from typing import Any

from database.session import rows_by
from projection import Order, Run, TableListing
from resolvers.queries.applicant_tab import order_name
from resolvers.queries.search import influencer_conditions

_BY_FOLLOWERS = (Order("t.followers"), Order("t.id"))
_BY_NAME = (Order("t.name_key", str), Order("t.id"))
_ORDERS = {
    "FOLLOWERS_DESC": (_BY_FOLLOWERS, True),
    "FOLLOWERS_ASC": (_BY_FOLLOWERS, False),
    "NAME_ASC": (_BY_NAME, False),
    "NAME_DESC": (_BY_NAME, True),
}


async def influencers(_run: Run, arguments: Mapping[str, Any]) -> TableListing:
    """Return the list of all influencers."""
    orders, descending = _ORDERS[order_name(arguments, "FOLLOWERS_DESC")]
    conditions = await influencer_conditions(arguments.get("filter") or {}, "t")
    conditions.add("t.erased_at IS NULL")
    return TableListing(
        source="influencer t",
        where=tuple(conditions.where),
        values=conditions.values,
        orders=orders,
        descending=descending,
    )


async def is_known(key: int) -> bool:
    """Return whether there is such an influencer, who has not been erased."""
    sql = "SELECT id FROM influencer WHERE erased_at IS NULL AND id = ANY(:keys)"
    return bool(await rows_by(sql, [key]))
