"""The times of plans: when one that nobody applied expires, when lists and texts are deleted."""

import asyncio
import logging
from datetime import datetime, timedelta

from background.isolation import isolating
from background.worker import Worker
from database.session import capabilities, rows, run
from models.plan import OUTCOME_NUMBERS
from resolvers.context import utc_now
from resolvers.queries.plans import HAS_NOT_DRIFTED
from workflow.enums import PlanItemOutcome

EXPIRED_LISTS = timedelta(days=1)
"""Time for which the list of an expired plan is kept."""
LISTS = timedelta(days=90)
"""Time for which the list of another plan is kept after its end."""
PAUSE = 0.01
"""Seconds between two transactions on SQLite, where who waits for the write lock polls for it."""
BATCH = 10_000
"""Items that are deleted by one statement."""
SECONDS = 10
"""Seconds between two turns of the worker."""

_log = logging.getLogger(__name__)


async def expire_and_delete(now: datetime) -> None:
    """Expire plans that were not applied in time, and delete the lists whose time is over."""
    with isolating(_log) as isolated:
        for [plan] in await rows(_LATE, now=now):
            with isolated(f"plan {plan} did not expire"):
                await run(_EXPIRE, id=plan, now=now)
        for [plan] in await rows(_OLD, expired=now - EXPIRED_LISTS, other=now - LISTS):
            with isolated(f"the list of plan {plan} was not deleted"):
                await _delete_list(plan)


async def _turn() -> None:
    await expire_and_delete(utc_now())


# Not with freezing, which may take many minutes.
worker = Worker("plans expired", _turn, SECONDS)


async def pause() -> None:
    """Let others write before the next transaction."""
    await asyncio.sleep(0 if capabilities().has_concurrent_writers else PAUSE)


async def delete_items(plan: int) -> int:
    """Delete some items of a list; return how many."""
    return await run(_ITEMS, id=plan, batch=BATCH)


async def forget_texts(plan: int) -> None:
    """Delete the texts of a plan that has ended, if all whom it changed have been erased since.

    An erasure leaves its texts to a plan that is being applied, as it may change others yet.
    """
    await run(_FORGET, id=plan)


async def _delete_list(plan: int) -> None:
    while await run(_DRIFTS, id=plan, batch=BATCH):
        await pause()
    while await delete_items(plan):
        await pause()
    await run(_WITHOUT_LIST, id=plan)


_LATE = "SELECT id FROM plan WHERE status = 'READY' AND expires_at <= :now ORDER BY id"
_EXPIRE = """
UPDATE plan SET status = 'EXPIRED', ended_at = :now
WHERE id = :id AND status = 'READY' AND expires_at <= :now"""
# A list that was to be frozen and was cancelled goes at once. One that is being taken back stays.
_OLD = """
SELECT t.id FROM plan t WHERE t.has_list AND t.ended_at IS NOT NULL
    AND (t.changes IS NULL OR t.ended_at <= :other
        OR t.status = 'EXPIRED' AND t.ended_at <= :expired)
    AND NOT EXISTS (SELECT 1 FROM plan u WHERE u.undoes_id = t.id AND u.status = 'PREPARING')
ORDER BY t.id"""
# Without it nothing tells whom the texts are about, but events.
_WITHOUT_LIST = """
UPDATE plan SET has_list = FALSE, reason = CASE WHEN changed > 0 THEN reason END,
    message = CASE WHEN changed > 0 THEN message END
WHERE id = :id"""
_FORGET = f"""
UPDATE plan SET reason = NULL, message = NULL
WHERE id = :id AND changed = 1 AND ended_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM plan_item t JOIN influencer i ON i.id = t.influencer_id
    WHERE t.plan_id = plan.id AND t.place <= plan.applied_through AND i.erased_at IS NOT NULL
        AND t.outcome = {OUTCOME_NUMBERS[PlanItemOutcome.CHANGES]}
        AND {HAS_NOT_DRIFTED})"""
_ITEMS = """
DELETE FROM plan_item WHERE plan_id = :id AND place IN (
    SELECT place FROM plan_item WHERE plan_id = :id ORDER BY place LIMIT :batch)"""
_DRIFTS = """
DELETE FROM plan_drift WHERE plan_id = :id AND place IN (
    SELECT place FROM plan_drift WHERE plan_id = :id ORDER BY place LIMIT :batch)"""
