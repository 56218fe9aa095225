"""Posts, and the rows of the Posts tab."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.account import SocialAccount
from schema.enums import PostRowStatus, PostStatus, PostWarning
from schema.influencer import InfluencerFilter
from schema.node import Node
from schema.scalars import URL

if TYPE_CHECKING:
    from schema.participation import Participation

_Participation = Annotated["Participation", strawberry.lazy("schema.participation")]


@strawberry.type(
    description="A URL that someone who takes part submitted as their work for the campaign."
)
class Post(Node):
    participation: _Participation = strawberry.field(
        description="Whose post it is, and for which campaign."
    )
    url: URL = strawberry.field(description="Where the post is.")
    status: PostStatus = strawberry.field(description="How it was judged.")
    warning: PostWarning | None = strawberry.field(
        description="What is wrong with it. Null unless the status is `WARNING`."
    )
    reason: str | None = strawberry.field(
        description=(
            "Why it has this status, as staff wrote it; the influencer may read it. Null without "
            "one."
        )
    )
    account: SocialAccount | None = strawberry.field(
        description=(
            "The account it was posted with: the participation's selected one, where that is of "
            "the post's platform. Else null."
        )
    )
    submitted_at: datetime = strawberry.field(description="When the influencer submitted it.")
    updated_at: datetime = strawberry.field(description="When it was submitted or last judged.")


@strawberry.type(
    description="One row of the Posts tab: a post, or someone who joined and has not posted."
)
class PostRow(Node):
    participation: _Participation = strawberry.field(description="Who joined.")
    post: Post | None = strawberry.field(description="The post. Null where nothing is posted yet.")
    status: PostRowStatus = strawberry.field(
        description="The post's status; `JOINED` where nothing is posted yet."
    )


@strawberry.input(
    description=(
        "Which rows of the Posts tab. All that is given must hold; an empty list or null is as "
        "left out. Followers together with platforms mean one connected account that fits both, "
        "without platforms the largest one."
    )
)
class PostsFilter(InfluencerFilter):
    status: list[PostRowStatus] | None = strawberry.field(description="In one of these statuses.")


@strawberry.type(description="How many rows of the Posts tab have a status.")
class PostCount:
    status: PostRowStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(
        description="How many rows, as the list would say in `totalCount`."
    )
