"""Campaigns, with their three tabs and the fields for the calling influencer."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from schema.account import SocialAccount
from schema.candidate import Candidate, CandidateCount, CandidateFilter
from schema.connection import Connection
from schema.enums import (
    Action,
    AffiliateKind,
    CampaignStatus,
    CampaignType,
    CandidateOrder,
    ErrorCode,
    ParticipationOrder,
    Platform,
    PostOrder,
)
from schema.fields import After, Before, First, Last, projected
from schema.node import Node
from schema.participation import ApplicantCount, ApplicantFilter, Participation
from schema.plan import Plan
from schema.post import PostCount, PostRow, PostsFilter
from schema.scalars import URL
from schema.what_if import WhatIf, WhatIfRules


@strawberry.type(
    description=(
        "The referral codes of a `REFERRAL_CODE` campaign, counted. Each is given to one "
        "participation for ever, in the order in which they were added."
    )
)
class ReferralCodePool:
    total: int = strawberry.field(description="The number of codes that were added.")
    left: int = strawberry.field(description="The number of codes that nobody was given yet.")


@strawberry.type(
    description=(
        "A Marketplace campaign. Staff see all campaigns; advertisers see their own; influencers "
        "see those that are visible to them and those in which they have a participation."
    )
)
class Campaign(Node):
    title: str = strawberry.field(description="The campaign's title.")
    brand: str = strawberry.field(
        description="The brand that the campaign is for, as display text."
    )
    advertiser_id: str | None = strawberry.field(
        description=(
            "The id of the advertiser who may see the campaign and decide its applications: the "
            "`advertiser` of that advertiser's tokens. Null: no advertiser may. For staff, "
            "services and that advertiser; `FORBIDDEN` for influencers."
        )
    )
    description: str = strawberry.field(description="The campaign's description. May be empty.")
    cover_image_url: URL | None = strawberry.field(
        description="The URL of the picture on the campaign's job card. Null if there is none."
    )
    reward: str | None = strawberry.field(
        description="The influencer's reward, as display text. Null if it is not stated."
    )
    hashtags: list[str] = strawberry.field(
        description="The hashtags that posts for the campaign should carry."
    )
    mentions: list[str] = strawberry.field(
        description="The accounts that posts for the campaign should mention."
    )
    type: CampaignType = strawberry.field(
        description="The campaign's type, which says what influencers are paid for."
    )
    selection: bool = strawberry.field(
        description=(
            "Whether it is a Selection campaign: influencers apply, and staff or the advertiser "
            "approve or reject each application on the Applicant influencers tab. False: whoever "
            "sees the campaign may join it at once."
        )
    )
    affiliate_kind: AffiliateKind | None = strawberry.field(
        description="The kind of an affiliate campaign. Null in social campaigns."
    )
    status: CampaignStatus = strawberry.field(description="The campaign's status.")
    post_tracking: bool = strawberry.field(
        description=(
            "Whether influencers submit posts to the campaign, which staff review. False only in "
            "affiliate campaigns, whose influencers select platforms instead."
        )
    )
    platforms: list[Platform] = strawberry.field(
        description=(
            "The campaign's platforms, at least one: influencers take part with accounts on them "
            "and post on them."
        )
    )
    countries: list[str] = strawberry.field(
        description=(
            "Audience rule: the countries of the influencers to whom the campaign is visible (ISO "
            "3166-1 alpha-2 codes). Empty: no rule."
        )
    )
    categories: list[str] = strawberry.field(
        description=(
            "Audience rule: the categories of which an influencer needs at least one. Empty: no "
            "rule."
        )
    )
    followers_min: int | None = strawberry.field(
        description=(
            "Audience rule: the smallest number of followers with which an account qualifies. "
            "Null: no rule."
        )
    )
    followers_max: int | None = strawberry.field(
        description=(
            "Audience rule: the largest number of followers with which an account qualifies. "
            "Null: no rule."
        )
    )
    capacity: int | None = strawberry.field(
        description=(
            "The campaign's number of places: so many participations can be `APPROVED` or `JOINED` "
            "at once. Null: no limit. For staff, services and the campaign's advertiser; "
            "`FORBIDDEN` for influencers."
        )
    )
    places_taken: int | None = strawberry.field(
        description=(
            "The number of places taken: participations that are `APPROVED` or `JOINED`. For "
            "staff, services and the campaign's advertiser; null for influencers."
        )
    )
    referral_codes: ReferralCodePool | None = strawberry.field(
        description=(
            "The campaign's referral codes: whoever becomes `APPROVED` or `JOINED` is given one. "
            "Null unless `affiliateKind` is `REFERRAL_CODE`. For staff and services; `FORBIDDEN` "
            "for others."
        )
    )
    application_deadline: datetime | None = strawberry.field(
        description=(
            "The time from which influencers can no longer apply. Other actions go on. Null: no "
            "deadline."
        )
    )
    starts_at: datetime | None = strawberry.field(
        description=(
            "The campaign's start, for display: the status never changes by the clock. Null if it "
            "is not set."
        )
    )
    ends_at: datetime | None = strawberry.field(
        description=(
            "The campaign's end, for display: the status never changes by the clock. Null if it is "
            "not set."
        )
    )
    created_at: datetime = strawberry.field(description="The time when the campaign was created.")
    updated_at: datetime = strawberry.field(
        description="The time when the campaign was created, or last changed by `updateCampaign`."
    )

    @projected
    def candidates(
        self,
        filter: Annotated[
            CandidateFilter | None,
            strawberry.argument(description="A filter on the rows of the tab. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            CandidateOrder | None,
            strawberry.argument(description="The order of the rows of the tab."),
        ] = CandidateOrder.FOLLOWERS_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Candidate] | None:
        """The Select influencer tab: the status of each influencer in the campaign. For staff."""
        ...

    @projected
    def candidate(
        self,
        influencer_id: Annotated[
            strawberry.ID, strawberry.argument(description="The influencer's global id.")
        ],
    ) -> Candidate | None:
        """One influencer's row of the Select influencer tab, whatever its status. For staff.

        Null if there is no such influencer.
        """
        ...

    @projected
    def plans(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Plan] | None:
        """The plans of the campaign, the newest first. For staff."""
        ...

    @projected
    def candidate_counts(
        self,
        filter: Annotated[
            CandidateFilter | None,
            strawberry.argument(
                description="A filter on the rows of the tab; `status` is ignored. Left out: all."
            ),
        ] = UNSET,
    ) -> list[CandidateCount] | None:
        """The number of rows of the Select influencer tab in each status. For staff.

        Every `CandidateStatus` is in the list, with 0 where it has no rows.
        """
        ...

    @projected
    def what_if(
        self,
        rules: Annotated[
            WhatIfRules, strawberry.argument(description="The audience rules to try.")
        ],
    ) -> WhatIf | None:
        """The influencers to whom the campaign would be available under other rules. For staff.

        The rules are not saved, and nothing is changed.
        """
        ...

    @projected
    def applicants(
        self,
        filter: Annotated[
            ApplicantFilter | None,
            strawberry.argument(description="A filter on the applicants. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            ParticipationOrder | None,
            strawberry.argument(description="The order of the applicants."),
        ] = ParticipationOrder.UPDATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Participation] | None:
        """The Applicant influencers tab. For staff and the campaign's advertiser.

        The participations in an `ApplicantStatus`; none outside Selection campaigns.
        """
        ...

    @projected
    def applicant_counts(
        self,
        filter: Annotated[
            ApplicantFilter | None,
            strawberry.argument(
                description="A filter on the applicants; `status` is ignored. Left out: all."
            ),
        ] = UNSET,
    ) -> list[ApplicantCount] | None:
        """The number of applicants in each status. For staff and the campaign's advertiser.

        Every `ApplicantStatus` is in the list, with 0 where it has no applicants.
        """
        ...

    @projected
    def posts(
        self,
        filter: Annotated[
            PostsFilter | None,
            strawberry.argument(description="A filter on the rows of the tab. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            PostOrder | None, strawberry.argument(description="The order of the rows of the tab.")
        ] = PostOrder.SUBMITTED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[PostRow] | None:
        """The Posts tab. For staff and the campaign's advertiser.

        A row for each post, then a row for each participation without posts. Only of
        participations that are `APPROVED` or `JOINED` now.
        """
        ...

    @projected
    def post_counts(
        self,
        filter: Annotated[
            PostsFilter | None,
            strawberry.argument(
                description="A filter on the rows of the tab; `status` is ignored. Left out: all."
            ),
        ] = UNSET,
    ) -> list[PostCount] | None:
        """The number of rows of the Posts tab in each status.

        Every `PostRowStatus` is in the list, with 0 where it has no rows. For staff and the
        campaign's advertiser.
        """
        ...

    viewer_participation: Participation | None = strawberry.field(
        description=(
            "The calling influencer's participation in the campaign, also a removed one. Null if "
            "there never was one, and for other roles."
        )
    )
    viewer_actions: list[Action] = strawberry.field(
        description=(
            "The actions that the calling influencer can perform in the campaign now: each would "
            "succeed with some input. Empty for other roles."
        )
    )
    viewer_blockers: list[ErrorCode] = strawberry.field(
        description=(
            "The reasons why actions that the calling influencer could otherwise perform would be "
            "refused now, such as `ACCOUNT_REQUIRED` or `DEADLINE_PASSED`. Empty for other "
            "roles."
        )
    )
    viewer_qualifying_accounts: list[SocialAccount] = strawberry.field(
        description=(
            "The calling influencer's accounts that qualify for the campaign (see "
            "`SocialAccount`), most followers first. Empty for other roles."
        )
    )


@strawberry.input(
    description=(
        "A filter on campaigns. All given conditions must hold; null and an empty list are no "
        "condition."
    )
)
class CampaignFilter:
    status: list[CampaignStatus] | None = strawberry.field(
        description="Only campaigns in one of these statuses."
    )
    type: list[CampaignType] | None = strawberry.field(
        description="Only campaigns of one of these types."
    )
    selection: bool | None = strawberry.field(
        description="Only Selection campaigns (true), or only others (false)."
    )
    platforms: list[Platform] | None = strawberry.field(
        description="Only campaigns on at least one of these platforms."
    )
    search: str | None = strawberry.field(
        description=(
            "Only campaigns whose title and brand contain each word of this text, in any order and "
            "script and without regard to case and width. At most 200 characters."
        )
    )
    advertiser_id: str | None = strawberry.field(
        description=(
            "Only campaigns of this advertiser. For staff and advertisers; `FORBIDDEN` for "
            "influencers."
        )
    )
