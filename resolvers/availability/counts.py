"""To how many influencers each campaign is available: kept by its writers, recounted where need be.

The number is the last count and the changes that transactions have appended since
(`models/availability.py`). A participation that begins or ends, and an override, change one pair,
of which `resolvers/pipeline/loading.py` knows all; a change of influencers may flip the rule of any
open campaign, so those are asked before and after it (`changing`). Nobody can take part, or be
overridden, while their influencer is being changed: whoever does either holds the influencer's row.

A count and a fold put a new number in place of the old one together with exactly the changes that
their statement saw, told by its snapshot, and only if nobody else has touched the row since they
began: so what they did not see is still there to be added, and an edited rule stays stale. A count
first waits until those are through who were changing influencers by the rules as they were: all
whom its snapshot does not see have read the rules that it counts by.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager, suppress

from database.bulk import insert
from database.locks import hold_shared, holders
from database.session import capabilities, rows, run
from database.transactions import transacted
from models.availability import EVERYONE, AvailabilityDelta
from resolvers.audience_sql import is_running, meets_rules
from workflow.enums import CandidateStatus

MANY = 200
"""Changes of one campaign that are worth a fold."""
SECONDS = 60
"""Between two looks of the keeper where nobody calls for it."""
FIRST_PAUSE, LAST_PAUSE = 0.02, 0.5
"""Seconds between two looks of a count at those whom it waits for, the first and the longest."""
# Any numbers will do, as long as every process takes the same.
_RULES_LOCK = 0x4A4F0001
_COUNT_LOCK = 0x4A4F0002

_log = logging.getLogger(__name__)


# Writers, within their transaction


async def append(changes: Mapping[int, int]) -> None:
    """Note by how much the number of each campaign changes with this transaction."""
    await insert(
        AvailabilityDelta,
        [{"campaign_id": key, "change": change} for key, change in changes.items() if change],
    )


async def rely_on_rules() -> None:
    """Have counts that begin now wait until this transaction, which is to change influencers, ends.

    Before it reads any rule.
    """
    await hold_shared(_RULES_LOCK)


@asynccontextmanager
async def changing(influencers: Collection[int]) -> AsyncGenerator[set[int]]:
    """Change these influencers, who are locked; those who are new are added to the set given.

    Two statements and one for what they flip, however many there are.
    """
    changed = set(influencers)
    before = await _available_to(changed)
    yield changed
    changes = await _available_to(changed)
    changes.subtract(before)
    await append(changes)


async def outdate(campaign: int) -> None:
    """Say that the rule of a campaign, which is locked, has changed, or that it has opened."""
    await run(_OUTDATE, campaign=campaign)


async def _available_to(influencers: Collection[int]) -> Counter[int]:
    """How many of these have the status AVAILABLE for each open campaign."""
    if not influencers:
        return Counter()
    found = await rows(_AMONG, ids=list(influencers), everyone=EVERYONE)
    return Counter({row[0]: row[1] for row in found})


# Readers


def kept_total(status: CandidateStatus, counted: str) -> str:
    """SQL of how many rows of the tab of `:campaign` have a status; `counted` counts them.

    Only of what is kept and fresh can the count be spared.
    """
    if status is CandidateStatus.AVAILABLE:
        return f"coalesce({_FRESH}, {counted})"
    if status is CandidateStatus.UNAVAILABLE:
        taking_part = f"(SELECT count(*) {TAKING_PART} AND p.campaign_id = :campaign)"
        return f"coalesce({_FRESH_EVERYONE} - {taking_part} - {_FRESH}, {counted})"
    return counted


# The keeper


async def keep() -> None:
    """Recount and fold, as long as the server runs: when called, and now and then."""
    called = asyncio.Event()
    _keepers.add(called)
    try:
        while True:
            called.clear()
            try:
                await settle()
            except Exception:  # noqa: BLE001  # it comes again, and meanwhile no number is wrong
                _log.warning("the counts could not be kept", exc_info=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(called.wait(), SECONDS)
    finally:
        _keepers.discard(called)


def call_keeper() -> None:
    """Have this process's keeper look soon. After the commit of what it is to see."""
    for called in _keepers:
        called.set()


_keepers = set[asyncio.Event]()


async def settle() -> None:
    """Count every open campaign that has no number or a stale one, and fold what has piled up."""
    await run(_BEGIN, everyone=EVERYONE)
    for row in await rows(_STALE):
        await recount(row[0])
    for row in await rows(_PILED_UP, many=MANY):
        await _fold(row[0])


async def recount(campaign: int) -> None:
    """Count one that is stale, unless another process does. In a transaction of its own."""
    version = await _version(campaign, stale=True)
    if version is None:
        return

    async def work() -> None:
        if await _is_alone(campaign) and await _version(campaign, stale=True) == version:
            await _replace(campaign, version, _COUNT if campaign else _COUNT_EVERYONE)

    # In between: what is stale now has rules that whoever comes later reads.
    await _let_writers_through()
    await transacted(work)


async def _fold(campaign: int) -> None:
    async def work() -> None:
        version = await _version(campaign, stale=False)
        if version is not None:
            await _replace(campaign, version, _SUM)

    await transacted(work)


async def _version(campaign: int, *, stale: bool) -> int | None:
    """That of the campaign's row, if it is stale or not, as said."""
    found = await rows(_VERSION, campaign=campaign, stale=stale)
    return found[0][0] if found else None


async def _is_alone(campaign: int) -> bool:
    """Whether no other process counts this campaign: it need not be done twice."""
    if not capabilities().has_concurrent_writers:
        return True
    found = await rows(
        "SELECT pg_try_advisory_xact_lock(:lock::int, (:campaign::bigint % 2147483647)::int)",
        lock=_COUNT_LOCK,
        campaign=campaign,
    )
    return bool(found[0][0])


