"""`setApplicantStatus`: decide applications."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.set_applicant_status import set_applicant_status as resolve
from resolvers.pipeline.bulk import ParticipationsOutcome
from resolvers.pipeline.transaction import write
from schema.enums import ApplicantStatus
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, ParticipationResult, Payload, UserError
from workflow.enums import Role


@strawberry.input(
    description="The input of `setApplicantStatus`: participations, and the status to set them to."
)
class SetApplicantStatusInput:
    participation_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "The ids of the participations: 1 to 1,000, each once, in any Selection campaigns. "
            "Places are taken in this order."
        )
    )
    status: ApplicantStatus = strawberry.field(
        description=(
            "The status to set. An application that is approved or rejected can only be switched "
            "between the two."
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
    if_status: list[ApplicantStatus] | None = strawberry.field(
        description=(
            "The statuses that are expected: a participation in another one is refused with "
            "`STALE_STATUS`, so that a stale screen overturns no decision. Null, empty or left "
            "out: any status."
        )
    )
    if_version: int | None = strawberry.field(
        description=(
            "The version that is expected: a participation with another one is refused with "
            "`STALE_VERSION`. Only with a single id, else `INVALID_INPUT`."
        )
    )


@strawberry.type(
    description="The payload of `setApplicantStatus`: one result for each id, in the order given."
)
class SetApplicantStatusPayload(Payload):
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


@answers(SetApplicantStatusPayload | None)
async def set_applicant_status(
    info: Info,
    input: Annotated[
        SetApplicantStatusInput,
        strawberry.argument(description="The applications, and the status to set."),
    ],
    dry_run: DryRun = False,
) -> Completed[ParticipationsOutcome]:
    """Decide applications to Selection campaigns. For staff and the campaigns' advertisers.

    `APPLIED` and `REVIEWING` can be switched freely, and so can `APPROVED` and `REJECTED`; from the
    former two to the latter two is one-way.
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
        dry_run=dry_run,
    )
