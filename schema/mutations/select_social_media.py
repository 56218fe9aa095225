"""`selectSocialMedia`: say which platforms will be used where posts are not tracked."""

import strawberry

from schema.enums import Outcome, Platform
from schema.mutations.results import UserError
from schema.participation import Participation


@strawberry.input(description="Which platforms someone who joined will use.")
class SelectSocialMediaInput:
    participation_id: strawberry.ID = strawberry.field(
        description="The participation: `JOINED`, in an affiliate campaign without post tracking."
    )
    platforms: list[Platform] = strawberry.field(
        description=(
            "All that will be used, at least one, each one of the campaign's. Replaces what was "
            "selected before."
        )
    )


@strawberry.type(description="How it came out.")
class SelectSocialMediaPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null where it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )
