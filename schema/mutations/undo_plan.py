"""`undoPlan`: plan to take back what another plan has done."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.plan_input import PlanCallOutcome
from resolvers.mutations.undo_plan import undo_plan as resolve
from resolvers.pipeline.transaction import write
from resolvers.plans.freezing import worker
from schema.fields import Info, answers
from schema.mutations.create_plan import PlanPayload
from workflow.enums import Role


@strawberry.input(description="The input of `undoPlan`: a plan, and why it is taken back.")
class UndoPlanInput:
    id: strawberry.ID = strawberry.field(description="The id of the plan to take back.")
    reason: str | None = strawberry.field(
        description=(
            "The reason, for colleagues, kept in the history of each influencer. Demanded where "
            "the plan marked as joined, as that is taken back by removing. At most 2,000 "
            "characters."
        )
    )
    message: str | None = strawberry.field(
        description=(
            "The message to the influencers, kept in the history of each. At most 2,000 characters."
        )
    )


@answers(PlanPayload | None)
async def undo_plan(
    info: Info,
    input: Annotated[UndoPlanInput, strawberry.argument(description="The plan to take back.")],
) -> Completed[PlanCallOutcome]:
    """Make the plan that takes back one that was applied, or cancelled midway. For staff.

    Look at it and apply it like any other. It is about the items that were changed, the last one
    first. Refused are those that no way leads back from (`TRANSITION_IRREVERSIBLE`), and those that
    anything has happened to since (`DRIFTED`).
    """
    completed = await write(
        info,
        (Role.STAFF,),
        lambda: resolve(info.context, id=input.id, reason=input.reason, message=input.message),
        dry_run=False,
    )
    worker.call()
    return completed
