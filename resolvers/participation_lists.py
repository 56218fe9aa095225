"""Lists of participations: across campaigns, of an influencer, the Applicant influencers tab."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.enums import ApplicantStatus
from projection import Order, Run, TableListing
from resolvers.ids import decode
from resolvers.scope import visible
from resolvers.search import Conditions, influencer_conditions

_BY_UPDATE = (Order("t.updated_at", datetime), Order("t.id"))
_BY_CREATION = (Order("t.created_at", datetime), Order("t.id"))
_BY_FOLLOWERS = (Order("t.followers"), Order("t.id"))
_ORDERS = {
    "UPDATED_DESC": (_BY_UPDATE, True),
    "UPDATED_ASC": (_BY_UPDATE, False),
    "CREATED_DESC": (_BY_CREATION, True),
    "CREATED_ASC": (_BY_CREATION, False),
    "FOLLOWERS_DESC": (_BY_FOLLOWERS, True),
}


@dataclass(frozen=True, slots=True)
class ApplicantCount:
    """How many applicants have a status."""

    status: ApplicantStatus
    count: int


async def everywhere(
    run: Run, arguments: Mapping[str, Any], _keys: Sequence[int] | None = None
) -> TableListing:
    """Participations across campaigns that the caller may see."""
    conditions = _filtered(arguments.get("filter") or {})
    conditions.where += visible("Participation", run.context.caller)
    return _listing("participation t", conditions, arguments)


async def of_influencers(
    run: Run, arguments: Mapping[str, Any], _keys: Sequence[int]
) -> TableListing:
    """An influencer's participations that the caller may see."""
    conditions = _filtered(arguments.get("filter") or {})
    conditions.where += visible("Participation", run.context.caller)
    return _listing("participation t", conditions, arguments, key="t.influencer_id")


async def applicants(_run: Run, arguments: Mapping[str, Any], _keys: Sequence[int]) -> TableListing:
    """The Applicant influencers tab: participations in an applicant status."""
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    conditions = await influencer_conditions(asked, "i")
    statuses = [str(status.value) for status in asked.get("status") or ApplicantStatus]
    conditions.add("t.status = ANY(:statuses)", statuses=statuses)
    source = "participation t JOIN influencer i ON i.id = t.influencer_id"
    return _listing(source, conditions, arguments, key="t.campaign_id")


async def applicant_counts(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, list[ApplicantCount]]:
    """How many applicants of each campaign have each status; the filter's own status is ignored."""
    asked: dict[str, Any] = {**(arguments.get("filter") or {}), "status": None}
    listing = await applicants(run, {"filter": asked}, keys)
    rows = await run.fetch(
        f"SELECT t.campaign_id, t.status, count(*) FROM {listing.source}"
        f" WHERE {' AND '.join([*listing.where, 't.campaign_id = ANY(:campaigns)'])}"
        " GROUP BY t.campaign_id, t.status",
        {**listing.values, "campaigns": list(keys)},
    )
    found = {(row[0], row[1]): row[2] for row in rows}
    return {
        key: [
            ApplicantCount(status, found.get((key, status.value), 0)) for status in ApplicantStatus
        ]
        for key in keys
    }


def _filtered(asked: Mapping[str, Any]) -> Conditions:
    conditions = Conditions()
    if asked.get("status"):
        conditions.add(
            "t.status = ANY(:statuses)", statuses=[status.value for status in asked["status"]]
        )
    if asked.get("origin"):
        conditions.add(
            "t.origin = ANY(:origins)", origins=[origin.value for origin in asked["origin"]]
        )
    for argument, type_name, column in (
        ("campaignId", "Campaign", "campaign_id"),
        ("influencerId", "Influencer", "influencer_id"),
    ):
        if asked.get(argument) is not None:
            of_id(conditions, asked[argument], type_name, column)
    if asked.get("updatedSince") is not None:
        conditions.add("t.updated_at >= :since", since=asked["updatedSince"])
    return conditions


def of_id(conditions: Conditions, gid: str, type_name: str, column: str) -> None:
    """Only rows of this object; none where the id is malformed or another type's."""
    key = decode(gid, type_name)
    if key is None:
        conditions.add("1 = 0")
    else:
        conditions.add(f"t.{column} = :of_{column}", **{f"of_{column}": key})


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
    """The order that was asked for."""
    asked = arguments.get("orderBy")
    return default if asked is None else str(asked.value)
