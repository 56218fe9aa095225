"""`setApplicantStatus`: decide applications."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.set_applicant_status import set_applicant_status as resolve
from resolvers.pipeline.transaction import write
from schema.enums import ApplicantStatus
from schema.fields import Info, answers
from schema.mutations.results import BulkSummary, ParticipationResult, UserError
from workflow.enums import Role


@strawberry.input(description="Which applications to set to which status.")
class SetApplicantStatusInput:
    participation_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "The participations: 1 to 1,000, none twice; of any Selection campaigns. They take "
            "places in this order."
        )
    )
    status: ApplicantStatus = strawberry.field(
        description=(
            "The status that they shall have. Those already approved or rejected can only be "
            "switched between the two."
        )
    )
    reason: str | None = strawberry.field(
        description="Why, for colleagues: kept in the history of each. At most 2,000 characters."
    )
    message: str | None = strawberry.field(
        description=(
            "For the influencers to read: kept in the history of each. At most 2,000 characters."
        )
    )
    if_status: list[ApplicantStatus] | None = strawberry.field(
        description=(
            "Only those that are in one of these now; others are refused as `STALE_STATUS`. So a "
            "stale screen overturns nobody's decision. Empty, null or left out: whatever their "
            "status."
        )
    )
    if_version: int | None = strawberry.field(
        description=(
            "Only if its `version` is still this one; else `STALE_VERSION`. For a single id: "
            "`INVALID_INPUT` with more."
        )
    )


@strawberry.type(
    description=(
        "One result for each id given, in that order; none where `userErrors` has something."
    )
)
class SetApplicantStatusPayload:
    results: list[ParticipationResult] = strawberry.field(
        description="How it came out for each, in the order given."
    )
    summary: BulkSummary = strawberry.field(description="The results, counted.")
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the call; then nothing was done. Empty where it is good."
    )


@answers(SetApplicantStatusPayload)
async def set_applicant_status(
    info: Info,
    input: Annotated[
        SetApplicantStatusInput, strawberry.argument(description="Which, and to what.")
    ],
) -> Completed:
    """Decide applications to Selection campaigns. Staff, and advertisers for their campaigns.

    `APPLIED` and `REVIEWING` switch freely, and so do `APPROVED` and `REJECTED`; from the
    former to the latter is one-way.
    """
    return await write(
        info,
        (Role.STAFF, Role.ADVERTISER),
        lambda: resolve(
            info.context,
            participation_ids=input.participation_ids,
            status=input.status,
            reason=input.reason,
            message=input.message,
            if_status=input.if_status,
            if_version=input.if_version,
        ),
    )
