"""`updateCampaign`: change a campaign, or move it on to another status."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers.availability.worker import worker
from resolvers.mutations.create_campaign import CampaignOutcome
from resolvers.mutations.update_campaign import update_campaign as resolve
from resolvers.pipeline.transaction import write
from schema.enums import AffiliateKind, CampaignStatus, CampaignType, Platform
from schema.fields import DryRun, Info, answers, given_values
from schema.mutations.create_campaign import CampaignPayload
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(
    description=(
        "The input of `updateCampaign`: a campaign, and the changes to it. A field that is left "
        "out stays as it is; null clears a field where null is allowed, and is `INVALID_INPUT` "
        "elsewhere."
    )
)
class UpdateCampaignInput:
    """What is left out is UNSET: it stays as it is."""

    id: strawberry.ID = strawberry.field(
        description="The id of the campaign, which must not be `COMPLETED` or `CANCELLED`."
    )
    title: str | None = strawberry.field(
        default=UNSET, description="The campaign's title. 1 to 200 characters; not null."
    )
    brand: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The brand that the campaign is for, as display text. 1 to 200 characters; not null."
        ),
    )
    advertiser_id: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The id of the advertiser who may see the campaign and decide its applications: the "
            "`advertiser` of that advertiser's tokens, at most 200 characters. Null: no advertiser "
            "may. Fixed after `DRAFT`."
        ),
    )
    description: str | None = strawberry.field(
        default=UNSET,
        description="The campaign's description. At most 10,000 characters; not null.",
    )
    cover_image_url: URL | None = strawberry.field(
        default=UNSET,
        description=(
            "The URL of the picture on the campaign's job card: http or https, at most 2,048 "
            "characters. Null: none."
        ),
    )
    reward: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The influencer's reward, as display text. At most 2,000 characters. Null: not stated."
        ),
    )
    hashtags: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "All hashtags that posts for the campaign should carry: at most 30, of at most 100 "
            "characters each; not null."
        ),
    )
    mentions: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "All accounts that posts for the campaign should mention: at most 30, of at most 100 "
            "characters each; not null."
        ),
    )
    type: CampaignType | None = strawberry.field(
        default=UNSET,
        description=(
            "The campaign's type, which says what influencers are paid for; not null. `SOCIAL` "
            "clears `affiliateKind`. Fixed after `DRAFT`."
        ),
    )
    selection: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Whether it is a Selection campaign, whose applications are approved or rejected; not "
            "null. Fixed after `DRAFT`."
        ),
    )
    affiliate_kind: AffiliateKind | None = strawberry.field(
        default=UNSET,
        description=(
            "The kind of an affiliate campaign, which needs one; null in social campaigns. Fixed "
            "after `DRAFT`."
        ),
    )
    post_tracking: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Whether influencers submit posts to the campaign. May be false only in affiliate "
            "campaigns; not null. Fixed after `DRAFT`."
        ),
    )
    platforms: list[Platform] | None = strawberry.field(
        default=UNSET,
        description=(
            "All platforms of the campaign, at least one; not null. After `DRAFT`, platforms can "
            "only be added."
        ),
    )
    countries: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: the countries of the influencers to whom the campaign is visible, as "
            "ISO 3166-1 alpha-2 codes in upper case, such as `JP`, or `XK` for Kosovo. Empty: no "
            "rule; not null."
        ),
    )
    categories: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: the categories of which an influencer needs at least one, without "
            "regard to case and width; at most 50, of at most 100 characters each. Empty: no rule; "
            "not null."
        ),
    )
    followers_min: int | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: the smallest number of followers with which an account qualifies, from "
            "0. Null: no rule."
        ),
    )
    followers_max: int | None = strawberry.field(
        default=UNSET,
        description=(
            "Audience rule: the largest number of followers with which an account qualifies, from "
            "0. Null: no rule."
        ),
    )
    capacity: int | None = strawberry.field(
        default=UNSET,
        description="The campaign's number of places, not below `placesTaken`. Null: no limit.",
    )
    application_deadline: datetime | None = strawberry.field(
        default=UNSET,
        description=(
            "The time from which influencers can no longer apply. May be in the past. Null: no "
            "deadline."
        ),
    )
    starts_at: datetime | None = strawberry.field(
        default=UNSET,
        description="The campaign's start, for display. May be in the past. Null: not set.",
    )
    ends_at: datetime | None = strawberry.field(
        default=UNSET,
        description="The campaign's end, for display. Not before the start. Null: not set.",
    )
    status: CampaignStatus | None = strawberry.field(
        default=UNSET,
        description=(
            "The campaign's status, which only moves forward; steps may be skipped. `CANCELLED` "
            "follows any but `COMPLETED`. Not null."
        ),
    )


@answers(CampaignPayload | None)
async def update_campaign(
    info: Info,
    input: Annotated[
        UpdateCampaignInput, strawberry.argument(description="The campaign, and the changes to it.")
    ],
    dry_run: DryRun = False,
) -> Completed[CampaignOutcome]:
    """Change a campaign, or move it on to another status. For staff.

    After `DRAFT`, type, kind, selection, post tracking and advertiser are fixed, and platforms can
    only be added.
    """
    changes = given_values(input)
    del changes["id"]
    completed = await write(
        info,
        (Role.STAFF,),
        lambda: resolve(info.context, id=input.id, changes=changes),
        dry_run=dry_run,
    )
    worker.call()
    return completed
