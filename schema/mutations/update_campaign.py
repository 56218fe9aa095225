"""`updateCampaign`: change a campaign, or move it on."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers.availability.counts import call_keeper
from resolvers.mutations.update_campaign import update_campaign as resolve
from resolvers.pipeline.transaction import write
from schema.enums import CampaignStatus, CampaignType, Platform
from schema.fields import Info, answers, given_values
from schema.mutations.create_campaign import CampaignPayload
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(
    description=(
        "What to change. What is left out stays; null clears what may be null, and is "
        "`INVALID_INPUT` elsewhere."
    )
)
class UpdateCampaignInput:
    """What is left out is UNSET: it stays as it is."""

    id: strawberry.ID = strawberry.field(
        description="The campaign. Nothing can be changed once it is `COMPLETED` or `CANCELLED`."
    )
    title: str | None = strawberry.field(
        default=UNSET, description="Its name. 1 to 200 characters; not null."
    )
    brand: str | None = strawberry.field(
        default=UNSET, description="What it is for, as display text. 1 to 200 characters; not null."
    )
    advertiser_id: str | None = strawberry.field(
        default=UNSET,
        description=(
            "Which advertiser may see and decide it, at most 200 characters. Null: none may. Fixed "
            "after `DRAFT`."
        ),
    )
    description: str | None = strawberry.field(
        default=UNSET, description="What it is about. At most 10,000 characters; not null."
    )
    cover_image_url: URL | None = strawberry.field(
        default=UNSET, description="Picture of its job card. At most 2,048 characters. Null: none."
    )
    reward: str | None = strawberry.field(
        default=UNSET,
        description="What the creator gets, as text. At most 2,000 characters. Null: not told.",
    )
    hashtags: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "All hashtags that posts are to carry: at most 30, of at most 100 characters each; not "
            "null."
        ),
    )
    mentions: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "All accounts that posts are to mention: at most 30, of at most 100 characters each; "
            "not null."
        ),
    )
    type: CampaignType | None = strawberry.field(
        default=UNSET,
        description="How influencers come to take part; not null. Fixed after `DRAFT`.",
    )
    post_tracking: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Whether influencers submit posts; false only in affiliate campaigns, not null. Fixed "
            "after `DRAFT`."
        ),
    )
    platforms: list[Platform] | None = strawberry.field(
        default=UNSET,
        description=(
            "All platforms it runs on, at least one; not null. After `DRAFT` they can only become "
            "more."
        ),
    )
    countries: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: ISO 3166-1 alpha-2, upper case, such as `JP`. Empty: no rule; not null."
        ),
    )
    categories: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: at least one of these, whatever the case or width; at most 50, of at "
            "most 100 characters each. Empty: no rule; not null."
        ),
    )
    followers_min: int | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: an account with at least so many followers, from 0. Null: no rule."
        ),
    )
    followers_max: int | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: an account with at most so many followers, from 0. Null: no rule."
        ),
    )
    capacity: int | None = strawberry.field(
        default=UNSET,
        description="How many may take part at once: not fewer than `placesTaken`. Null: no limit.",
    )
    application_deadline: datetime | None = strawberry.field(
        default=UNSET,
        description="From this moment on nobody can apply. May lie in the past. Null: no deadline.",
    )
    starts_at: datetime | None = strawberry.field(
        default=UNSET, description="When it is to start. May lie in the past. Null: not set."
    )
    ends_at: datetime | None = strawberry.field(
        default=UNSET, description="When it is to end. Not before the start. Null: not set."
    )
    status: CampaignStatus | None = strawberry.field(
        default=UNSET,
        description=(
            "Moves it on: only forward, steps may be skipped; `CANCELLED` from any but "
            "`COMPLETED`. Not null."
        ),
    )


@answers(CampaignPayload)
async def update_campaign(
    info: Info,
    input: Annotated[UpdateCampaignInput, strawberry.argument(description="What to change.")],
) -> Completed:
    """Change a campaign, or move it on to another status. Staff.

    After `DRAFT`, type, post tracking and advertiser are fixed and platforms may only be added.
    """
    changes = given_values(input)
    del changes["id"]
    completed = await write(
        info, (Role.STAFF,), lambda: resolve(info.context, id=input.id, changes=changes)
    )
    call_keeper()
    return completed
