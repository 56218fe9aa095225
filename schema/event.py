"""The history of a participation, and the feed of all that happened."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.decision import Decision
from schema.enums import Action, ParticipationStatus, Role
from schema.influencer import Influencer
from schema.node import Node
from schema.post import Post

if TYPE_CHECKING:
    from schema.campaign import Campaign
    from schema.participation import Participation
    from schema.plan import Plan


@strawberry.type(
    description=(
        "An entry in the history between a campaign and an influencer: an action, who performed "
        "it, and the statuses before and after it. An event is never changed or deleted. Staff "
        "see all events; advertisers see those in their campaigns and influencers their own, both "
        "without `SET_AVAILABILITY`."
    )
)
class ParticipationEvent(Node):
    campaign: Annotated["Campaign", strawberry.lazy("schema.campaign")] = strawberry.field(
        description="The campaign of the event."
    )
    influencer: Influencer = strawberry.field(description="The influencer of the event.")
    participation: Annotated["Participation", strawberry.lazy("schema.participation")] | None = (
        strawberry.field(
            description=(
                "The participation of the event, as it is now. Null for `SET_AVAILABILITY`."
            )
        )
    )
    action: Action = strawberry.field(description="The action that was performed.")
    from_: ParticipationStatus | None = strawberry.field(
        name="from",
        description=(
            "The participation's status before the event. Null if there was no participation; "
            "`REMOVED` if a removed one started a new round."
        ),
    )
    to: ParticipationStatus | None = strawberry.field(
        description=(
            "The participation's status after the event; `REMOVED` after a removal. Null for "
            "`SET_AVAILABILITY` alone."
        )
    )
    round: int | None = strawberry.field(
        description=(
            "The participation's round in which the event happened, from 1. Null for "
            "`SET_AVAILABILITY`."
        )
    )
    post: Post | None = strawberry.field(
        description=(
            "The post that was submitted or reviewed, as it is now. Null for other actions."
        )
    )
    plan: Annotated["Plan", strawberry.lazy("schema.plan")] | None = strawberry.field(
        description=(
            "The plan that performed the action. For staff; null for others, and if it was no "
            "plan's."
        )
    )
    actor_role: Role = strawberry.field(description="The role of the actor.")
    actor_id: str | None = strawberry.field(
        description=(
            "The id of the actor, which tells two of one name apart: the `sub` of the actor's "
            "token. For staff; null for others."
        )
    )
    actor_name: str | None = strawberry.field(
        description=(
            "The name of the actor. Staff see all names, advertisers all but those of staff, "
            "influencers only their own. Null where the caller may not see it, and if the actor's "
            "token had no name."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "The actor's reason, written for colleagues. Staff see all reasons, advertisers all "
            "but those of staff, influencers their own and those of `SET_POST_STATUS`. Null where "
            "the caller may not see it, and if none was given."
        )
    )
    message: str | None = strawberry.field(
        description="The actor's message to the influencer. Null if none was given."
    )
    decision: Decision | None = strawberry.field(
        description=(
            "The facts on which the event was decided. For staff; null for others, for `ERASE`, "
            "and for events from before this was kept."
        )
    )
    occurred_at: datetime = strawberry.field(description="The time of the event.")


@strawberry.input(
    description=(
        "A filter on events. All given conditions must hold; null and an empty list are no "
        "condition."
    )
)
class ParticipationEventFilter:
    campaign_id: strawberry.ID | None = strawberry.field(
        description="Only events of this campaign."
    )
    influencer_id: strawberry.ID | None = strawberry.field(
        description="Only events of this influencer."
    )
    participation_id: strawberry.ID | None = strawberry.field(
        description="Only events of this participation."
    )
    action: list[Action] | None = strawberry.field(description="Only events of these actions.")
    since: datetime | None = strawberry.field(description="Only events at this time or later.")
