"""The types that the payloads of several mutations share."""

import strawberry

from schema.enums import ErrorCode, Outcome, ParticipationStatus
from schema.participation import Participation


@strawberry.type(description="The part that all payloads have.")
class Payload:
    is_dry_run: bool = strawberry.field(
        description=(
            "Whether the mutation was only tried out (`dryRun`) and rolled back: then objects that "
            "it made have ids with `preview:` in them, which name nothing."
        )
    )


@strawberry.type(
    description="A refusal that the user can act on, of a mutation or of one item of it."
)
class UserError:
    code: ErrorCode = strawberry.field(description="The reason for the refusal, for programs.")
    message: str = strawberry.field(
        description=(
            "The reason for the refusal, and what the user can do about it, in words. The wording "
            "may change."
        )
    )
    field: list[str] | None = strawberry.field(
        description=(
            'The path to the argument that was refused, such as `["input", "influencerIds", "3"]`; '
            "indices count from 0. Null if the refusal is not about a single argument."
        )
    )


@strawberry.type(description="The numbers of items of a bulk mutation, by outcome.")
class BulkSummary:
    changed: int = strawberry.field(description="The number of items that were changed.")
    unchanged: int = strawberry.field(description="The number of items that were as asked already.")
    refused: int = strawberry.field(description="The number of items that were refused.")


@strawberry.type(description="The result of a bulk mutation for one participation.")
class ParticipationResult:
    participation_id: strawberry.ID = strawberry.field(
        description="The participation's id, as given."
    )
    outcome: Outcome = strawberry.field(description="The outcome for the participation.")
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null if it was not found."
    )
    status: ParticipationStatus | None = strawberry.field(
        description="The participation's status now. Null if the participation was not found."
    )
    error: UserError | None = strawberry.field(
        description="The reason for the refusal. Null unless the outcome is `REFUSED`."
    )
