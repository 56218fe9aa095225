"""`markJoined`: force-join influencers."""

import strawberry

from schema.campaign import Campaign
from schema.candidate import Candidate
from schema.enums import CandidateStatus, Outcome
from schema.mutations.results import BulkSummary, UserError
from schema.participation import Participation


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
