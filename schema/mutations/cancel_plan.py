"""`cancelPlan`: end a plan that is not over."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.cancel_plan import cancel_plan as resolve
from resolvers.mutations.plan_input import PlanCallOutcome
from resolvers.pipeline.transaction import write
from schema.fields import Info, answers
from schema.mutations.apply_plan import PlanInput
from schema.mutations.create_plan import PlanPayload
from workflow.enums import Role


@answers(PlanPayload | None)
async def cancel_plan(
    info: Info,
    input: Annotated[PlanInput, strawberry.argument(description="The plan to cancel.")],
) -> Completed[PlanCallOutcome]:
    """Cancel a plan that is not over. For staff.

    One that is being applied ends after at most a thousand items more; what it has changed stays,
    and can be taken back by `undoPlan`. It is never resumed.
    """
    return await write(
        info, (Role.STAFF,), lambda: resolve(info.context, id=input.id), dry_run=False
    )
