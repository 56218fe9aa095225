"""Histories: of a participation, of a candidate, and the feed of everything that happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from projection import Order, PairedListing, Run, TableListing
from resolvers.queries.search import Conditions
from resolvers.visibility import visible

_EVENTS = "participation_event t"
_OLDEST_FIRST = (Order("t.id"),)
_AS_COMMITTED = (Order("t.xid"), Order("t.id"))
# Ids are given before they are committed: below this line nothing can appear behind a cursor.
_SETTLED = "t.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# No transaction of this cluster can have written what it shows and has not come to yet.
_OF_ANOTHER_CLUSTER = """
SELECT 1 FROM participation_event
WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint LIMIT 1"""


class RestoredError(Exception):
    """The history comes from another cluster, whose order the feed cannot go on with."""


async def of_participations(
    run: Run, _arguments: Mapping[str, Any], _keys: Sequence[int]
) -> TableListing:
    """Return the events of a participation, oldest first."""
    return TableListing(
        source=_EVENTS,
        where=tuple(visible("ParticipationEvent", run.context.caller)),
        orders=_OLDEST_FIRST,
        key="t.participation_id",
    )


async def of_candidates(
    _run: Run, _arguments: Mapping[str, Any], keys: Sequence[Any]
) -> PairedListing:
    """Return the events of candidates, overrides included, oldest first."""
    return PairedListing(
        source=_EVENTS,
        columns=("t.campaign_id", "t.influencer_id"),
        orders=_OLDEST_FIRST,
        keys=keys,
    )


async def feed(run: Run, arguments: Mapping[str, Any]) -> TableListing:
    """Return the feed of all events that the caller may see, in the order of their commits.

    Raises RestoredError rather than leave events out.
    """
    if await run.fetch(_OF_ANOTHER_CLUSTER, {}):
        raise RestoredError("events were written by another cluster: see docs/operations.md")
    conditions = _filtered(arguments.get("filter") or {})
    conditions.where += visible("ParticipationEvent", run.context.caller)
    conditions.add(_SETTLED)
    return TableListing(
        source=_EVENTS,
        where=tuple(conditions.where),
        values=conditions.values,
        orders=_AS_COMMITTED,
    )


def _filtered(asked: Mapping[str, Any]) -> Conditions:
    conditions = Conditions()
    conditions.of_object("campaign_id", "Campaign", asked.get("campaignId"))
    conditions.of_object("influencer_id", "Influencer", asked.get("influencerId"))
    conditions.of_object("participation_id", "Participation", asked.get("participationId"))
    conditions.one_of("action", asked.get("action"))
    conditions.since("occurred_at", asked.get("since"))
    return conditions
