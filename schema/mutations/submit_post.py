"""`submitPost`: submit the URL of a post."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.submit_post import submit_post as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.post import Post
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(description="What was posted, and for which participation.")
class SubmitPostInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The caller's participation: `APPROVED` or `JOINED`, in a campaign that tracks posts."
        )
    )
    url: URL = strawberry.field(
        description=(
            "Where the post is: https, on one of the campaign's platforms, at most 2,048 "
            "characters. Compared without regard to fragment, tracking parameters and a trailing "
            "slash."
        )
    )


@strawberry.type(description="How it came out.")
class SubmitPostPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    post: Post | None = strawberry.field(
        description="The post, as it is now. Null where it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )


@answers(SubmitPostPayload)
async def submit_post(
    info: Info,
    input: Annotated[
        SubmitPostInput, strawberry.argument(description="For which participation, and what.")
    ],
) -> Completed:
    """Submit the URL of a post. The calling influencer, once `APPROVED` or `JOINED`."""
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            url=input.url,
        ),
    )
