"""The cursors of webhooks, and their deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any

from projection import Order, Run, TableListing
from resolvers.feed import FeedCursor
from resolvers.queries.search import Conditions


async def cursors(
    run: Run, _arguments: Mapping[str, Any], keys: Sequence[int]
) -> Mapping[int, str | None]:
    """Return the cursors up to which all events are delivered or given up, by webhook."""
    found = {
        key: FeedCursor(position, mark).encode()
        for key, position, mark in await run.fetch(_CURSORS, {"keys": list(keys)})
    }
    return {key: found.get(key) for key in keys}


async def deliveries(_run: Run, arguments: Mapping[str, Any], _keys: Sequence[int]) -> TableListing:
    """Return the deliveries of a webhook, the newest events first."""
    conditions = Conditions()
    conditions.one_of("status", arguments.get("status"))
    return TableListing(
        source="delivery t",
        where=tuple(conditions.where),
        values=conditions.values,
        orders=(Order("t.position"),),
        descending=True,
        key="t.webhook_id",
    )


# The last event before the first pending delivery, or before the first event not planned yet.
_CURSORS = """
SELECT w.id, f.position, f.mark FROM webhook w JOIN feed f ON f.position = (
    SELECT max(b.position) FROM feed b WHERE b.position < coalesce(
        (SELECT min(d.position) FROM delivery d WHERE d.webhook_id = w.id AND d.status = 'PENDING'
            AND d.position <= w.planned_position),
        w.planned_position + 1))
WHERE w.id = ANY(:keys)"""
