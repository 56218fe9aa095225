"""`markJoined`: mark influencers as joined (force-join)."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.mark_joined import mark_joined as resolve
from resolvers.pipeline.bulk import CandidatesOutcome
from resolvers.pipeline.transaction import write
from schema.campaign import Campaign
from schema.candidate import Candidate
from schema.enums import CandidateStatus, Outcome
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, Payload, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(
    description="The input of `markJoined`: a campaign, and the influencers to mark as joined."
)
class MarkJoinedInput:
    campaign_id: strawberry.ID = strawberry.field(
        description="The id of the campaign, which must be running."
    )
    influencer_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "The ids of the influencers: 1 to 1,000, each once. Places are taken in this order."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "The reason, for colleagues, kept in the history of each influencer. At most 2,000 "
            "characters."
        )
    )
    message: str | None = strawberry.field(
        description=(
            "The message to the influencers, kept in the history of each. At most 2,000 characters."
        )
    )


@strawberry.type(description="The result of `markJoined` for one influencer.")
class MarkJoinedResult:
    influencer_id: strawberry.ID = strawberry.field(description="The influencer's id, as given.")
    outcome: Outcome = strawberry.field(
        description=(
            "The outcome for the influencer. `UNCHANGED`: the influencer was `WAITING`, `APPROVED` "
            "or `JOINED` already."
        )
    )
    candidate: Candidate | None = strawberry.field(
        description=(
            "The influencer's row on the Select influencer tab, as it is now. Null if there is no "
            "such influencer."
        )
    )
    participation: Participation | None = strawberry.field(
        description="The influencer's participation, as it is now. Null if there is none."
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
    description="The payload of `markJoined`: one result for each id, in the order given."
)
class MarkJoinedPayload(Payload):
    campaign: Campaign | None = strawberry.field(
        description="The campaign, as it is now. Null if it was not found."
    )
    results: list[MarkJoinedResult] = strawberry.field(
        description=(
            "The result for each influencer, in the order given. Empty if `userErrors` has an "
            "entry."
        )
    )
    summary: BulkSummary = strawberry.field(description="The number of results by outcome.")
    user_errors: list[UserError] = strawberry.field(
        description="The faults of the call as a whole. If there are any, nothing was done."
    )


@answers(MarkJoinedPayload | None)
async def mark_joined(
    info: Info,
    input: Annotated[
        MarkJoinedInput,
        strawberry.argument(description="The campaign, and the influencers to mark as joined."),
    ],
    dry_run: DryRun = False,
) -> Completed[CandidatesOutcome]:
    """Mark influencers as joined (force-join) in a campaign that is visible to them. For staff.

    With exactly one qualifying account they join at once (`APPROVED` in Selection campaigns, else
    `JOINED`); with several or none they are `WAITING` until they select or connect one. In
    affiliate campaigns without post tracking they join at once, whatever their accounts.
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
        dry_run=dry_run,
    )
