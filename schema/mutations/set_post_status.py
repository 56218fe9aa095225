"""`setPostStatus`: judge posts."""

import strawberry

from schema.enums import Outcome, PostDecision, PostWarning
from schema.mutations.results import BulkSummary, UserError
from schema.post import Post


@strawberry.input(description="Which posts to set to which status.")
class SetPostStatusInput:
    post_ids: list[strawberry.ID] = strawberry.field(
        description="The posts: 1 to 1,000, none twice; of any campaigns."
    )
    status: PostDecision = strawberry.field(
        description="The status that they shall have. `APPROVED` and `INEFFECTIVE` are final."
    )
    warning: PostWarning | None = strawberry.field(
        description=(
            "What is wrong with them: needed for `WARNING`, and `INVALID_INPUT` with another "
            "status."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "Why; the influencer may read it. Needed for `WARNING` and `INEFFECTIVE`. At most "
            "2,000 characters. Leaving `WARNING` without one clears the old one."
        )
    )


@strawberry.type(description="How it came out for one post.")
class SetPostStatusResult:
    post_id: strawberry.ID = strawberry.field(description="The id as given.")
    outcome: Outcome = strawberry.field(
        description=(
            "How it came out. The same status with another warning or reason is `CHANGED`."
        )
    )
    post: Post | None = strawberry.field(
        description="The post, as it is now. Null where it was not found."
    )
    error: UserError | None = strawberry.field(
        description="Why it was refused. Null unless it was."
    )


@strawberry.type(
    description=(
        "One result for each id given, in that order; none where `userErrors` has something."
    )
)
class SetPostStatusPayload:
    results: list[SetPostStatusResult] = strawberry.field(
        description="How it came out for each, in the order given."
    )
    summary: BulkSummary = strawberry.field(description="The results, counted.")
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the call; then nothing was done. Empty where it is good."
    )
