"""Webhooks and their deliveries."""

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
        "The delivery of an event to a webhook: the message, and whether it has arrived. For "
        "staff. Deliveries are kept for 30 days."
    )
)
class Delivery(Node):
    message_id: str = strawberry.field(
        description=(
            "The message's id, which the header `webhook-id` carries. It is the same in every "
            "attempt, so that receivers can recognize a message that they already have."
        )
    )
    event: ParticipationEvent = strawberry.field(description="The event that is sent.")
    status: DeliveryStatus = strawberry.field(description="Whether the message has arrived.")
    attempts: int = strawberry.field(
        description="The number of attempts that have ended, since the last `redeliver` if any."
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
            "The earliest time of the next attempt. Earlier events of the same campaign and "
            "influencer are delivered first. Null unless the status is `PENDING`."
        )
    )
    payload: str | None = strawberry.field(
        description=(
            "The text of the message as it was last sent, which is JSON. Null while the status is "
            "`PENDING`, and after the influencer was erased."
        )
    )
    created_at: datetime = strawberry.field(description="The time when the delivery was created.")


@strawberry.type(
    description=(
        "A URL to which the events of the feed are sent, according to Standard Webhooks: at least "
        "once, and in order for each campaign and influencer. For staff."
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
            "The selection on `ParticipationChange` that makes the payload. It is executed when "
            "the message is sent, with the permissions of staff."
        )
    )
    is_enabled: bool = strawberry.field(
        description=(
            "Whether messages are sent. A webhook that is switched on again (`updateWebhook`) "
            "continues where it stopped."
        )
    )
    disabled_reason: str | None = strawberry.field(
        description=(
            "The reason why the server switched the webhook off: its receiver answered 410, "
            "nothing arrived for 24 hours, or its selection is not valid any more. Null if it is "
            "switched on, or was switched off by staff."
        )
    )
    cursor: str | None = strawberry.field(
        description=(
            "The cursor of the feed up to which all of the webhook's events have been delivered or "
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
