"""`recordPosts`: record posts that a service has seen."""

from datetime import datetime
from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.record_posts import PostFields, RecordPostsOutcome
from resolvers.mutations.record_posts import record_posts as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome, Platform
from schema.fields import DryRun, Info, answers
from schema.mutations.results import BulkSummary, Payload, UserError
from schema.post import Post
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(
    description=(
        "A post in `recordPosts`. Give either `participationId`, or `platform` with "
        "`accountExternalId`: then the post is recorded in each running campaign with post "
        "tracking where that account is the selected one of someone who is `APPROVED` or `JOINED`."
    )
)
class RecordPostInput:
    participation_id: strawberry.ID | None = strawberry.field(
        description="The id of the one participation to record the post for."
    )
    platform: Platform | None = strawberry.field(
        description="The platform of the account that published the post."
    )
    account_external_id: str | None = strawberry.field(
        description=(
            "The id that the account has on its platform, as in `SocialAccount.externalId`. 1 to "
            "200 characters."
        ),
    )
    url: URL = strawberry.field(
        description=(
            "The post's URL, as in `submitPost`: https, on one of the campaign's platforms, at "
            "most 2,048 characters."
        )
    )
    published_at: datetime | None = strawberry.field(
        description="The time when the post was published. Kept if the post is new here.",
    )


@strawberry.input(description="The input of `recordPosts`: the posts that were seen.")
class RecordPostsInput:
    posts: list[RecordPostInput] = strawberry.field(
        description="The posts, 1 to 1,000. The same post may be given again."
    )


@strawberry.type(description="The result of `recordPosts` for one item.")
class RecordPostResult:
    index: int = strawberry.field(description="The item's place in the list given, from 0.")
    outcome: Outcome = strawberry.field(
        description=(
            "The outcome for the item. `CHANGED` if at least one post was made, `UNCHANGED` if all "
            "were there, `REFUSED` if none could be made."
        )
    )
    posts: list[Post] = strawberry.field(
        description=(
            "The posts with this URL, one for each campaign: those made now, and those that were "
            "there already, also if their influencers submitted them."
        )
    )
    error: UserError | None = strawberry.field(
        description=(
            "The reason for the refusal, that of the first campaign. Null unless the outcome is "
            "`REFUSED`."
        )
    )


@strawberry.type(
    description="The payload of `recordPosts`: one result for each item, in the order given."
)
class RecordPostsPayload(Payload):
    results: list[RecordPostResult] = strawberry.field(
        description=(
            "The result for each item, in the order given. Empty if `userErrors` has an entry."
        )
    )
    summary: BulkSummary = strawberry.field(description="The number of results by outcome.")
    user_errors: list[UserError] = strawberry.field(
        description="The faults of the call as a whole. If there are any, nothing was done."
    )


@answers(RecordPostsPayload | None)
async def record_posts(
    info: Info,
    input: Annotated[
        RecordPostsInput, strawberry.argument(description="The posts that were seen.")
    ],
    dry_run: DryRun = False,
) -> Completed[RecordPostsOutcome]:
    """Record posts that were seen on social platforms. For services.

    By the same rules as `submitPost`. A post that is there already is `UNCHANGED` and answered, so
    that the service learns its id; its `source` stays.
    """
    posts = [
        PostFields(
            participation_id=given.participation_id,
            platform=given.platform,
            account_external_id=given.account_external_id,
            url=given.url,
            published_at=given.published_at,
        )
        for given in input.posts
    ]
    return await write(
        info, (Role.SERVICE,), lambda: resolve(info.context, posts=posts), dry_run=dry_run
    )
