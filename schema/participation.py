"""Participations, with the action that the influencer must take next."""

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
from schema.influencer import Influencer, TabFilter
from schema.node import Node
from schema.post import Post

if TYPE_CHECKING:
    from schema.campaign import Campaign
    from schema.candidate import Candidate


@strawberry.type(
    description=(
        "The action that an influencer must take next for a participation: the popup in the "
        "creator's app. Computed from the accounts, the rules and the campaign as they are now."
    )
)
class RequiredAction:
    type: RequiredActionType = strawberry.field(description="The kind of the required action.")
    message: str = strawberry.field(
        description="The required action in words, for the influencer to read."
    )
    platforms: list[Platform] = strawberry.field(
        description=(
            "The campaign's platforms on which to connect an account, from which to select, or on "
            "which to post."
        )
    )
    accounts: list[SocialAccount] = strawberry.field(
        description=(
            "The influencer's qualifying accounts, to select one of them. Empty unless the type is "
            "`SELECT_ACCOUNT`."
        )
    )
    blocked_by: list[ErrorCode] = strawberry.field(
        description=(
            "The reasons why the action would not lead on now, such as `CAPACITY_REACHED`: an "
            "account is connected all the same. Empty if nothing stands in the way."
        )
    )


@strawberry.type(
    description=(
        "The part that an influencer takes, or took, in a campaign. There is at most one "
        "participation per campaign and influencer: after a removal the same one starts a new "
        "round. Staff see all participations; advertisers see those in their campaigns; "
        "influencers see their own."
    )
)
class Participation(Node):
    campaign: Annotated["Campaign", strawberry.lazy("schema.campaign")] = strawberry.field(
        description="The campaign that the influencer takes part in."
    )
    influencer: Influencer = strawberry.field(description="The influencer who takes part.")
    status: ParticipationStatus = strawberry.field(
        description="The participation's status, as stored."
    )
    candidate_status: CandidateStatus | None = strawberry.field(
        description=(
            "The participation's status on the Select influencer tab. For a removed participation: "
            "`AVAILABLE` or `UNAVAILABLE` to staff and services, null to others."
        )
    )
    candidate: Annotated["Candidate", strawberry.lazy("schema.candidate")] | None = (
        strawberry.field(
            description=(
                "The participation's row of the Select influencer tab, as `Campaign.candidate` has "
                "it. For staff and services; null for others, and once the influencer's data have "
                "been erased."
            )
        )
    )
    applicant_status: ApplicantStatus | None = strawberry.field(
        description=(
            "The participation's status on the Applicant influencers tab. Null outside Selection "
            "campaigns, and while the participation is `WAITING` or `REMOVED`."
        )
    )
    origin: ParticipationOrigin = strawberry.field(
        description="The origin of the participation's present round: staff or the influencer."
    )
    round: int = strawberry.field(
        description=(
            "The number of the participation's present round, from 1. A new round starts with a "
            "join or an application after a removal, and by `reopenApplications`."
        )
    )
    version: int = strawberry.field(
        description=(
            "The participation's version, which increases with every change but those of posts. "
            "Send it as `ifVersion` to change the participation only if it is still as it was read."
        )
    )
    selected_account: SocialAccount | None = strawberry.field(
        description=(
            "The account that the influencer takes part with. An account stays selected when it is "
            "disconnected (see `disconnectedAt`). Null while none is selected."
        )
    )
    selected_platforms: list[Platform] = strawberry.field(
        description=(
            "The platforms that the influencer uses in an affiliate campaign without post "
            "tracking. Empty before they are selected, and in all other campaigns."
        )
    )
    referral_code: str | None = strawberry.field(
        description=(
            "The referral code that the influencer was given in a `REFERRAL_CODE` campaign, on "
            "becoming `APPROVED` or `JOINED` for the first time. The code stays theirs through a "
            "removal and a new round. Null before, in other campaigns, and where a trial run "
            "(`dryRun`) gave it."
        )
    )
    required_action: RequiredAction | None = strawberry.field(
        description=(
            "The action that the influencer must take next. Null if there is none, or the campaign "
            "is not running."
        )
    )
    available_actions: list[Action] = strawberry.field(
        description=(
            "The actions that the caller can perform on the participation now: each would succeed "
            "with some input."
        )
    )
    posts: list[Post] = strawberry.field(
        description="The participation's posts of all rounds, newest first."
    )

    @projected
    def events(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ParticipationEvent]:
        """The participation's history, oldest first.

        Changes of availability are in the events of the `Candidate`. For the newest first ask for
        `last`, then `before` the page's `startCursor`, and read each page from its end.
        """
        ...

    created_at: datetime = strawberry.field(
        description="The time when the participation's first round began."
    )
    updated_at: datetime = strawberry.field(
        description="The time of the participation's latest change; posts do not count."
    )


@strawberry.input(
    description=(
        "A filter on participations. All given conditions must hold; null and an empty list are no "
        "condition."
    )
)
class ParticipationFilter:
    status: list[ParticipationStatus] | None = strawberry.field(
        description=(
            "Only participations in one of these statuses. Left out: in all, `REMOVED` included."
        )
    )
    campaign_id: strawberry.ID | None = strawberry.field(
        description="Only participations in this campaign."
    )
    influencer_id: strawberry.ID | None = strawberry.field(
        description="Only participations of this influencer."
    )
    origin: list[ParticipationOrigin] | None = strawberry.field(
        description="Only participations whose present round has one of these origins."
    )
    updated_since: datetime | None = strawberry.field(
        description=(
            "Only participations that changed at this time or later. A change is visible once it "
            "is committed, a moment after its time: to follow changes, ask again from a minute "
            "before the latest `updatedAt`, or follow `participationEvents`."
        )
    )


@strawberry.input(
    description=(
        "A filter on applicants. All given conditions must hold; null and an empty list are no "
        "condition. With `platforms`, bounds on followers mean one connected account on one of "
        "these platforms; without, the influencer's largest connected account."
    )
)
class ApplicantFilter(TabFilter):
    status: list[ApplicantStatus] | None = strawberry.field(
        description="Only applicants in one of these statuses."
    )
    origin: list[ParticipationOrigin] | None = strawberry.field(
        description="Only applicants whose present round has one of these origins."
    )
    updated_since: datetime | None = strawberry.field(
        description="Only applicants whose participation changed at this time or later."
    )


@strawberry.type(description="The number of applicants of a campaign in one status.")
class ApplicantCount:
    status: ApplicantStatus = strawberry.field(description="The status of the counted applicants.")
    count: int = strawberry.field(
        description="The number of applicants in the status, as `totalCount` of the list."
    )
