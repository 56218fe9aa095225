"""Histories: of a participation, of a candidate, and the feed of everything that happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from projection import FreeCursors, Order, PairedListing, Run, TableListing
from resolvers.feed import FeedCursor
from resolvers.queries.search import Conditions
from resolvers.visibility import visible

_EVENTS = "participation_event t"
_OLDEST_FIRST = (Order("t.id"),)


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
    """Return the feed of all events that the caller may see, in the order of their positions.

    Raises RequestError INVALID_INPUT for a cursor that is not of the feed, or whose event is gone.
    """
    given = arguments.get("before") if arguments.get("after") is None else arguments["after"]
    cursor = None if given is None else await FeedCursor.read(given)
    conditions = _filtered(arguments.get("filter") or {})
    conditions.where += visible("ParticipationEvent", run.context.caller)
    return TableListing(
        source=f"{_EVENTS} JOIN feed f ON f.event_id = t.id",
        where=tuple(conditions.where),
        values=conditions.values,
        orders=(Order("f.position"),),
        free=FreeCursors(("f.position", "f.mark"), _cursor, cursor),
    )


def _cursor(position: int, mark: int) -> str:
    return FeedCursor(position, mark).encode()


def _filtered(asked: Mapping[str, Any]) -> Conditions:
    conditions = Conditions()
    conditions.of_object("campaign_id", "Campaign", asked.get("campaignId"), alias="f")
    conditions.of_object("influencer_id", "Influencer", asked.get("influencerId"))
    conditions.of_object("participation_id", "Participation", asked.get("participationId"))
    conditions.one_of("action", asked.get("action"))
    conditions.since("occurred_at", asked.get("since"))
    return conditions
