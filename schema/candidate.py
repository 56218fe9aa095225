"""Candidates: the rows of a campaign's Select influencer tab."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from schema.account import SocialAccount
from schema.connection import Connection
from schema.enums import Action, Availability, CandidateStatus, UnavailableReason
from schema.event import ParticipationEvent
from schema.fields import After, Before, First, Last, projected
from schema.influencer import Influencer, TabFilter
from schema.node import Node
from schema.participation import Participation

if TYPE_CHECKING:
    from schema.campaign import Campaign


@strawberry.type(
    description=(
        "An influencer as a row of a campaign's Select influencer tab, with or without a "
        "participation. For staff and services."
    )
)
class Candidate(Node):
    campaign: Annotated["Campaign", strawberry.lazy("schema.campaign")] = strawberry.field(
        description="The campaign of the Select influencer tab."
    )
    influencer: Influencer = strawberry.field(description="The influencer in the row.")
    status: CandidateStatus = strawberry.field(
        description=(
            "The influencer's status on the Select influencer tab. A status that comes from a "
            "participation stays when the campaign is no longer visible to the influencer."
        )
    )
    unavailable_reasons: list[UnavailableReason] = strawberry.field(
        description=(
            "All reasons why the campaign is not visible to the influencer; with `HIDDEN_BY_STAFF` "
            "those of the audience rules are left out. Empty unless the row's status is "
            "`UNAVAILABLE`."
        )
    )
    availability_override: Availability | None = strawberry.field(
        description=(
            "The availability that staff set for the influencer by `setAvailability`. Null: the "
            "audience rules decide."
        )
    )
    qualifying_accounts: list[SocialAccount] = strawberry.field(
        description=(
            "The influencer's accounts that qualify for the campaign (see `SocialAccount`), most "
            "followers first."
        )
    )
    participation: Participation | None = strawberry.field(
        description=(
            "The influencer's participation in the campaign, also a removed one. Null if there "
            "never was one."
        )
    )
    available_actions: list[Action] = strawberry.field(
        description=(
            "The actions that the caller can perform on the row now: each would succeed with some "
            "input."
        )
    )

    @projected
    def events(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ParticipationEvent]:
        """The history between the campaign and the influencer, oldest first.

        Changes of availability are included. For the newest first ask for `last`, then `before`
        the page's `startCursor`, and read each page from its end.
        """
        ...


@strawberry.input(
    description=(
        "A filter on the rows of the Select influencer tab. All given conditions must hold; null "
        "and an empty list are no condition. With `platforms`, bounds on followers mean one "
        "connected account on one of these platforms; without, the influencer's largest connected "
        "account."
    )
)
class CandidateFilter(TabFilter):
    status: list[CandidateStatus] | None = strawberry.field(
        description="Only rows in one of these statuses."
    )
    unavailable_reason: list[UnavailableReason] | None = strawberry.field(
        description=(
            "Only `UNAVAILABLE` rows that have one of these reasons among their "
            "`unavailableReasons`."
        )
    )
    override: list[Availability] | None = strawberry.field(
        description="Only rows whose `availabilityOverride` is one of these."
    )
    qualifying_accounts_min: int | None = strawberry.field(
        description="Only rows with at least this number of `qualifyingAccounts`."
    )
    qualifying_accounts_max: int | None = strawberry.field(
        description="Only rows with at most this number of `qualifyingAccounts`."
    )


@strawberry.type(description="The number of rows of the Select influencer tab in one status.")
class CandidateCount:
    status: CandidateStatus = strawberry.field(description="The status of the counted rows.")
    count: int = strawberry.field(
        description="The number of rows in the status, as `totalCount` of the list."
    )
    exact: bool = strawberry.field(
        description=(
            "Whether `count` is exact. False only where the number of `AVAILABLE` or "
            "`UNAVAILABLE` rows is an estimate."
        )
    )
