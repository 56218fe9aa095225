"""`createCampaign`: create a campaign; and the payload, which `updateCampaign` shares."""

from datetime import datetime
from typing import Annotated

import strawberry

from projection import Completed
from resolvers.availability.worker import worker
from resolvers.mutations.campaign_input import CampaignFields
from resolvers.mutations.create_campaign import CampaignOutcome
from resolvers.mutations.create_campaign import create_campaign as resolve
from resolvers.pipeline.transaction import write
from schema.campaign import Campaign
from schema.enums import AffiliateKind, CampaignStatus, CampaignType, Platform
from schema.fields import DryRun, Info, answers, given_values
from schema.mutations.results import Payload, UserError
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(description="The input of `createCampaign`: the new campaign.")
class CreateCampaignInput:
    title: str = strawberry.field(description="The campaign's title. 1 to 200 characters.")
    brand: str = strawberry.field(
        description="The brand that the campaign is for, as display text. 1 to 200 characters."
    )
    advertiser_id: str | None = strawberry.field(
        description=(
            "The id of the advertiser who may see the campaign and decide its applications: the "
            "`advertiser` of that advertiser's tokens, at most 200 characters. Null or left out: "
            "no advertiser may."
        )
    )
    description: str = strawberry.field(
        default="", description="The campaign's description. At most 10,000 characters."
    )
    cover_image_url: URL | None = strawberry.field(
        description=(
            "The URL of the picture on the campaign's job card: http or https, at most 2,048 "
            "characters. Null: none."
        )
    )
    reward: str | None = strawberry.field(
        description=(
            "The influencer's reward, as display text. At most 2,000 characters. Null: not stated."
        )
    )
    hashtags: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "The hashtags that posts for the campaign should carry: at most 30, of at most 100 "
            "characters each."
        ),
    )
    mentions: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "The accounts that posts for the campaign should mention: at most 30, of at most 100 "
            "characters each."
        ),
    )
    type: CampaignType = strawberry.field(
        description="The campaign's type, which says what influencers are paid for."
    )
    selection: bool = strawberry.field(
        default=False,
        description=(
            "Whether it is a Selection campaign, whose applications are approved or rejected. "
            "False: whoever sees the campaign may join it at once."
        ),
    )
    affiliate_kind: AffiliateKind | None = strawberry.field(
        description="The kind of an affiliate campaign, which needs one; null in social campaigns."
    )
    post_tracking: bool = strawberry.field(
        default=True,
        description=(
            "Whether influencers submit posts to the campaign. May be false only in affiliate "
            "campaigns."
        ),
    )
    platforms: list[Platform] = strawberry.field(
        description="The campaign's platforms, at least one."
    )
    countries: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "Audience rule: the countries of the influencers to whom the campaign is visible, as "
            "ISO 3166-1 alpha-2 codes in upper case, such as `JP`, or `XK` for Kosovo. Empty: no "
            "rule."
        ),
    )
    categories: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "Audience rule: the categories of which an influencer needs at least one, without "
            "regard to case and width; at most 50, of at most 100 characters each. Empty: no rule."
        ),
    )
    followers_min: int | None = strawberry.field(
        description=(
            "Audience rule: the smallest number of followers with which an account qualifies, from "
            "0. Null: no rule."
        )
    )
    followers_max: int | None = strawberry.field(
        description=(
            "Audience rule: the largest number of followers with which an account qualifies, from "
            "0. Null: no rule."
        )
    )
    capacity: int | None = strawberry.field(
        description="The campaign's number of places, from 0. Null: no limit."
    )
    application_deadline: datetime | None = strawberry.field(
        description=(
            "The time from which influencers can no longer apply. May be in the past. Null: no "
            "deadline."
        )
    )
    starts_at: datetime | None = strawberry.field(
        description="The campaign's start, for display. May be in the past. Null: not set."
    )
    ends_at: datetime | None = strawberry.field(
        description="The campaign's end, for display. Not before the start. Null: not set."
    )
    status: CampaignStatus = strawberry.field(
        default=CampaignStatus.DRAFT,
        description="The campaign's status: `DRAFT`, `UPCOMING` or `ONGOING`.",
    )


@strawberry.type(description="The payload of `createCampaign` and `updateCampaign`.")
class CampaignPayload(Payload):
    campaign: Campaign | None = strawberry.field(
        description="The campaign, as it is now. Null if it was not found or not created."
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. If there are any, nothing was done."
    )


@answers(CampaignPayload | None)
async def create_campaign(
    info: Info,
    input: Annotated[
        CreateCampaignInput, strawberry.argument(description="The campaign to create.")
    ],
    dry_run: DryRun = False,
) -> Completed[CampaignOutcome]:
    """Create a campaign. For staff."""
    fields: CampaignFields = given_values(input)
    completed = await write(
        info, (Role.STAFF,), lambda: resolve(info.context, fields=fields), dry_run=dry_run
    )
    worker.call()
    return completed
