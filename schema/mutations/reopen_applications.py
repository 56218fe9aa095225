"""`reopenApplications`: make rejected influencers applicants again."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.reopen_applications import reopen_applications as resolve
from resolvers.pipeline.transaction import write
from schema.fields import Info, answers
from schema.mutations.results import BulkSummary, ParticipationResult, UserError
from workflow.enums import Role


@strawberry.input(description="Which rejected applications to reopen.")
class ReopenApplicationsInput:
    participation_ids: list[strawberry.ID] = strawberry.field(
        description="The participations: 1 to 1,000, none twice; of any Selection campaigns."
    )
    reason: str = strawberry.field(
        description="Why, for colleagues: kept in the history of each. 1 to 2,000 characters."
    )
    message: str | None = strawberry.field(
        description=(
            "For the influencers to read: kept in the history of each. At most 2,000 characters."
        )
    )


@strawberry.type(
    description=(
        "One result for each id given, in that order; none where `userErrors` has something."
    )
)
class ReopenApplicationsPayload:
    results: list[ParticipationResult] = strawberry.field(
        description="How it came out for each, in the order given."
    )
    summary: BulkSummary = strawberry.field(description="The results, counted.")
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the call; then nothing was done. Empty where it is good."
    )


@answers(ReopenApplicationsPayload)
async def reopen_applications(
    info: Info,
    input: Annotated[ReopenApplicationsInput, strawberry.argument(description="Which, and why.")],
) -> Completed:
    """Make rejected influencers applicants again, in a new round. Staff.

    The rejection stays in the history.
    """
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context,
            participation_ids=input.participation_ids,
            reason=input.reason,
            message=input.message,
        ),
    )
