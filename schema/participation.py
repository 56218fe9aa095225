"""Who takes part in what, in which status, and what comes next."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from schema.account import SocialAccount
from schema.connection import Connection
from schema.enums import (
    Action,
    ApplicantStatus,
    CandidateStatus,
    ErrorCode,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    RequiredActionType,
)
from schema.event import ParticipationEvent
from schema.fields import After, Before, First, Last, projected
from schema.influencer import Influencer, InfluencerFilter
from schema.node import Node
from schema.post import Post

if TYPE_CHECKING:
    from schema.campaign import Campaign


@strawberry.type(
    description=(
        "What the creator must do next: the popup in the creator's app. Computed from everything "
        "as it is now."
    )
)
class RequiredAction:
    type: RequiredActionType = strawberry.field(description="What is to be done.")
    message: str = strawberry.field(description="What is to be done, in words for the creator.")
    platforms: list[Platform] = strawberry.field(
        description="The campaign's platforms: those to connect, to choose from or to post on."
    )
    accounts: list[SocialAccount] = strawberry.field(
        description="The accounts to choose from, for `SELECT_ACCOUNT`. Else empty."
    )
    blocked_by: list[ErrorCode] = strawberry.field(
        description="What stands in the way now, such as `CAPACITY_REACHED`. Empty: nothing does."
    )


@strawberry.type(
    description=(
        "That an influencer takes part in a campaign, or did; there is at most one for both. Staff "
        "see all, advertisers those of their campaigns, influencers their own."
    )
)
class Participation(Node):
    campaign: Annotated["Campaign", strawberry.lazy("schema.campaign")] = strawberry.field(
        description="What they take part in."
    )
    influencer: Influencer = strawberry.field(description="Who takes part.")
    status: ParticipationStatus = strawberry.field(description="The status as stored.")
    candidate_status: CandidateStatus = strawberry.field(
        description=(
            "The status that the Select influencer tab shows; for a removed one `AVAILABLE` or "
            "`UNAVAILABLE`."
        )
    )
    applicant_status: ApplicantStatus | None = strawberry.field(
        description=(
            "The status that the Applicant influencers tab shows. Null outside Selection "
            "campaigns, and while `WAITING` or `REMOVED`."
        )
    )
    origin: ParticipationOrigin = strawberry.field(description="Who began the present round.")
    round: int = strawberry.field(
        description=(
            "Counts, from 1, how often it began: again after a removal, and by "
            "`reopenApplications`."
        )
    )
    version: int = strawberry.field(
        description=(
            "Goes up with every change. Give it back as `ifVersion` to change only what you have "
            "seen."
        )
    )
    selected_account: SocialAccount | None = strawberry.field(
        description=(
            "The account they take part with. It stays selected when it is disconnected "
            "(`disconnectedAt` tells). Null while none is selected."
        )
    )
    selected_platforms: list[Platform] = strawberry.field(
        description=(
            "The platforms they will use, in affiliate campaigns without post tracking. Else empty."
        )
    )
    required_action: RequiredAction | None = strawberry.field(
        description="What the creator must do next. Null: nothing, or the campaign is not running."
    )
    available_actions: list[Action] = strawberry.field(
        description="What the caller may do with it now: some input would make it succeed."
    )
    posts: list[Post] = strawberry.field(description="What they posted, newest first.")

    @projected
    def events(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ParticipationEvent]:
        """Its history, oldest first."""
        ...

    created_at: datetime = strawberry.field(description="When its first round began.")
    updated_at: datetime = strawberry.field(description="When it last changed.")


@strawberry.input(
    description=(
        "Which participations. All that is given must hold; an empty list or null is as left out."
    )
)
class ParticipationFilter:
    status: list[ParticipationStatus] | None = strawberry.field(
        description="In one of these statuses. Left out: in any, `REMOVED` too."
    )
    campaign_id: strawberry.ID | None = strawberry.field(description="In this campaign.")
    influencer_id: strawberry.ID | None = strawberry.field(description="Of this influencer.")
    origin: list[ParticipationOrigin] | None = strawberry.field(
        description="Whose present round was begun so."
    )
    updated_since: datetime | None = strawberry.field(
        description="Changed at this moment or later."
    )


@strawberry.input(
    description=(
        "Which applicants. All that is given must hold; an empty list or null is as left out. "
        "Followers together with platforms mean one connected account that fits both, without "
        "platforms the largest connected account."
    )
)
class ApplicantFilter(InfluencerFilter):
    status: list[ApplicantStatus] | None = strawberry.field(description="In one of these statuses.")


@strawberry.type(description="How many applicants have a status.")
class ApplicantCount:
    status: ApplicantStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="How many, as the list would say in `totalCount`.")
