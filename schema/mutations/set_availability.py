"""`setAvailability`: show or hide a campaign, whatever the audience rules say."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.set_availability import set_availability as resolve
from resolvers.pipeline.transaction import write
from schema.campaign import Campaign
from schema.candidate import Candidate
from schema.enums import Availability, CandidateStatus, Outcome
from schema.fields import Info, answers
from schema.mutations.results import BulkSummary, UserError
from workflow.enums import Role


@strawberry.input(description="For whom to override the audience rules of a campaign, and how.")
class SetAvailabilityInput:
    campaign_id: strawberry.ID = strawberry.field(
        description="The campaign, which must be running."
    )
    influencer_ids: list[strawberry.ID] = strawberry.field(
        description="The influencers: 1 to 1,000, none twice. None of them may take part now."
    )
    availability: Availability | None = strawberry.field(
        description="What holds for them. Null or left out: the rules decide again."
    )
    reason: str | None = strawberry.field(
        description="Why, for colleagues: kept in the history of each. At most 2,000 characters."
    )


@strawberry.type(description="How it came out for one influencer.")
class SetAvailabilityResult:
    influencer_id: strawberry.ID = strawberry.field(description="The id as given.")
    outcome: Outcome = strawberry.field(description="How it came out.")
    candidate: Candidate | None = strawberry.field(
        description=(
            "Their row of the Select influencer tab, as it is now. Null where there is no such "
            "influencer."
        )
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
class SetAvailabilityPayload:
    campaign: Campaign | None = strawberry.field(
        description="The campaign, as it is now. Null where it was not found."
    )
    results: list[SetAvailabilityResult] = strawberry.field(
        description="How it came out for each, in the order given."
    )
    summary: BulkSummary = strawberry.field(description="The results, counted.")
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the call; then nothing was done. Empty where it is good."
    )


@answers(SetAvailabilityPayload)
async def set_availability(
    info: Info,
    input: Annotated[SetAvailabilityInput, strawberry.argument(description="For whom, and what.")],
) -> Completed:
    """Show or hide a running campaign, whatever its audience rules say. Staff.

    Only to influencers who do not take part; null lets the rules decide again.
    """
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context,
            campaign_id=input.campaign_id,
            influencer_ids=input.influencer_ids,
            availability=input.availability,
            reason=input.reason,
        ),
    )
