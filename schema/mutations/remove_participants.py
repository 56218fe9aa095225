"""`removeParticipants`: take out those who wait or joined."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.remove_participants import remove_participants as resolve
from resolvers.pipeline.transaction import write
from schema.enums import ParticipationStatus
from schema.fields import Info, answers
from schema.mutations.results import BulkSummary, ParticipationResult, UserError
from workflow.enums import Role


@strawberry.input(description="Whom to take out.")
class RemoveParticipantsInput:
    participation_ids: list[strawberry.ID] = strawberry.field(
        description="The participations: 1 to 1,000, none twice; of any campaigns."
    )
    reason: str = strawberry.field(
        description="Why, for colleagues: kept in the history of each. 1 to 2,000 characters."
    )
    message: str | None = strawberry.field(
        description=(
            "For the influencers to read: kept in the history of each. At most 2,000 characters."
        )
    )
    if_status: list[ParticipationStatus] | None = strawberry.field(
        description=(
            "Only those that are in one of these now; others are refused as `STALE_STATUS`. Empty, "
            "null or left out: whatever their status."
        )
    )


@strawberry.type(
    description=(
        "One result for each id given, in that order; none where `userErrors` has something."
    )
)
class RemoveParticipantsPayload:
    results: list[ParticipationResult] = strawberry.field(
        description="How it came out for each, in the order given."
    )
    summary: BulkSummary = strawberry.field(description="The results, counted.")
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the call; then nothing was done. Empty where it is good."
    )


@answers(RemoveParticipantsPayload)
async def remove_participants(
    info: Info,
    input: Annotated[RemoveParticipantsInput, strawberry.argument(description="Whom, and why.")],
) -> Completed:
    """Take out those who are `WAITING`, or `JOINED` without a live post. Staff.

    Their places are free again. A post is live unless it is `INEFFECTIVE`.
    """
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context,
            participation_ids=input.participation_ids,
            reason=input.reason,
            message=input.message,
            if_status=input.if_status,
        ),
    )
