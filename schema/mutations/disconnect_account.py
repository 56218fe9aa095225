"""`disconnectAccount`: let go of an account."""

import strawberry

from schema.account import SocialAccount
from schema.enums import Outcome
from schema.mutations.results import UserError


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
