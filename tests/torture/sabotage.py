"""`server.py` with one thing broken in it, to see that torture finds it: no part of the product.

Run as `python tests/torture/sabotage.py serve …`, with the name of the fault in the environment
variable `SABOTAGE`. Its workers run this module too before they serve, as `multiprocessing` does.
"""
# pyright: reportPrivateUsage=false

import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).parents[2]))

from tortoise.transactions import in_transaction

from commands.cli import cli
from database.bulk import insert
from models.participation import ParticipationEvent
from resolvers.pipeline import loading, transaction, unit_of_work
from resolvers.pipeline.unit_of_work import UnitOfWork

T = TypeVar("T")


def no_row_lock() -> None:
    """Campaigns are read, but not locked."""
    by_pair = loading._BY_PAIR
    loading._LOCK = _without(" FOR UPDATE", loading._LOCK)
    loading._BY_PAIR = by_pair._replace(lock=_without(" FOR UPDATE", by_pair.lock))


def capacity_before_lock() -> None:
    """Campaigns are read, with their places and capacity, and locked afterwards."""
    fetch = loading.fetch

    async def hasty(database: Any, sql: str, values: Mapping[str, Any]) -> Sequence[Any]:
        if " FOR UPDATE" not in sql:
            return await fetch(database, sql, values)
        unlocked = _without(" FOR SHARE", _without(" FOR UPDATE", sql))
        before = await fetch(database, unlocked, values)
        await fetch(database, sql, values)
        return before

    loading.fetch = hasty


def event_outside_transaction() -> None:
    """Events are written after the commit, in a transaction of their own."""
    write, transacted = UnitOfWork.write, transaction.transacted
    unwritten = list[dict[str, Any]]()
    statements, plain = unit_of_work._STATEMENTS, (False, False)
    changes = copy(statements[plain])
    events = re.compile(r", events AS \(.*\) SELECT", re.DOTALL)
    changes._nested = events.sub(" SELECT", changes._nested)
    changes._in_turn = changes._in_turn[:-1]
    assert changes._nested != statements[plain]._nested
    statements[plain] = changes

    async def write_changes(self: UnitOfWork) -> None:
        written = list(self._changes)
        await write(self)
        unwritten.extend(_event(self, change) for change in written)

    async def write_all(work: Callable[[], Awaitable[T]], *, undo: bool = False) -> T:
        result = await transacted(work, undo=undo)
        late = [] if undo else unwritten.copy()
        unwritten.clear()
        async with in_transaction():
            await insert(ParticipationEvent, late)
        return result

    UnitOfWork.write = write_changes
    transaction.transacted = write_all


def stale_places() -> None:
    """Each process believes what it first read of how many places are taken."""
    remembered = dict[int, int]()
    make = loading.CampaignRow

    def recall(*columns: Any) -> Any:
        row = make(*columns)
        key = hash((row.selection, row.platforms, row.countries, row.capacity))
        return row._replace(places_taken=remembered.setdefault(key, row.places_taken))

    loading.CampaignRow = recall  # pyright: ignore[reportAttributeAccessIssue]


def stale_badges() -> None:
    """The kept number of AVAILABLE influencers does not follow who takes part."""
    unit_of_work._change_of_available = lambda _: 0


FAULTS: Mapping[str, Callable[[], None]] = {
    fault.__name__: fault
    for fault in (
        no_row_lock,
        capacity_before_lock,
        event_outside_transaction,
        stale_places,
        stale_badges,
    )
}


def _without(words: str, sql: str) -> str:
    assert words in sql, "what this fault takes away is no longer there"
    return sql.replace(words, "")


def _event(unit: UnitOfWork, change: Any) -> dict[str, Any]:
    row = unit_of_work._row_of(change)
    actor = unit._actor
    return {
        "campaign_id": row["campaign_id"],
        "influencer_id": row["influencer_id"],
        "participation_id": row.get("version") and change.candidate.participation_id,
        "post_id": row["post_id"],
        "action": row["action"],
        "from_status": row.get("from_status"),
        "to_status": row.get("status"),
        "round": row.get("round"),
        "actor_role": actor.role,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "occurred_at": change.candidate.now,
    }


if fault := os.environ.get("SABOTAGE"):
    FAULTS[fault]()

if __name__ == "__main__":
    cli()
