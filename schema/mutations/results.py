"""What the payloads of several mutations are made of."""

import strawberry

from schema.enums import ErrorCode, Outcome, ParticipationStatus
from schema.participation import Participation


@strawberry.type(description="Why something was refused, in a way that the user can act on.")
class UserError:
    code: ErrorCode = strawberry.field(description="What is wrong, for programs.")
    message: str = strawberry.field(
        description="What is wrong and what can be done, for people. The wording may change."
    )
    field: list[str] | None = strawberry.field(
        description=(
            'The path to what is wrong in the arguments, such as `["input", "influencerIds", '
            '"3"]`; indices count from 0. Null where no single field is to blame.'
        )
    )


@strawberry.type(description="How many items of a bulk call came out how.")
class BulkSummary:
    changed: int = strawberry.field(description="How many were done.")
    unchanged: int = strawberry.field(description="How many were so already.")
    refused: int = strawberry.field(description="How many were refused.")


@strawberry.type(description="How it came out for one participation of a bulk call.")
class ParticipationResult:
    participation_id: strawberry.ID = strawberry.field(description="The id as given.")
    outcome: Outcome = strawberry.field(description="How it came out.")
    participation: Participation | None = strawberry.field(
        description="The participation as it is now. Null where it was not found."
    )
    status: ParticipationStatus | None = strawberry.field(
        description="The status it has now. Null where it was not found."
    )
    error: UserError | None = strawberry.field(
        description="Why it was refused. Null unless it was."
    )
