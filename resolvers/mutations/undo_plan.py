"""`undoPlan`: plan to take back what another plan has done."""

from resolvers.context import Context
from resolvers.mutations.create_plan import insert_plan
from resolvers.mutations.plan_input import (
    LockedPlan,
    PlanCallOutcome,
    is_now,
    lock_plan,
    not_ready,
    unknown_plan,
)
from resolvers.pipeline.validation import MAX_NOTE, Form
from resolvers.plans.expiry import LISTS
from workflow.enums import PlanAction, PlanStatus
from workflow.facts import moment_of
from workflow.plans import TAKEN_BACK_BY


async def undo_plan(
    context: Context, *, id: str, reason: str | None, message: str | None
) -> PlanCallOutcome:
    """Make the plan that takes another one back, which was applied, or cancelled midway."""
    form = Form()
    message = form.optional(message, MAX_NOTE, "message")
    cleaned = form.optional(reason, MAX_NOTE, "reason")
    if form.refusals:
        return PlanCallOutcome(user_errors=form.refusals)
    plan = await lock_plan(id)
    if plan is None:
        return unknown_plan()
    action = TAKEN_BACK_BY[PlanAction(plan.action)]
    if action is PlanAction.REMOVE and form.reason(cleaned, "reason") is None:
        return PlanCallOutcome(user_errors=form.refusals)
    if (problem := _problem(context, plan)) is not None:
        return not_ready(plan.id, problem)
    key = await insert_plan(
        context,
        campaign_id=plan.campaign_id,
        action=action.value,
        undoes_id=plan.id,
        request=None,
        reason=cleaned,
        message=message,
    )
    return PlanCallOutcome(plan=key)


def _problem(context: Context, plan: LockedPlan) -> str | None:
    """Return why the plan cannot be taken back; None if it can."""
    was_begun = plan.status == PlanStatus.CANCELLED and plan.started_at is not None
    if plan.status != PlanStatus.APPLIED and not was_begun:
        return f"{is_now(plan.status)} Undo one that was applied, or cancelled midway."
    ended_at = moment_of(plan.ended_at)
    if not plan.has_list or ended_at is None or ended_at + LISTS <= context.tick():
        return "The plan's list has been deleted, as it ended more than 90 days ago."
    return None
