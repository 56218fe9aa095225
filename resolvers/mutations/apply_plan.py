"""`applyPlan`: carry out what a plan would change."""

from database.session import run
from resolvers.context import Context
from resolvers.mutations.plan_input import (
    LockedPlan,
    PlanCallOutcome,
    is_now,
    lock_plans_beside,
    not_ready,
    unknown_plan,
)
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.validation import Refusal, path_of
from workflow.enums import ErrorCode, PlanStatus

_GOES_ON = frozenset((PlanStatus.APPLYING, PlanStatus.APPLIED))


async def apply_plan(context: Context, *, id: str) -> PlanCallOutcome:
    """Begin to apply a plan that is READY; one that is being applied, or was, is answered again."""
    beside, plan = await lock_plans_beside(id)
    if plan is None:
        return unknown_plan()
    if plan.status in _GOES_ON:
        return PlanCallOutcome(plan=plan.id)
    if plan.status != PlanStatus.READY:
        return not_ready(plan.id, f"{is_now(plan.status)} Apply one that is READY.")
    if any(each.status == PlanStatus.APPLYING for each in beside):
        message = "Another plan of the campaign is being applied. Wait for its end, or cancel it."
        refusal = Refusal(ErrorCode.PLAN_IN_THE_WAY, message, path_of("id"))
        return PlanCallOutcome(plan=plan.id, user_errors=[refusal])
    return await _begin(context, plan)


async def _begin(context: Context, plan: LockedPlan) -> PlanCallOutcome:
    caller = caller_in(context)
    begun = await run(_BEGIN, id=plan.id, who=caller.subject, name=caller.name, now=context.tick())
    if not begun:
        return not_ready(plan.id, "The plan has expired: make another one.")
    return PlanCallOutcome(plan=plan.id)


_BEGIN = """
UPDATE plan SET status = CASE WHEN changes = 0 THEN 'APPLIED' ELSE 'APPLYING' END,
    applied_by_id = :who, applied_by_name = :name, started_at = :now::timestamptz,
    progressed_at = :now::timestamptz,
    ended_at = CASE WHEN changes = 0 THEN :now::timestamptz END
WHERE id = :id AND expires_at > :now::timestamptz"""
