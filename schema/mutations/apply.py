"""`apply`: apply to a campaign, or join it."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.apply import apply as resolve
from resolvers.pipeline.single import ParticipationOutcome
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import DryRun, Info, answers
from schema.mutations.results import Payload, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(
    description="The input of `apply`: a campaign, and the account to take part with."
)
class ApplyInput:
    campaign_id: strawberry.ID = strawberry.field(
        description="The id of the campaign, which must be visible to the caller."
    )
    account_id: strawberry.ID | None = strawberry.field(
        description=(
            "The id of the account to take part with, one of `viewerQualifyingAccounts`. May be "
            "left out if exactly one account qualifies; must be left out in an affiliate campaign "
            "without post tracking."
        )
    )


@strawberry.type(description="The payload of `apply`.")
class ApplyPayload(Payload):
    outcome: Outcome = strawberry.field(
        description="The outcome of the mutation; `REFUSED` if `userErrors` has an entry."
    )
    participation: Participation | None = strawberry.field(
        description=(
            "The caller's participation, as it is now. Null if there is none, or the campaign was "
            "not found."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. Empty unless the outcome is `REFUSED`."
    )


@answers(ApplyPayload | None)
async def apply(
    info: Info,
    input: Annotated[
        ApplyInput,
        strawberry.argument(description="The campaign, and the account to take part with."),
    ],
    dry_run: DryRun = False,
) -> Completed[ParticipationOutcome]:
    """Apply to a Selection campaign, or join another campaign. For influencers.

    The campaign must be visible to the influencer and its deadline not passed. An influencer who is
    `WAITING` selects an account instead (`selectAccount`).
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            campaign_id=input.campaign_id,
            account_id=input.account_id,
        ),
        dry_run=dry_run,
    )
