"""Campaigns, with their three tabs and what they are to the influencer who looks."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from schema.account import SocialAccount
from schema.candidate import Candidate, CandidateCount, CandidateFilter
from schema.connection import Connection
from schema.enums import (
    Action,
    CampaignStatus,
    CampaignType,
    CandidateOrder,
    ErrorCode,
    ParticipationOrder,
    Platform,
)
from schema.fields import After, Before, First, Last, projected
from schema.node import Node
from schema.participation import ApplicantCount, ApplicantFilter, Participation
from schema.post import PostCount, PostRow, PostsFilter
from schema.scalars import URL


@strawberry.type(
    description=(
        "A Marketplace campaign. Staff see all, advertisers their own, influencers those that are "
        "visible to them and those where they have a participation."
    )
)
class Campaign(Node):
    title: str = strawberry.field(description="Its name.")
    brand: str = strawberry.field(description="What it is for, as display text.")
    advertiser_id: str | None = strawberry.field(
        description=(
            "Which advertiser may see and decide it: the `advertiser` of their tokens. Null: none "
            "may. Staff, and that advertiser; FORBIDDEN for influencers."
        )
    )
    description: str = strawberry.field(description="What it is about. May be empty.")
    cover_image_url: URL | None = strawberry.field(
        description="Picture of its job card. Null without one."
    )
    reward: str | None = strawberry.field(
        description="What the creator gets, as text. Null where it is not told."
    )
    hashtags: list[str] = strawberry.field(description="Hashtags that posts are to carry.")
    mentions: list[str] = strawberry.field(description="Accounts that posts are to mention.")
    type: CampaignType = strawberry.field(description="How influencers come to take part.")
    status: CampaignStatus = strawberry.field(description="Where it is in its life.")
    post_tracking: bool = strawberry.field(
        description=(
            "Whether influencers submit posts, which staff judge. False only in affiliate "
            "campaigns, whose influencers select platforms instead."
        )
    )
    platforms: list[Platform] = strawberry.field(
        description=(
            "The platforms it runs on: those of relevant accounts and of posts. At least one."
        )
    )
    countries: list[str] = strawberry.field(
        description=(
            "Audience rule: influencers of these countries (ISO 3166-1 alpha-2). Empty: no rule."
        )
    )
    categories: list[str] = strawberry.field(
        description="Audience rule: influencers with one of these categories. Empty: no rule."
    )
    followers_min: int | None = strawberry.field(
        description="Audience rule: an account with at least so many followers. Null: no rule."
    )
    followers_max: int | None = strawberry.field(
        description="Audience rule: an account with at most so many followers. Null: no rule."
    )
    capacity: int | None = strawberry.field(
        description=(
            "How many may take part at once. Null: no limit. Staff, and the campaign's advertiser; "
            "FORBIDDEN for influencers."
        )
    )
    places_taken: int = strawberry.field(
        description=(
            "How many take part now: the `APPROVED` and the `JOINED`. Staff, and the campaign's "
            "advertiser; FORBIDDEN for influencers."
        )
    )
    application_deadline: datetime | None = strawberry.field(
        description="From this moment on nobody can apply; all else goes on. Null: no deadline."
    )
    starts_at: datetime | None = strawberry.field(
        description=(
            "When it is to start. For display: the status never changes by the clock. Null: not "
            "set."
        )
    )
    ends_at: datetime | None = strawberry.field(
        description=(
            "When it is to end. For display: the status never changes by the clock. Null: not set."
        )
    )
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(
        description="When it was created or last changed by `updateCampaign`."
    )

    @projected
    def candidates(
        self,
        filter: Annotated[
            CandidateFilter | None, strawberry.argument(description="Which rows. Left out: all.")
        ] = UNSET,
        order_by: Annotated[
            CandidateOrder, strawberry.argument(description="How they are ordered.")
        ] = CandidateOrder.FOLLOWERS_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Candidate]:
        """The Select influencer tab: every influencer, and how they stand to it. Staff."""
        ...

    @projected
    def candidate_counts(
        self,
        filter: Annotated[
            CandidateFilter | None,
            strawberry.argument(
                description="Which rows. Left out: all. Its own status is ignored."
            ),
        ] = UNSET,
    ) -> list[CandidateCount]:
        """The badges of the Select influencer tab: a row for every `CandidateStatus`. Staff."""
        ...

    @projected
    def applicants(
        self,
        filter: Annotated[
            ApplicantFilter | None, strawberry.argument(description="Which rows. Left out: all.")
        ] = UNSET,
        order_by: Annotated[
            ParticipationOrder, strawberry.argument(description="How they are ordered.")
        ] = ParticipationOrder.UPDATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Participation]:
        """The Applicant influencers tab: participations in an `ApplicantStatus`.

        Empty outside Selection campaigns. Staff, and the campaign's advertiser.
        """
        ...

    @projected
    def applicant_counts(
        self,
        filter: Annotated[
            ApplicantFilter | None,
            strawberry.argument(
                description="Which rows. Left out: all. Its own status is ignored."
            ),
        ] = UNSET,
    ) -> list[ApplicantCount]:
        """The badges of the Applicant influencers tab: a row for every `ApplicantStatus`, 0 or not.

        Staff, and the campaign's advertiser.
        """
        ...

    @projected
    def posts(
        self,
        filter: Annotated[
            PostsFilter | None, strawberry.argument(description="Which rows. Left out: all.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[PostRow]:
        """The Posts tab: a row for each post, newest first, then one for each who has not posted.

        Only of those who take part now, not of those who were rejected after they posted.
        Staff, and the campaign's advertiser.
        """
        ...

    @projected
    def post_counts(
        self,
        filter: Annotated[
            PostsFilter | None,
            strawberry.argument(
                description="Which rows. Left out: all. Its own status is ignored."
            ),
        ] = UNSET,
    ) -> list[PostCount]:
        """The badges of the Posts tab: a row for every `PostRowStatus`, 0 or not.

        Staff, and the campaign's advertiser.
        """
        ...

    viewer_participation: Participation | None = strawberry.field(
        description=(
            "The calling influencer's participation, a removed one too. Null without one, and for "
            "others."
        )
    )
    viewer_actions: list[Action] = strawberry.field(
        description=(
            "What the calling influencer may do with the campaign now: some input would make it "
            "succeed. Empty for others."
        )
    )
    viewer_blockers: list[ErrorCode] = strawberry.field(
        description=(
            "What stands in the way of an action that would otherwise be open to the calling "
            "influencer, such as `ACCOUNT_REQUIRED` or `DEADLINE_PASSED`. Empty for others."
        )
    )
    viewer_qualifying_accounts: list[SocialAccount] = strawberry.field(
        description=(
            "The calling influencer's accounts that they could take part with, most followers "
            "first. Empty for others."
        )
    )


@strawberry.input(
    description=(
        "Which campaigns. All that is given must hold; an empty list or null is as left out."
    )
)
class CampaignFilter:
    status: list[CampaignStatus] | None = strawberry.field(description="In one of these statuses.")
    type: list[CampaignType] | None = strawberry.field(description="Of one of these types.")
    search: str | None = strawberry.field(
        description="Any part of the title or brand, whatever the case or width, in every script."
    )
    advertiser_id: str | None = strawberry.field(
        description="Of this advertiser. Staff and advertisers; FORBIDDEN for influencers."
    )
