"""The subscriptions: changes as they happen (docs/live.md)."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers import changes
from schema.event import ParticipationEvent
from schema.fields import Info, answers
from schema.participation import Participation
from schema.plan import Plan

After = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "A cursor of the feed, from `participationEvents` or an earlier change: the changes "
            "since then are sent first, in order, once. Left out: only changes from now on."
        )
    ),
]


@strawberry.type(
    description=(
        "A change of a participation: an event, at its place in the feed of all events. A change "
        "is sent once for each event, in the order of the feed."
    )
)
class ParticipationChange:
    cursor: str = strawberry.field(
        description=(
            "The place of the event in the feed, for `after` here and in `participationEvents`: "
            "the feed continues there after a break."
        )
    )
    event: ParticipationEvent = strawberry.field(description="The event.")
    participation: Participation | None = strawberry.field(
        description=(
            "The participation of the event, as it is when the change is sent. Null for "
            "`SET_AVAILABILITY`."
        )
    )


@strawberry.type(
    description=(
        "The subscriptions, over WebSocket (graphql-transport-ws) and Server-Sent Events. A stream "
        "ends with an error and its code if the caller has no access any more."
    )
)
class Subscription:
    @answers(ParticipationChange)
    async def participation_changed(
        self,
        info: Info,
        campaign_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Only changes in this campaign. Left out: in all that the caller sees."
            ),
        ] = UNSET,
        after: After = UNSET,
    ) -> Completed:
        """The changes of participations. For staff, and advertisers for their campaigns.

        A campaign that does not exist, or is not the caller's, is refused with `INVALID_INPUT`.
        """
        campaign = None if campaign_id is UNSET else campaign_id
        return await changes.of_participations(info, campaign)

    @answers(ParticipationChange)
    async def my_job_changed(self, info: Info, after: After = UNSET) -> Completed:
        """The changes of the calling influencer's participations."""
        return await changes.of_own_jobs(info)

    @answers(Plan)
    async def plan_progressed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The plan's global id.")],
    ) -> Completed:
        """The plan as it is now, and again whenever it has come further. For staff.

        Several steps at once may be told together. The stream is completed with the plan's end:
        `APPLIED`, `CANCELLED`, `EXPIRED` or `FAILED`. An unknown plan is refused with
        `INVALID_INPUT`.
        """
        return await changes.of_plan(info, id)
