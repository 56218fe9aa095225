"""`apply`: take part in a campaign, or ask to."""

import strawberry

from schema.enums import Outcome
from schema.mutations.results import UserError
from schema.participation import Participation


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
