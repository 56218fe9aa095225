"""`apply`: take part in a campaign, or ask to."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.apply import apply as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(description="Where to apply, and with which account.")
class ApplyInput:
    campaign_id: strawberry.ID = strawberry.field(
        description="The campaign, which must be visible to the caller."
    )
    account_id: strawberry.ID | None = strawberry.field(
        description=(
            "The account to take part with: one of the caller's that qualify "
            "(`viewerQualifyingAccounts`). May be left out where exactly one does; must be in "
            "affiliate campaigns without post tracking."
        )
    )


@strawberry.type(description="How it came out.")
class ApplyPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    participation: Participation | None = strawberry.field(
        description=(
            "The caller's participation, as it is now. Null where there is none, or the campaign "
            "was not found."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )


@answers(ApplyPayload)
async def apply(
    info: Info,
    input: Annotated[ApplyInput, strawberry.argument(description="Where, and with which account.")],
) -> Completed:
    """Apply to a Selection campaign, or join one of another type. The calling influencer.

    The campaign must be visible to them and its deadline not passed. Who is `WAITING` selects
    an account instead (`selectAccount`).
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            campaign_id=input.campaign_id,
            account_id=input.account_id,
        ),
    )
