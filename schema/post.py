"""Posts, and the rows of the Posts tab."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.account import SocialAccount
from schema.enums import Action, PostRowStatus, PostSource, PostStatus, PostWarning
from schema.influencer import TabFilter
from schema.node import Node
from schema.scalars import URL

if TYPE_CHECKING:
    from schema.participation import Participation

_Participation = Annotated["Participation", strawberry.lazy("schema.participation")]


@strawberry.type(
    description=(
        "A post on a social platform, whose URL an influencer submitted as work for a campaign, "
        "or a service recorded. Staff see all posts; advertisers see those in their campaigns; "
        "influencers see their own."
    )
)
class Post(Node):
    participation: _Participation = strawberry.field(
        description="The participation for which the post was submitted or recorded."
    )
    url: URL = strawberry.field(description="The post's URL, as submitted.")
    status: PostStatus = strawberry.field(description="The post's status.")
    warning: PostWarning | None = strawberry.field(
        description="The kind of the post's warning. Null unless the post's status is `WARNING`."
    )
    reason: str | None = strawberry.field(
        description=(
            "The reason for the post's status, as staff wrote it. The influencer may read it. Null "
            "if none was given, and while a service's finding holds."
        )
    )
    source: PostSource = strawberry.field(
        description="The source of the post: whether its influencer or a service told of it first."
    )
    round: int = strawberry.field(
        description=(
            "The participation's round in which the post was made. A post of an earlier round "
            "counts while it is live: neither `INEFFECTIVE` nor known to be deleted."
        )
    )
    account: SocialAccount | None = strawberry.field(
        description=(
            "The participation's selected account when the post was made, if that account is "
            "on the post's platform. Else null."
        )
    )
    is_short_link: bool = strawberry.field(
        description=(
            "Whether only the platform can tell which post the URL names, as of "
            "`https://vm.tiktok.com/…`: the same post may have been submitted by another URL too."
        )
    )
    row: Annotated["PostRow", strawberry.lazy("schema.post")] | None = strawberry.field(
        description=(
            "The post's row of the Posts tab. Null while the participation is neither `APPROVED` "
            "nor `JOINED`, and for influencers."
        )
    )
    published_at: datetime | None = strawberry.field(
        description=(
            "The time when the post was published, as the service says that recorded it. Null "
            "where none did, or it did not say."
        )
    )
    available_actions: list[Action] = strawberry.field(
        description=(
            "The actions that the caller can perform on the post now: `SET_POST_STATUS` for staff, "
            "`RECORD_FINDING` for services."
        )
    )
    submitted_at: datetime = strawberry.field(
        description="The time when the post was submitted or recorded."
    )
    updated_at: datetime = strawberry.field(
        description=(
            "The time when the post was submitted or recorded, or last changed by `setPostStatus` "
            "or `recordFindings`."
        )
    )


@strawberry.type(
    description=(
        "A row of a campaign's Posts tab: a post, or a participation for which nothing has been "
        "posted in its present round, and no live post is left of an earlier one. For staff, "
        "services and the campaign's advertiser."
    )
)
class PostRow(Node):
    participation: _Participation = strawberry.field(
        description="The participation that the row belongs to."
    )
    post: Post | None = strawberry.field(
        description="The post of the row. Null where nothing has been posted."
    )
    status: PostRowStatus = strawberry.field(
        description="The post's status; `JOINED` where nothing has been posted."
    )
    available_actions: list[Action] = strawberry.field(
        description=(
            "The actions that the caller can perform on the row's post now. Empty where nothing "
            "has been posted."
        )
    )


@strawberry.input(
    description=(
        "A filter on the rows of the Posts tab. All given conditions must hold; null and an empty "
        "list are no condition. With `platforms`, bounds on followers mean one connected account "
        "on one of these platforms; without, the influencer's largest connected account."
    )
)
class PostsFilter(TabFilter):
    status: list[PostRowStatus] | None = strawberry.field(
        description="Only rows in one of these statuses."
    )
    warning: list[PostWarning] | None = strawberry.field(
        description="Only rows of posts with a warning of one of these kinds."
    )
    source: list[PostSource] | None = strawberry.field(
        description="Only rows of posts with one of these sources."
    )
    submitted_since: datetime | None = strawberry.field(
        description="Only rows of posts that were submitted at this time or later."
    )


@strawberry.type(description="The number of rows of the Posts tab in one status.")
class PostCount:
    status: PostRowStatus = strawberry.field(description="The status of the counted rows.")
    count: int = strawberry.field(
        description="The number of rows in the status, as `totalCount` of the list."
    )
