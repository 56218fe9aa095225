"""`setPostStatus`: judge posts."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.set_post_status import set_post_status as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome, PostDecision, PostWarning
from schema.fields import Info, answers
from schema.mutations.results import BulkSummary, UserError
from schema.post import Post
from workflow.enums import Role


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


@answers(SetPostStatusPayload)
async def set_post_status(
    info: Info,
    input: Annotated[SetPostStatusInput, strawberry.argument(description="Which, and to what.")],
) -> Completed:
    """Judge posts. Staff.

    Not once they are `APPROVED` or `INEFFECTIVE`. Also in completed campaigns.
    """
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(
            info.context,
            post_ids=input.post_ids,
            status=input.status,
            warning=input.warning,
            reason=input.reason,
        ),
    )
