"""`createPlan`, and the payload of all mutations of plans."""

from typing import Annotated, Any

import strawberry

from projection import Completed, resolve_info
from resolvers.mutations.create_plan import Chosen
from resolvers.mutations.create_plan import create_plan as resolve
from resolvers.mutations.plan_input import PlanCallOutcome
from resolvers.pipeline.transaction import write
from resolvers.plans.freezing import worker
from schema.candidate import CandidateFilter
from schema.enums import CandidateOrder, ParticipationOrder, PlanAction
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.participation import ApplicantFilter
from schema.plan import Plan
from workflow.enums import Role


@strawberry.input(
    description=(
        "The input of `createPlan`: an action, and whom it is about. `MARK_JOINED` and `REMOVE` "
        "choose by `candidates`, the other actions by `applicants`."
    )
)
class CreatePlanInput:
    campaign_id: strawberry.ID = strawberry.field(description="The id of the campaign.")
    action: PlanAction = strawberry.field(description="The action.")
    candidates: CandidateFilter | None = strawberry.field(
        description=(
            "The filter of the Select influencer tab. Null: all. Only for `MARK_JOINED` and "
            "`REMOVE`."
        )
    )
    candidates_order: CandidateOrder | None = strawberry.field(
        description=(
            "The order of the list, in which places and codes are handed out. Null: "
            "`FOLLOWERS_DESC`. Only for `MARK_JOINED` and `REMOVE`."
        )
    )
    applicants: ApplicantFilter | None = strawberry.field(
        description=(
            "The filter of the Applicant influencers tab. Null: all. Not for `MARK_JOINED` and "
            "`REMOVE`."
        )
    )
    applicants_order: ParticipationOrder | None = strawberry.field(
        description=(
            "The order of the list, in which places and codes are handed out. Null: "
            "`UPDATED_DESC`. Not for `MARK_JOINED` and `REMOVE`."
        )
    )
    except_: list[strawberry.ID] | None = strawberry.field(
        name="except",
        description="The ids of influencers who are left out, at most 1,000. Null: nobody.",
    )
    limit: int | None = strawberry.field(
        description="The number of those who match that are on the list, from its start. Null: all."
    )
    reason: str | None = strawberry.field(
        description=(
            "The reason, for colleagues, kept in the history of each influencer. Demanded for "
            "`REMOVE`. At most 2,000 characters."
        )
    )
    message: str | None = strawberry.field(
        description=(
            "The message to the influencers, kept in the history of each. At most 2,000 characters."
        )
    )


@strawberry.type(
    description="The payload of `createPlan`, `applyPlan`, `cancelPlan` and `undoPlan`."
)
class PlanPayload:
    plan: Plan | None = strawberry.field(
        description=(
            "The plan, as it is now; for `undoPlan`, the new one. Null if it was not found or not "
            "made."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. If there are any, nothing was done."
    )


@answers(PlanPayload | None)
async def create_plan(
    info: Info,
    input: Annotated[
        CreatePlanInput, strawberry.argument(description="The action, and whom it is about.")
    ],
) -> Completed[PlanCallOutcome]:
    """Plan one action over all who match a filter, at most 1,000,000. For staff.

    The plan is answered at once, in `PREPARING`. Its list is frozen in the background, with what
    the rules answer for each; then it is `READY` to be looked at and applied. Nothing is changed.
    """
    # The filters as the screens' fields take them, by their names in GraphQL.
    given: dict[str, Any] = resolve_info(info).arguments["input"]
    completed = await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context,
            campaign_id=input.campaign_id,
            action=input.action,
            chosen={
                tab: Chosen(filter=given.get(tab), order=given.get(f"{tab}Order"))
                for tab in ("candidates", "applicants")
            },
            excepted=input.except_ or (),
            limit=input.limit,
            texts={"reason": input.reason, "message": input.message},
        ),
        dry_run=False,
    )
    worker.call()
    return completed
