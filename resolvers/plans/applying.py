"""Applying plans: each item that was to change is decided anew, a thousand in a transaction."""

import logging
from collections.abc import Collection, Sequence
from functools import partial
from time import monotonic
from typing import NamedTuple, TypeAlias

from background.isolation import isolating
from background.lease import BRISK
from background.worker import Worker
from database.session import dumps, locked_rows, rows, run
from database.transactions import transacted
from models.plan import CODE_NUMBERS, OUTCOME_NUMBERS, STATUS_NUMBERS
from resolvers.context import Context
from resolvers.pipeline.bulk import load_candidates
from resolvers.pipeline.loading import LockedCandidate
from resolvers.pipeline.unit_of_work import Actor, UnitOfWork
from resolvers.plans.expiry import forget_texts, pause
from resolvers.plans.undoing import last_plans
from telemetry.metrics import TRANSITIONS
from workflow.decisions import Decision
from workflow.enums import ErrorCode, Outcome, PlanAction, PlanItemOutcome, Role
from workflow.plans import command_of
from workflow.table import Command

CHUNK = 1_000
"""Items that are tried in one transaction, for which single actions wait at most."""
SECONDS = 1
"""Seconds between two turns of the worker, or two attempts at a plan that cannot be applied on."""
PATIENCE = 2.0
"""Seconds that a chunk waits for a lock, as other plans, and whoever cancels this one, wait too."""

_log = logging.getLogger(__name__)


class _Plan(NamedTuple):
    """A plan that is being applied, locked."""

    id: int
    campaign_id: int
    action: str
    undoes_id: int | None
    reason: str | None
    message: str | None
    applied_by_id: str
    applied_by_name: str | None
    applied_through: int


class _Item(NamedTuple):
    """An item that is to change; statuses are numbers (`models/plan.py`)."""

    place: int
    influencer_id: int
    from_status: int | None
    to_status: int | None


_Drift: TypeAlias = tuple[int, int | None]
"""The place of an item that was left alone, and the number of the reason."""


async def apply_all() -> None:
    """Apply the plans that are APPLYING, chunk by chunk in turn, until none comes further."""
    retry_at = dict[int, float]()
    has_come_further = True
    with isolating(_log) as isolated:
        while has_come_further:
            has_come_further = False
            for [plan] in await rows(_APPLYING):
                if retry_at.get(plan, 0) > monotonic():
                    continue
                is_tried = False
                with isolated(f"plan {plan} cannot be applied on"):
                    await apply_chunk(plan)
                    is_tried = has_come_further = True
                retry_at[plan] = 0 if is_tried else monotonic() + SECONDS
                await pause()


worker = Worker("plans applied", apply_all, SECONDS, BRISK)


async def apply_chunk(plan: int) -> None:
    """Try the next items of a plan, and note how far it has come, in one transaction."""
    action, changed = await transacted(partial(_apply_chunk, plan), patience=PATIENCE)
    if changed:
        TRANSITIONS.add(action, Outcome.CHANGED, amount=changed)


async def _apply_chunk(key: int) -> tuple[str, int]:
    """Return the action, and how many it has changed."""
    found = await locked_rows(_PLAN, "FOR UPDATE", id=key)
    if not found:
        return "", 0  # it was cancelled, or another process has applied the last chunk
    plan = _Plan(*found[0])
    items = [
        _Item(*row) for row in await rows(_ITEMS, id=key, after=plan.applied_through, limit=CHUNK)
    ]
    assert items, "a plan that has no items left to try is APPLIED"
    context = Context()
    drifts = await _try(context, plan, items)
    if drifts:
        await run(_DRIFTS, id=key, drifts=dumps(drifts))
    changed = len(items) - len(drifts)
    [[ended_at]] = await rows(
        _PROGRESS,
        id=key,
        through=items[-1].place,
        changed=changed,
        drifted=len(drifts),
        now=context.tick(),
    )
    if ended_at is not None:
        await forget_texts(key)
    return plan.action, changed


async def _try(context: Context, plan: _Plan, items: Sequence[_Item]) -> list[_Drift]:
    """Change those that come out as planned; return the others."""
    influencers = [item.influencer_id for item in items]
    candidates = await load_candidates(context, plan.campaign_id, influencers)
    assert candidates is not None, "campaigns are not deleted"
    touched = await _touched(plan, influencers)
    command = command_of(PlanAction(plan.action))
    actor = Actor(Role.STAFF, plan.applied_by_id, plan.applied_by_name)
    unit = UnitOfWork(actor, reason=plan.reason, message=plan.message, plan=plan.id)
    drifts: list[_Drift] = []
    for item, candidate in zip(items, candidates, strict=True):
        if candidate is None:
            code: ErrorCode | None = ErrorCode.NOT_FOUND
        else:
            code = _try_one(unit, command, item, candidate, touched)
        if code is not None:
            drifts.append((item.place, CODE_NUMBERS[code]))
    await unit.write()
    return drifts


async def _touched(plan: _Plan, influencers: Sequence[int]) -> Collection[int]:
    """Return to whom something has happened since the plan that is taken back.

    It may have led back to the same status after this list was frozen.
    """
    if plan.undoes_id is None:
        return ()
    last = await last_plans(plan.campaign_id, influencers)
    return {influencer for influencer, of in last.items() if of != plan.undoes_id}


def _try_one(
    unit: UnitOfWork,
    command: Command,
    item: _Item,
    candidate: LockedCandidate,
    touched: Collection[int],
) -> ErrorCode | None:
    """Record the change if it comes out as planned; else return why not."""
    evaluation = unit.evaluate(candidate, command)
    code = _drift(item, candidate, evaluation.decision)
    if code is None and item.influencer_id in touched:
        return ErrorCode.DRIFTED
    if code is None:
        unit.record(candidate, command.action, evaluation)
    return code


def _drift(item: _Item, candidate: LockedCandidate, decision: Decision) -> ErrorCode | None:
    """Return why an item does not come out as planned; None if it does."""
    if decision.error is not None:
        return decision.error
    source, target = STATUS_NUMBERS[candidate.facts.status], STATUS_NUMBERS[decision.target]
    is_planned = (source, target) == (item.from_status, item.to_status)
    return None if is_planned and decision.outcome is Outcome.CHANGED else ErrorCode.DRIFTED


_APPLYING = "SELECT id FROM plan WHERE status = 'APPLYING' ORDER BY id"
_PLAN = f"SELECT {', '.join(_Plan._fields)} FROM plan WHERE id = :id AND status = 'APPLYING'"
_ITEMS = f"""
SELECT {", ".join(_Item._fields)} FROM plan_item
WHERE plan_id = :id AND place > :after AND outcome = {OUTCOME_NUMBERS[PlanItemOutcome.CHANGES]}
ORDER BY place LIMIT :limit"""
_DRIFTS = """
INSERT INTO plan_drift (plan_id, place, error)
SELECT :id::bigint, (j.value->>0)::int, (j.value->>1)::smallint
FROM json_array_elements(:drifts::json) AS j(value)"""
_PROGRESS = """
UPDATE plan SET applied_through = :through, changed = changed + :changed,
    drifted = drifted + :drifted, progressed_at = :now::timestamptz,
    status = CASE WHEN changed + drifted + :changed + :drifted = changes THEN 'APPLIED'
        ELSE status END,
    ended_at = CASE WHEN changed + drifted + :changed + :drifted = changes
        THEN :now::timestamptz END
WHERE id = :id RETURNING ended_at"""
