"""Lists of participations: across campaigns, of an influencer, the Applicant influencers tab."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from projection import ListRun, Order, Run, TableListing
from resolvers.queries.search import Conditions, influencer_conditions
from resolvers.queries.status_counts import StatusCount, counts_by_status
from resolvers.visibility import visible
from workflow.enums import ApplicantStatus

_BY_UPDATE = (Order("t.updated_at", datetime), Order("t.id"))
_BY_CREATION = (Order("t.created_at", datetime), Order("t.id"))
_BY_FOLLOWERS = (Order("t.followers"), Order("t.id"))
# Of the row itself, so that it is there wherever the row is.
_NAME = "(SELECT n.name_key FROM influencer n WHERE n.id = t.influencer_id)"
_ORDERS = {
    "NAME_ASC": ((Order(_NAME, str), Order("t.id")), False),
    "UPDATED_DESC": (_BY_UPDATE, True),
    "UPDATED_ASC": (_BY_UPDATE, False),
    "CREATED_DESC": (_BY_CREATION, True),
    "CREATED_ASC": (_BY_CREATION, False),
    "FOLLOWERS_DESC": (_BY_FOLLOWERS, True),
}


async def everywhere(
    run: Run, arguments: Mapping[str, Any], _keys: Sequence[int] | None = None
) -> TableListing:
    """Return the list of participations, across campaigns, that the caller may see."""
    conditions = _filtered(arguments.get("filter") or {})
    conditions.where += visible("Participation", run.context.caller)
    return _listing("participation t", conditions, arguments)


async def of_influencers(
    run: Run, arguments: Mapping[str, Any], _keys: Sequence[int]
) -> TableListing:
    """Return the list of an influencer's participations that the caller may see."""
    conditions = _filtered(arguments.get("filter") or {})
    conditions.where += visible("Participation", run.context.caller)
    return _listing("participation t", conditions, arguments, key="t.influencer_id")


async def applicants(
    _run: ListRun, arguments: Mapping[str, Any], _keys: Sequence[int]
) -> TableListing:
    """Return the Applicant influencers tab: participations in an applicant status."""
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    conditions = await influencer_conditions(asked, "i")
    conditions.one_of("status", asked.get("status") or ApplicantStatus)
    conditions.one_of("origin", asked.get("origin"))
    conditions.since("updated_at", asked.get("updatedSince"))
    source = "participation t JOIN influencer i ON i.id = t.influencer_id"
    return _listing(source, conditions, arguments, key="t.campaign_id")


async def applicant_counts(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, list[StatusCount]]:
    """Count each campaign's applicants by status, whatever status the filter has."""
    asked: dict[str, Any] = {**(arguments.get("filter") or {}), "status": None}
    tab = await applicants(run, {"filter": asked}, keys)
    return await counts_by_status(run, tab, keys, ApplicantStatus)


def _filtered(asked: Mapping[str, Any]) -> Conditions:
    conditions = Conditions()
    conditions.one_of("status", asked.get("status"))
    conditions.one_of("origin", asked.get("origin"))
    conditions.of_object("campaign_id", "Campaign", asked.get("campaignId"))
    conditions.of_object("influencer_id", "Influencer", asked.get("influencerId"))
    conditions.since("updated_at", asked.get("updatedSince"))
    return conditions


def _listing(
    source: str, conditions: Conditions, arguments: Mapping[str, Any], key: str | None = None
) -> TableListing:
    orders, descending = _ORDERS[order_name(arguments, "UPDATED_DESC")]
    return TableListing(
        source=source,
        where=tuple(conditions.where),
        values=conditions.values,
        orders=orders,
        descending=descending,
        key=key,
    )


def order_name(arguments: Mapping[str, Any], default: str) -> str:
    """Return the name of the order in the arguments."""
    asked = arguments.get("orderBy")
    return default if asked is None else str(asked)
