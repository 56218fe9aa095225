"""`setPostStatus`: set the status of posts."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.set_post_status import PostsOutcome
from resolvers.mutations.set_post_status import set_post_status as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome, PostDecision, PostWarning
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, Payload, UserError
from schema.post import Post
from workflow.enums import Role


@strawberry.input(description="The input of `setPostStatus`: posts, and the status to set them to.")
class SetPostStatusInput:
    post_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the posts: 1 to 1,000, each once, in any campaigns."
    )
    status: PostDecision = strawberry.field(
        description="The status to set. `APPROVED` and `INEFFECTIVE` are final."
    )
    warning: PostWarning | None = strawberry.field(
        description=(
            "The kind of warning. Required for `WARNING`, and `INVALID_INPUT` with another status."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "The reason for the status, which the influencer may read. Required for `WARNING` and "
            "`INEFFECTIVE`; else left out, it clears an earlier reason. At most 2,000 characters."
        )
    )


@strawberry.type(description="The result of `setPostStatus` for one post.")
class SetPostStatusResult:
    post_id: strawberry.ID = strawberry.field(description="The post's id, as given.")
    outcome: Outcome = strawberry.field(
        description=(
            "The outcome for the post. The same status with another warning or reason is `CHANGED`."
        )
    )
    post: Post | None = strawberry.field(
        description="The post, as it is now. Null if it was not found."
    )
    error: UserError | None = strawberry.field(
        description="The reason for the refusal. Null unless the outcome is `REFUSED`."
    )


@strawberry.type(
    description="The payload of `setPostStatus`: one result for each id, in the order given."
)
class SetPostStatusPayload(Payload):
    results: list[SetPostStatusResult] = strawberry.field(
        description=(
            "The result for each post, in the order given. Empty if `userErrors` has an entry."
        )
    )
    summary: BulkSummary = strawberry.field(description="The number of results by outcome.")
    user_errors: list[UserError] = strawberry.field(
        description="The faults of the call as a whole. If there are any, nothing was done."
    )


@answers(SetPostStatusPayload | None)
async def set_post_status(
    info: Info,
    input: Annotated[
        SetPostStatusInput, strawberry.argument(description="The posts, and the status to set.")
    ],
    dry_run: DryRun = False,
) -> Completed[PostsOutcome]:
    """Set the status of posts after review. For staff.

    Not of posts that are `APPROVED` or `INEFFECTIVE`. Also in completed campaigns. A post that was
    deleted, and whose URL another live post has by now, does not become live again: `URL_IN_USE`.
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
        dry_run=dry_run,
    )
