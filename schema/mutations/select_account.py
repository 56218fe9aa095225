"""`selectAccount`: say which account to take part with."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.select_account import select_account as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(description="Which account to take part with.")
class SelectAccountInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The caller's participation: `WAITING`, or one whose selected account is disconnected."
        )
    )
    account_id: strawberry.ID = strawberry.field(
        description="One of the caller's qualifying accounts (`requiredAction.accounts`)."
    )


@strawberry.type(description="How it came out.")
class SelectAccountPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null where it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )


@answers(SelectAccountPayload)
async def select_account(
    info: Info,
    input: Annotated[
        SelectAccountInput,
        strawberry.argument(description="For which participation, and which."),
    ],
) -> Completed:
    """Select the account to take part with. The calling influencer.

    Moves `WAITING` on to `APPLIED` in Selection campaigns and to `JOINED` in others. Later,
    only to replace a selected account that is disconnected.
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            account_id=input.account_id,
        ),
    )
