"""`disconnectAccount`: let go of an account."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.disconnect_account import disconnect_account as resolve
from resolvers.pipeline.transaction import write
from schema.account import SocialAccount
from schema.enums import Outcome
from schema.fields import Info, answers
from schema.mutations.results import UserError
from workflow.enums import Role


@strawberry.input(description="Which account to disconnect.")
class DisconnectAccountInput:
    account_id: strawberry.ID = strawberry.field(description="One of the caller's accounts.")


@strawberry.type(description="How it came out.")
class DisconnectAccountPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    account: SocialAccount | None = strawberry.field(
        description="The account, as it is now. Null where it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )


@answers(DisconnectAccountPayload)
async def disconnect_account(
    info: Info,
    input: Annotated[DisconnectAccountInput, strawberry.argument(description="Which account.")],
) -> Completed:
    """Disconnect an account. The calling influencer.

    Where it is selected it stays so, and the required action becomes to select or connect one.
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            account_id=input.account_id,
        ),
    )
