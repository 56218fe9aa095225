"""`markJoined`: force-join influencers."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.mark_joined import mark_joined as resolve
from resolvers.pipeline.transaction import write
from schema.campaign import Campaign
from schema.candidate import Candidate
from schema.enums import CandidateStatus, Outcome
from schema.fields import Info, answers
from schema.mutations.results import BulkSummary, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(description="Whom to mark as joined, in which campaign.")
class MarkJoinedInput:
    campaign_id: strawberry.ID = strawberry.field(
        description="The campaign, which must be running."
    )
    influencer_ids: list[strawberry.ID] = strawberry.field(
        description="The influencers: 1 to 1,000, none twice. They take places in this order."
    )
    reason: str | None = strawberry.field(
        description="Why, for colleagues: kept in the history of each. At most 2,000 characters."
    )
    message: str | None = strawberry.field(
        description=(
            "For the influencers to read: kept in the history of each. At most 2,000 characters."
        )
    )


@strawberry.type(description="How it came out for one influencer.")
class MarkJoinedResult:
    influencer_id: strawberry.ID = strawberry.field(description="The id as given.")
    outcome: Outcome = strawberry.field(
        description="How it came out. `UNCHANGED`: was waiting, approved or joined already."
    )
    candidate: Candidate | None = strawberry.field(
        description=(
            "Their row of the Select influencer tab, as it is now. Null where there is no such "
            "influencer."
        )
    )
    participation: Participation | None = strawberry.field(
        description="Their participation, as it is now. Null without one."
    )
    candidate_status: CandidateStatus | None = strawberry.field(
        description="The status of their row now. Null where there is no such influencer."
    )
    error: UserError | None = strawberry.field(
        description="Why it was refused. Null unless it was."
    )


@strawberry.type(
    description=(
        "One result for each id given, in that order; none where `userErrors` has something."
    )
)
class MarkJoinedPayload:
    campaign: Campaign | None = strawberry.field(
        description="The campaign, as it is now. Null where it was not found."
    )
    results: list[MarkJoinedResult] = strawberry.field(
        description="How it came out for each, in the order given."
    )
    summary: BulkSummary = strawberry.field(description="The results, counted.")
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the call; then nothing was done. Empty where it is good."
    )


@answers(MarkJoinedPayload)
async def mark_joined(
    info: Info,
    input: Annotated[
        MarkJoinedInput, strawberry.argument(description="Whom, and in which campaign.")
    ],
) -> Completed:
    """Force-join influencers to whom the campaign is visible. Staff.

    With exactly one qualifying account they join at once (`APPROVED` in Selection campaigns,
    else `JOINED`); with several or none they are `WAITING`, until they select or connect one.
    In affiliate campaigns without post tracking they join at once, whatever their accounts.
    """
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context,
            campaign_id=input.campaign_id,
            influencer_ids=input.influencer_ids,
            reason=input.reason,
            message=input.message,
        ),
    )
