"""Influencers: one by either id, and the list."""

from collections.abc import Mapping
from typing import Any

from database.session import rows_by
from projection import Completed, Order, Run, TableListing
from resolvers.answers import Info, one, one_of_key, reader_of, run_of
from resolvers.errors import RequestError
from resolvers.queries.applicant_tab import order_name
from resolvers.queries.search import at_most, external_ids, influencer_conditions
from workflow.enums import Role

_BY_FOLLOWERS = (Order("t.followers"), Order("t.id"))
_BY_NAME = (Order("t.name_key", str), Order("t.id"))
_ORDERS = {
    "FOLLOWERS_DESC": (_BY_FOLLOWERS, True),
    "FOLLOWERS_ASC": (_BY_FOLLOWERS, False),
    "NAME_ASC": (_BY_NAME, False),
    "NAME_DESC": (_BY_NAME, True),
}


async def influencer(info: Info, *, gid: str | None, external_id: str | None) -> Completed:
    """Return the influencer with one of these ids, of which exactly one is given.

    Raises INVALID_INPUT; FORBIDDEN to advertisers, who may not know an external id, and services.
    """
    caller = reader_of(info)
    if (gid is None) is (external_id is None):
        raise RequestError("INVALID_INPUT", "Give `id` or `externalId`: exactly one of them.")
    if external_id is None:
        return await one(info, "Influencer", gid or "")
    if caller.role is Role.ADVERTISER:
        raise RequestError("FORBIDDEN", "The argument `externalId` is not for advertisers.")
    found = await run_of(info).fetch(
        "SELECT id FROM influencer WHERE external_id = :external_id",
        {"external_id": external_ids([external_id])[0]},
    )
    return await one_of_key(info, "Influencer", found[0][0] if found else None)


async def influencers(_run: Run, arguments: Mapping[str, Any]) -> TableListing:
    """Return the list of all influencers."""
    orders, descending = _ORDERS[order_name(arguments, "FOLLOWERS_DESC")]
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    conditions = await influencer_conditions(asked, "t")
    conditions.add("t.erased_at IS NULL")
    if asked.get("externalIds"):
        listed = external_ids(at_most("externalIds", asked))
        conditions.add("t.external_id = ANY(:external_ids)", external_ids=listed)
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
