"""What happened: the history of a participation, and the feed of everything."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.enums import Action, ParticipationStatus, Role
from schema.influencer import Influencer
from schema.node import Node
from schema.post import Post

if TYPE_CHECKING:
    from schema.campaign import Campaign
    from schema.participation import Participation


@strawberry.type(
    description=(
        "Something that happened between a campaign and an influencer. Never changed, never "
        "deleted. Events of `SET_AVAILABILITY` are shown to staff alone."
    )
)
class ParticipationEvent(Node):
    campaign: Annotated["Campaign", strawberry.lazy("schema.campaign")] = strawberry.field(
        description="The campaign."
    )
    influencer: Influencer = strawberry.field(description="The influencer.")
    participation: Annotated["Participation", strawberry.lazy("schema.participation")] | None = (
        strawberry.field(
            description=(
                "Their participation, as it is now. Null for a change of availability where there "
                "was none."
            )
        )
    )
    action: Action = strawberry.field(description="What happened.")
    from_: ParticipationStatus | None = strawberry.field(
        name="from",
        description=(
            "The status before. Null where there was no participation; `REMOVED` where a removed "
            "one starts anew."
        ),
    )
    to: ParticipationStatus | None = strawberry.field(
        description=(
            "The status after; `REMOVED` after a removal. Null for `SET_AVAILABILITY` alone."
        )
    )
    round: int | None = strawberry.field(
        description=(
            "The round of the participation it happened in, from 1. Null where there was no "
            "participation."
        )
    )
    post: Post | None = strawberry.field(
        description="The post, as it is now, that was submitted or judged. Null for other actions."
    )
    actor_role: Role = strawberry.field(description="Who did it, by role.")
    actor_name: str | None = strawberry.field(
        description=(
            "Who did it, by name. For staff. Advertisers and influencers see their own, and null "
            "for others' (an advertiser: for staff's)."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "Why, as the actor wrote it for colleagues. For staff. Advertisers and influencers see "
            "their own, and null for others' (an advertiser: for staff's). Null without one."
        )
    )
    message: str | None = strawberry.field(
        description="What the actor wrote for the influencer to read. Null without one."
    )
    occurred_at: datetime = strawberry.field(description="When it happened.")


@strawberry.input(
    description="Which events. All that is given must hold; an empty list or null is as left out."
)
class ParticipationEventFilter:
    campaign_id: strawberry.ID | None = strawberry.field(description="Of this campaign.")
    influencer_id: strawberry.ID | None = strawberry.field(description="Of this influencer.")
    participation_id: strawberry.ID | None = strawberry.field(description="Of this participation.")
    action: list[Action] | None = strawberry.field(description="One of these happened.")
    since: datetime | None = strawberry.field(description="At this moment or later.")
