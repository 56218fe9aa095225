"""The rows of a campaign's Select influencer tab."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from schema.account import SocialAccount
from schema.connection import Connection
from schema.enums import Action, Availability, CandidateStatus, UnavailableReason
from schema.event import ParticipationEvent
from schema.fields import After, Before, First, Last, projected
from schema.influencer import Influencer, InfluencerFilter
from schema.node import Node
from schema.participation import Participation

if TYPE_CHECKING:
    from schema.campaign import Campaign


@strawberry.type(
    description=(
        "One influencer as a row of a campaign's Select influencer tab, whether or not they take "
        "part. Staff."
    )
)
class Candidate(Node):
    campaign: Annotated["Campaign", strawberry.lazy("schema.campaign")] = strawberry.field(
        description="The campaign whose tab it is."
    )
    influencer: Influencer = strawberry.field(description="The influencer.")
    status: CandidateStatus = strawberry.field(
        description=(
            "How they stand to the campaign now. Who takes part keeps their status when the "
            "campaign later stops being visible to them."
        )
    )
    unavailable_reasons: list[UnavailableReason] = strawberry.field(
        description=(
            "Why the campaign is not visible to them, all that apply; with `HIDDEN_BY_STAFF` the "
            "audience rules are left out. Empty unless the status is `UNAVAILABLE`."
        )
    )
    availability_override: Availability | None = strawberry.field(
        description="What staff set by `setAvailability`. Null: the audience rules decide."
    )
    qualifying_accounts: list[SocialAccount] = strawberry.field(
        description="Their connected accounts that they could take part with, most followers first."
    )
    participation: Participation | None = strawberry.field(
        description="Their participation, a removed one too. Null where there never was one."
    )
    available_actions: list[Action] = strawberry.field(
        description="What the caller may do with this row now: some input would make it succeed."
    )

    @projected
    def events(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ParticipationEvent]:
        """Everything that happened between the two, changes of availability too, oldest first."""
        ...


@strawberry.input(
    description=(
        "Which rows of the Select influencer tab. All that is given must hold; an empty list or "
        "null is as left out. Followers together with platforms mean one connected account that "
        "fits both, without platforms the largest one."
    )
)
class CandidateFilter(InfluencerFilter):
    status: list[CandidateStatus] | None = strawberry.field(description="In one of these statuses.")


@strawberry.type(description="How many rows of the Select influencer tab have a status.")
class CandidateCount:
    status: CandidateStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="How many, as the list would say in `totalCount`.")
    exact: bool = strawberry.field(
        description=(
            "Whether it was counted. False only where an estimate stands in for `AVAILABLE` or "
            "`UNAVAILABLE`."
        )
    )
