"""`createCampaign`: a new campaign; and the payload that `updateCampaign` gives too."""

from datetime import datetime
from typing import Annotated

import strawberry

from projection import Completed
from resolvers.availability.counts import call_keeper
from resolvers.mutations.campaign_input import CampaignFields
from resolvers.mutations.create_campaign import create_campaign as resolve
from resolvers.pipeline.transaction import write
from schema.campaign import Campaign
from schema.enums import CampaignStatus, CampaignType, Platform
from schema.fields import Info, answers, given_values
from schema.mutations.results import UserError
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(description="A new campaign.")
class CreateCampaignInput:
    title: str = strawberry.field(description="Its name. 1 to 200 characters.")
    brand: str = strawberry.field(
        description="What it is for, as display text. 1 to 200 characters."
    )
    advertiser_id: str | None = strawberry.field(
        description=(
            "Which advertiser may see and decide it: the `advertiser` of their tokens, at most 200 "
            "characters. Null or left out: none may."
        )
    )
    description: str = strawberry.field(
        default="", description="What it is about. At most 10,000 characters."
    )
    cover_image_url: URL | None = strawberry.field(
        description="Picture of its job card. At most 2,048 characters."
    )
    reward: str | None = strawberry.field(
        description="What the creator gets, as text. At most 2,000 characters."
    )
    hashtags: list[str] = strawberry.field(
        default_factory=list,
        description="Hashtags that posts are to carry: at most 30, of at most 100 characters each.",
    )
    mentions: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "Accounts that posts are to mention: at most 30, of at most 100 characters each."
        ),
    )
    type: CampaignType = strawberry.field(description="How influencers come to take part.")
    post_tracking: bool = strawberry.field(
        default=True,
        description="Whether influencers submit posts. False only in affiliate campaigns.",
    )
    platforms: list[Platform] = strawberry.field(
        description="The platforms it runs on. At least one."
    )
    countries: list[str] = strawberry.field(
        default_factory=list,
        description="Audience rule: ISO 3166-1 alpha-2, upper case, such as `JP`. Empty: no rule.",
    )
    categories: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "Audience rule: at least one of these, whatever the case or width; at most 50, of at "
            "most 100 characters each. Empty: no rule."
        ),
    )
    followers_min: int | None = strawberry.field(
        description=(
            "Audience rule: an account with at least so many followers, from 0. Null: no rule."
        )
    )
    followers_max: int | None = strawberry.field(
        description=(
            "Audience rule: an account with at most so many followers, from 0. Null: no rule."
        )
    )
    capacity: int | None = strawberry.field(
        description="How many may take part at once, from 0. Null: no limit."
    )
    application_deadline: datetime | None = strawberry.field(
        description="From this moment on nobody can apply. May lie in the past. Null: no deadline."
    )
    starts_at: datetime | None = strawberry.field(
        description="When it is to start. May lie in the past."
    )
    ends_at: datetime | None = strawberry.field(
        description="When it is to end. Not before the start."
    )
    status: CampaignStatus = strawberry.field(
        default=CampaignStatus.DRAFT, description="`DRAFT`, `UPCOMING` or `ONGOING`."
    )


@strawberry.type(description="What became of a campaign.")
class CampaignPayload:
    campaign: Campaign | None = strawberry.field(
        description="The campaign, as it is now. Null where it was not found, or not created."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused; then nothing was done. Empty unless it was."
    )


@answers(CampaignPayload)
async def create_campaign(
    info: Info,
    input: Annotated[CreateCampaignInput, strawberry.argument(description="The campaign.")],
) -> Completed:
    """Create a campaign. Staff."""
    fields: CampaignFields = given_values(input)
    completed = await write(info, (Role.STAFF,), lambda: resolve(info.context, fields=fields))
    call_keeper()
    return completed