async def _let_writers_through() -> None:
    """Wait for all who rely on rules now.

    By looking now and then: who queued for their lock would hold up all who come later.
    """
    writers = await holders(_RULES_LOCK)
    pause = FIRST_PAUSE
    while writers:
        await asyncio.sleep(pause)
        pause = min(2 * pause, LAST_PAUSE)
        writers &= await holders(_RULES_LOCK)


async def _replace(campaign: int, version: int, statement: str) -> None:
    """Put what the statement counts in place of the number and of the changes that it saw."""
    [(available, seen)] = await rows(statement, campaign=campaign)
    if await run(_STORE, campaign=campaign, version=version, available=available):
        await run(_FORGET_SEEN, campaign=campaign, seen=seen)


KEPT = """k.available + (SELECT coalesce(sum(d.change), 0) FROM availability_delta d
    WHERE d.campaign_id = k.campaign_id)"""
"""SQL of the number of a row k of availability_count."""
TAKING_PART = """FROM participation p WHERE p.status <> 'REMOVED' AND NOT EXISTS (
    SELECT 1 FROM influencer i WHERE i.id = p.influencer_id AND i.erased_at IS NOT NULL)"""
"""SQL of the rows of a tab that have a stored status."""
_OPEN = is_running("c")

_MEETS_RULES = meets_rules("c", "i")
_FRESH = f"""(SELECT CASE WHEN NOT ({_OPEN}) THEN 0 WHEN NOT k.is_stale THEN {KEPT} END
    FROM campaign c LEFT JOIN availability_count k ON k.campaign_id = c.id
    WHERE c.id = :campaign)"""
_FRESH_EVERYONE = f"""(SELECT {KEPT} FROM availability_count k
    WHERE k.campaign_id = {EVERYONE} AND NOT k.is_stale)"""


def _available(whom: str, told_of: str) -> str:
    """SQL of how many pairs of each open campaign have the status AVAILABLE: rows of key and count.

    `whom`: the pairs that are meant, c and i. `told_of`: what is stored of them. All who meet the
    rule are counted, then put right for each who takes part or is overridden: so whatever the
    planner expects, it looks up no pair of all, and finds each of those few by its key. Who takes
    part counts as told UNAVAILABLE, which is also the later word of the two.
    """
    return f"""
WITH told AS MATERIALIZED (
    SELECT campaign_id, influencer_id, max(availability) AS availability FROM (
        SELECT campaign_id, influencer_id, 'UNAVAILABLE' AS availability FROM participation
        WHERE {told_of} AND status <> 'REMOVED'
        UNION ALL
        SELECT campaign_id, influencer_id, availability FROM availability_override
        WHERE {told_of}) AS each
    GROUP BY campaign_id, influencer_id),
counted AS (
    SELECT c.id AS campaign_id, count(*) AS number FROM campaign c CROSS JOIN influencer i
    WHERE {whom} AND {_OPEN} AND i.erased_at IS NULL AND {_MEETS_RULES} = 1 GROUP BY c.id
    UNION ALL
    SELECT c.id, CASE told.availability WHEN 'AVAILABLE' THEN 1 ELSE 0 END - {_MEETS_RULES}
    FROM told
    JOIN campaign c ON c.id = told.campaign_id JOIN influencer i ON i.id = told.influencer_id
    WHERE {_OPEN} AND i.erased_at IS NULL)"""


_SNAPSHOT = "pg_current_snapshot()::text"
_AMONG = f"""{_available("i.id = ANY(:ids)", "influencer_id = ANY(:ids)")}
SELECT campaign_id, sum(number)::bigint FROM counted GROUP BY campaign_id
UNION ALL
SELECT :everyone::bigint, count(*) FROM influencer i
WHERE i.id = ANY(:ids) AND i.erased_at IS NULL"""
_COUNT = f"""{_available("c.id = :campaign", "campaign_id = :campaign")}
SELECT coalesce(sum(number), 0)::bigint, {_SNAPSHOT} FROM counted"""
_COUNT_EVERYONE = f"""
SELECT count(*), {_SNAPSHOT} FROM influencer WHERE erased_at IS NULL AND :campaign::bigint = 0"""
_SUM = f"""
SELECT {KEPT}, {_SNAPSHOT} FROM availability_count k WHERE k.campaign_id = :campaign"""

_BEGIN = f"""
INSERT INTO availability_count (campaign_id, is_stale, version)
SELECT c.id, true, 0 FROM campaign c WHERE {_OPEN}
UNION ALL SELECT :everyone::bigint, true, 0 WHERE true
ON CONFLICT DO NOTHING"""
_STALE = f"""
SELECT k.campaign_id FROM availability_count k LEFT JOIN campaign c ON c.id = k.campaign_id
WHERE k.is_stale AND (c.id IS NULL OR {_OPEN}) ORDER BY k.campaign_id"""
_PILED_UP = """
SELECT campaign_id FROM availability_delta GROUP BY campaign_id HAVING count(*) >= :many"""
_VERSION = """
SELECT version FROM availability_count WHERE campaign_id = :campaign AND is_stale = :stale"""
_OUTDATE = """
INSERT INTO availability_count (campaign_id, is_stale, version) VALUES (:campaign, true, 0)
ON CONFLICT (campaign_id) DO UPDATE SET is_stale = true, version = availability_count.version + 1"""
_STORE = """
UPDATE availability_count SET available = :available, is_stale = false, version = version + 1
WHERE campaign_id = :campaign AND version = :version"""
_FORGET_SEEN = """
DELETE FROM availability_delta WHERE campaign_id = :campaign
AND pg_visible_in_snapshot(xid::text::xid8, :seen::text::pg_snapshot)"""
