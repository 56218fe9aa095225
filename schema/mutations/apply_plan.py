"""`applyPlan`: carry out what a plan would change."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.apply_plan import apply_plan as resolve
from resolvers.mutations.plan_input import PlanCallOutcome
from resolvers.pipeline.transaction import write
from resolvers.plans.applying import worker
from schema.fields import Info, answers
from schema.mutations.create_plan import PlanPayload
from workflow.enums import Role


@strawberry.input(description="The input of `applyPlan` and `cancelPlan`: a plan.")
class PlanInput:
    id: strawberry.ID = strawberry.field(description="The id of the plan.")


@answers(PlanPayload | None)
async def apply_plan(
    info: Info,
    input: Annotated[PlanInput, strawberry.argument(description="The plan to apply.")],
) -> Completed[PlanCallOutcome]:
    """Carry out what a plan would change, in the background. For staff.

    Exactly the items that would change are tried, each decided anew: one that would not come out
    as planned is left alone, and says so (`PlanItem.state`). `Plan.progress` tells how far it is. A
    plan that is being applied, or was, is answered again. One plan of a campaign is applied at a
    time.
    """
    completed = await write(
        info, (Role.STAFF,), lambda: resolve(info.context, id=input.id), dry_run=False
    )
    worker.call()
    return completed
