"""`selectAccount`: say which account to take part with."""

import strawberry

from schema.enums import Outcome
from schema.mutations.results import UserError
from schema.participation import Participation


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
