"""`withdraw`: step back."""

import strawberry

from schema.enums import Outcome
from schema.mutations.results import UserError
from schema.participation import Participation


@strawberry.input(description="What to withdraw from.")
class WithdrawInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The caller's participation: `WAITING`, `APPLIED`, `REVIEWING`, or `JOINED` without a "
            "post that counts."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "Why: kept in the history, for staff and the campaign's advertiser to read. At most "
            "2,000 characters."
        )
    )


@strawberry.type(description="How it came out.")
class WithdrawPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null where it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )
