"""`submitPost`: submit the URL of a post."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.submit_post import SubmitPostOutcome
from resolvers.mutations.submit_post import submit_post as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import DryRun, Info, answers
from schema.mutations.results import Payload, UserError
from schema.post import Post
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(
    description="The input of `submitPost`: the participation, and the URL of the post."
)
class SubmitPostInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The id of the caller's participation, which is `APPROVED` or `JOINED` in a campaign "
            "with post tracking."
        )
    )
    url: URL = strawberry.field(
        description=(
            "The post's URL: https, on one of the campaign's platforms, at most 2,048 characters. "
            "All URLs of one post are the same, on mobile and short hosts, with or without the "
            "user's name; a URL that only the platform can resolve is compared without fragment, "
            "tracking parameters and a trailing slash. A profile or a home page is "
            "`INVALID_INPUT`."
        )
    )


@strawberry.type(description="The payload of `submitPost`.")
class SubmitPostPayload(Payload):
    outcome: Outcome = strawberry.field(
        description="The outcome of the mutation; `REFUSED` if `userErrors` has an entry."
    )
    post: Post | None = strawberry.field(
        description="The post, as it is now. Null if it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. Empty unless the outcome is `REFUSED`."
    )


@answers(SubmitPostPayload | None)
async def submit_post(
    info: Info,
    input: Annotated[
        SubmitPostInput,
        strawberry.argument(description="The participation, and the URL of the post."),
    ],
    dry_run: DryRun = False,
) -> Completed[SubmitPostOutcome]:
    """Submit the URL of a post, once `APPROVED` or `JOINED`. For influencers.

    A live post holds its URL in the campaign. One that is `INEFFECTIVE`, or has the warning
    `DELETED_POST`, is not live: its URL may be submitted again, by anyone, as a new post.
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            url=input.url,
        ),
        dry_run=dry_run,
    )
