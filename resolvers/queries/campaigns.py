"""The list of campaigns."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from database.text_index import contains, parameters
from models.text import clean_id
from projection import Order, Run, TableListing
from resolvers.errors import RequestError
from resolvers.queries.applicant_tab import order_name
from resolvers.queries.search import Conditions
from resolvers.queries.text_search import searched, storable
from resolvers.visibility import visible
from workflow.enums import Platform, Role, mask_of

_FIRST = datetime(1, 1, 2, tzinfo=UTC)  # a day earlier is -infinity to asyncpg
_LAST = datetime(9999, 12, 31, tzinfo=UTC)
_BY_CREATION = (Order("t.created_at", datetime), Order("t.id"))
_ORDERS = {
    "UPDATED_DESC": ((Order("t.updated_at", datetime), Order("t.id")), True),
    "STARTS_DESC": ((Order("coalesce(t.starts_at, :first)", datetime), Order("t.id")), True),
    "CREATED_DESC": (_BY_CREATION, True),
    "CREATED_ASC": (_BY_CREATION, False),
    "TITLE_ASC": ((Order("t.title_key", str), Order("t.id")), False),
    "DEADLINE_ASC": (
        (Order("coalesce(t.application_deadline, :last)", datetime), Order("t.id")),
        False,
    ),
}


async def campaigns(run: Run, arguments: Mapping[str, Any]) -> TableListing:
    """Return the list of the campaigns that the caller may see."""
    orders, descending = _ORDERS[order_name(arguments, "CREATED_DESC")]
    conditions = _filtered(arguments.get("filter") or {}, run.context.caller.role)
    conditions.where += visible("Campaign", run.context.caller)
    return TableListing(
        source="campaign t",
        where=tuple(conditions.where),
        values={**conditions.values, "first": _FIRST, "last": _LAST},
        orders=orders,
        descending=descending,
    )


def _filtered(asked: Mapping[str, Any], role: Role) -> Conditions:
    conditions = Conditions()
    conditions.one_of("status", asked.get("status"))
    conditions.one_of("type", asked.get("type"))
    if asked.get("selection") is not None:
        conditions.add("t.selection = :is_selection", is_selection=asked["selection"])
    if asked.get("platforms"):
        mask = mask_of(Platform(name) for name in asked["platforms"])
        conditions.add("(t.platforms & :on_platforms::int) <> 0", on_platforms=mask)
    words = searched(asked.get("search") or "")
    if words:
        conditions.add(contains("t.search_key", words), **parameters(words))
    if asked.get("advertiserId") is not None:
        if role is Role.INFLUENCER:
            raise RequestError("FORBIDDEN", "The filter `advertiserId` is not for influencers.")
        wanted = clean_id(storable("advertiserId", asked["advertiserId"]))
        conditions.add("t.advertiser_id = :of_advertiser", of_advertiser=wanted)
    return conditions
