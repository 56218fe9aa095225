"""`setAvailability`: show or hide a campaign, over its audience rules."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.set_availability import set_availability as resolve
from resolvers.pipeline.bulk import CandidatesOutcome
from resolvers.pipeline.transaction import write
from schema.campaign import Campaign
from schema.candidate import Candidate
from schema.enums import Availability, CandidateStatus, Outcome
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, Payload, UserError
from workflow.enums import Role


@strawberry.input(
    description=(
        "The input of `setAvailability`: a campaign, influencers, and the availability to set for "
        "them."
    )
)
class SetAvailabilityInput:
    campaign_id: strawberry.ID = strawberry.field(
        description="The id of the campaign, which must be running."
    )
    influencer_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "The ids of the influencers: 1 to 1,000, each once. One who takes part is refused, "
            "unless `WAITING`."
        )
    )
    availability: Availability | None = strawberry.field(
        description=(
            "The availability of the campaign to the influencers. Null or left out: the audience "
            "rules decide again."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "The reason, for colleagues, kept in the history of each influencer. At most 2,000 "
            "characters."
        )
    )


@strawberry.type(description="The result of `setAvailability` for one influencer.")
class SetAvailabilityResult:
    influencer_id: strawberry.ID = strawberry.field(description="The influencer's id, as given.")
    outcome: Outcome = strawberry.field(description="The outcome for the influencer.")
    candidate: Candidate | None = strawberry.field(
        description=(
            "The influencer's row on the Select influencer tab, as it is now. Null if there is no "
            "such influencer."
        )
    )
    candidate_status: CandidateStatus | None = strawberry.field(
        description=(
            "The influencer's status on the Select influencer tab now. Null if there is no such "
            "influencer."
        )
    )
    error: UserError | None = strawberry.field(
        description="The reason for the refusal. Null unless the outcome is `REFUSED`."
    )


@strawberry.type(
    description="The payload of `setAvailability`: one result for each id, in the order given."
)
class SetAvailabilityPayload(Payload):
    campaign: Campaign | None = strawberry.field(
        description="The campaign, as it is now. Null if it was not found."
    )
    results: list[SetAvailabilityResult] = strawberry.field(
        description=(
            "The result for each influencer, in the order given. Empty if `userErrors` has an "
            "entry."
        )
    )
    summary: BulkSummary = strawberry.field(description="The number of results by outcome.")
    user_errors: list[UserError] = strawberry.field(
        description="The faults of the call as a whole. If there are any, nothing was done."
    )


@answers(SetAvailabilityPayload | None)
async def set_availability(
    info: Info,
    input: Annotated[
        SetAvailabilityInput,
        strawberry.argument(description="The campaign, the influencers, and the availability."),
    ],
    dry_run: DryRun = False,
) -> Completed[CandidatesOutcome]:
    """Show or hide a running campaign, over its audience rules. For staff.

    Only for influencers who do not take part, or who are `WAITING`: to these it may be shown, which
    moves nobody on, but not hidden. Null lets the audience rules decide again.
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
        dry_run=dry_run,
    )
