"""`cancelPlan`: end a plan that is not over."""

from database.session import run
from resolvers.context import Context
from resolvers.mutations.plan_input import (
    PlanCallOutcome,
    is_now,
    lock_plan,
    not_ready,
    unknown_plan,
)
from resolvers.plans.expiry import forget_texts
from workflow.enums import PlanStatus

_OPEN = frozenset((PlanStatus.PREPARING, PlanStatus.READY, PlanStatus.APPLYING))


async def cancel_plan(context: Context, *, id: str) -> PlanCallOutcome:
    """Cancel a plan, between two chunks if it is being applied; a cancelled one stays so."""
    plan = await lock_plan(id)
    if plan is None:
        return unknown_plan()
    if plan.status == PlanStatus.CANCELLED:
        return PlanCallOutcome(plan=plan.id)
    if plan.status not in _OPEN:
        return not_ready(plan.id, f"{is_now(plan.status)} There is nothing to cancel.")
    await run(_CANCEL, id=plan.id, now=context.tick())
    await forget_texts(plan.id)
    return PlanCallOutcome(plan=plan.id)


_CANCEL = "UPDATE plan SET status = 'CANCELLED', ended_at = :now, request = NULL WHERE id = :id"
