"""Changing the kept counts, within the transaction that changes whom a campaign is available to."""

from collections import Counter
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager

from database.bulk import insert
from database.locks import hold_shared
from database.session import rows, run
from models.availability import EVERYONE, AvailabilityDelta
from resolvers.availability import sql

# Any number will do, as long as every process takes the same.
RULES_LOCK = 0x4A4F0001


async def append(changes: Mapping[int, int]) -> None:
    """Append by how much this transaction changes the number of each campaign."""
    await insert(
        AvailabilityDelta,
        [{"campaign_id": key, "change": change} for key, change in changes.items() if change],
    )


async def hold_rules_lock() -> None:
    """Make counts that begin later wait until this transaction, which changes influencers, ends.

    Call it before the transaction reads any campaign's rule.
    """
    await hold_shared(RULES_LOCK)


@asynccontextmanager
async def track_changes(influencers: Collection[int]) -> AsyncGenerator[set[int]]:
    """Append what the block changes for campaigns by changing these influencers, who are locked.

    The block adds the influencers that it creates to the set it is given. Two statements, and one
    for the changes, however many influencers there are.
    """
    changed = set(influencers)
    before = await _available_to(changed)
    yield changed
    changes = await _available_to(changed)
    changes.subtract(before)
    await append(changes)


async def invalidate(campaign: int) -> None:
    """Mark the number of a campaign as stale: its rule has changed, or it has opened.

    The campaign is locked.
    """
    await run(sql.INVALIDATE, campaign=campaign)


async def _available_to(influencers: Collection[int]) -> Counter[int]:
    """Return how many of these have the status AVAILABLE for each open campaign."""
    if not influencers:
        return Counter()
    found = await rows(sql.AVAILABLE_AMONG, ids=list(influencers), everyone=EVERYONE)
    return Counter({row[0]: row[1] for row in found})
