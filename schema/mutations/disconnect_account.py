"""`disconnectAccount`: disconnect an account."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.disconnect_account import DisconnectAccountOutcome
from resolvers.mutations.disconnect_account import disconnect_account as resolve
from resolvers.pipeline.transaction import write
from schema.account import SocialAccount
from schema.enums import Outcome
from schema.fields import DryRun, Info, answers
from schema.influencer import Influencer
from schema.mutations.results import Payload, UserError
from workflow.enums import Role


@strawberry.input(description="The input of `disconnectAccount`: the account to disconnect.")
class DisconnectAccountInput:
    account_id: strawberry.ID = strawberry.field(
        description="The id of one of the caller's accounts."
    )


@strawberry.type(description="The payload of `disconnectAccount`.")
class DisconnectAccountPayload(Payload):
    outcome: Outcome = strawberry.field(
        description="The outcome of the mutation; `REFUSED` if `userErrors` has an entry."
    )
    account: SocialAccount | None = strawberry.field(
        description="The account, as it is now. Null if it was not found."
    )
    influencer: Influencer | None = strawberry.field(
        description="The caller, as they are now. Null if the account was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. Empty unless the outcome is `REFUSED`."
    )


@answers(DisconnectAccountPayload | None)
async def disconnect_account(
    info: Info,
    input: Annotated[
        DisconnectAccountInput, strawberry.argument(description="The account to disconnect.")
    ],
    dry_run: DryRun = False,
) -> Completed[DisconnectAccountOutcome]:
    """Disconnect an account. For influencers.

    Where the account is selected it stays so, and the required action becomes to select or connect
    one.
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            account_id=input.account_id,
        ),
        dry_run=dry_run,
    )
