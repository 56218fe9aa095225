"""`removeParticipants`: take out influencers whom staff put in, or who wait or joined."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.remove_participants import remove_participants as resolve
from resolvers.pipeline.bulk import ParticipationsOutcome
from resolvers.pipeline.transaction import write
from schema.enums import ParticipationStatus
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, ParticipationResult, Payload, UserError
from workflow.enums import Role


@strawberry.input(
    description="The input of `removeParticipants`: the participations to remove, and the reason."
)
class RemoveParticipantsInput:
    participation_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the participations: 1 to 1,000, each once, in any campaigns."
    )
    reason: str = strawberry.field(
        description=(
            "The reason, for colleagues, kept in the history of each participation. 1 to 2,000 "
            "characters."
        )
    )
    message: str | None = strawberry.field(
        description=(
            "The message to the influencers, kept in the history of each. At most 2,000 characters."
        )
    )
    if_status: list[ParticipationStatus] | None = strawberry.field(
        description=(
            "The statuses that are expected: a participation in another one is refused with "
            "`STALE_STATUS`. Null, empty or left out: any status."
        )
    )


@strawberry.type(
    description="The payload of `removeParticipants`: one result for each id, in the order given."
)
class RemoveParticipantsPayload(Payload):
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


@answers(RemoveParticipantsPayload | None)
async def remove_participants(
    info: Info,
    input: Annotated[
        RemoveParticipantsInput,
        strawberry.argument(description="The participations to remove, and the reason."),
    ],
    dry_run: DryRun = False,
) -> Completed[ParticipationsOutcome]:
    """Remove influencers who are waiting or joined, as after a mistaken `markJoined`. For staff.

    In a Selection campaign those `APPROVED` whom staff put in (`origin` is `FORCED`), too; whoever
    applied is rejected instead. Nobody with a live post is removed unless they are `WAITING`; a
    post is live unless it is `INEFFECTIVE`, or has the warning `DELETED_POST`. Their places are
    free again.
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
        dry_run=dry_run,
    )
