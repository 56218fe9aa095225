"""`reopenApplications`: make rejected influencers applicants again."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.reopen_applications import reopen_applications as resolve
from resolvers.pipeline.bulk import ParticipationsOutcome
from resolvers.pipeline.transaction import write
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, ParticipationResult, Payload, UserError
from workflow.enums import Role


@strawberry.input(
    description=("The input of `reopenApplications`: the rejected participations to reopen.")
)
class ReopenApplicationsInput:
    participation_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "The ids of the participations: 1 to 1,000, each once, in any Selection campaigns."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "The reason, for colleagues, kept in the history of each participation. At most 2,000 "
            "characters."
        )
    )
    message: str | None = strawberry.field(
        description=(
            "The message to the influencers, kept in the history of each. At most 2,000 characters."
        )
    )


@strawberry.type(
    description="The payload of `reopenApplications`: one result for each id, in the order given."
)
class ReopenApplicationsPayload(Payload):
    results: list[ParticipationResult] = strawberry.field(
        description=(
            "The result for each participation, in the order given. Empty if `userErrors` has an "
            "entry."
        )
    )
    summary: BulkSummary = strawberry.field(description="The number of results by outcome.")
    user_errors: list[UserError] = strawberry.field(
        description="The faults of the call as a whole. If there are any, nothing was done."
    )


@answers(ReopenApplicationsPayload | None)
async def reopen_applications(
    info: Info,
    input: Annotated[
        ReopenApplicationsInput,
        strawberry.argument(description="The applications to reopen."),
    ],
    dry_run: DryRun = False,
) -> Completed[ParticipationsOutcome]:
    """Make rejected influencers applicants again, in a new round. For staff.

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
        dry_run=dry_run,
    )
