"""Webhooks, and what became of each event for them."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from schema.connection import Connection
from schema.enums import Action, DeliveryStatus
from schema.event import ParticipationEvent
from schema.fields import After, Before, First, Last, projected
from schema.node import Node
from schema.scalars import URL


@strawberry.type(
    description=(
        "An event for a webhook: the message that carries it, and whether it has arrived. For "
        "staff. A delivery is kept for 30 days."
    )
)
class Delivery(Node):
    message_id: str = strawberry.field(
        description=(
            "The message's id, which the header `webhook-id` carries: the same in every attempt, "
            "so that receivers can tell what they have had already."
        )
    )
    event: ParticipationEvent = strawberry.field(description="The event that is sent.")
    status: DeliveryStatus = strawberry.field(description="Whether the message has arrived.")
    attempts: int = strawberry.field(
        description="The number of attempts that ended, since the delivery was last asked for."
    )
    last_status_code: int | None = strawberry.field(
        description=(
            "The HTTP status of the last attempt's answer. Null before the first attempt, and if "
            "there was no answer."
        )
    )
    last_error: str | None = strawberry.field(
        description=(
            "The reason why the last attempt failed, in words. Null if it did not fail, before the "
            "first attempt, and after the influencer was erased."
        )
    )
    next_attempt_at: datetime | None = strawberry.field(
        description=(
            "The time from which the next attempt may be made: not before the deliveries that "
            "come first for the same campaign and influencer. Null unless the status is `PENDING`."
        )
    )
    payload: str | None = strawberry.field(
        description=(
            "The text of the message as it was last sent, which is JSON. Null while the status is "
            "`PENDING`, and after the influencer was erased."
        )
    )
    created_at: datetime = strawberry.field(description="The time since which it is to be sent.")


@strawberry.type(
    description=(
        "An address to which the events of the feed are sent, as Standard Webhooks has it: at "
        "least once, and in order for each campaign and influencer. For staff."
    )
)
class Webhook(Node):
    url: URL = strawberry.field(description="The URL to which messages are sent by POST.")
    description: str = strawberry.field(
        description="The webhook's purpose, as its makers describe it."
    )
    actions: list[Action] = strawberry.field(
        description="The actions whose events are sent. Empty: all."
    )
    campaign_id: strawberry.ID | None = strawberry.field(
        description="The id of the campaign whose events are sent. Null: of all campaigns."
    )
    selection: str = strawberry.field(
        description=(
            "The selection on `ParticipationChange` that makes the payload. It is read as staff "
            "read, when the message is sent."
        )
    )
    is_enabled: bool = strawberry.field(
        description=(
            "Whether messages are sent. Switched on again (`updateWebhook`), a webhook goes on "
            "where it was."
        )
    )
    disabled_reason: str | None = strawberry.field(
        description=(
            "The reason why the webhook was switched off by itself: its receiver answered 410, "
            "nothing arrived for 24 hours, or its selection is not valid any more. Null if it is "
            "switched on, or was switched off by staff."
        )
    )
    cursor: str | None = strawberry.field(
        description=(
            "The cursor of the feed up to which all events for the webhook have been delivered or "
            "given up. Null at the start of the feed."
        )
    )
    created_at: datetime = strawberry.field(description="The time when the webhook was created.")

    @projected
    def deliveries(
        self,
        status: Annotated[
            list[DeliveryStatus] | None,
            strawberry.argument(
                description="Only deliveries in one of these statuses. Left out or empty: all."
            ),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Delivery]:
        """The webhook's deliveries of the last 30 days, the newest events first."""
        ...
