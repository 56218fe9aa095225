"""The shapes of webhooks and deliveries. Secrets cannot be read."""

from projection import Batched, Column, Connection, Shape, ToOne
from resolvers.ids import PREFIX
from resolvers.queries.deliveries import cursors, deliveries
from resolvers.shapes import columns as c

WEBHOOK = Shape(
    name="Webhook",
    source="webhook t",
    fields={
        "id": c.gid("Webhook"),
        "url": c.plain("url"),
        "description": c.plain("description"),
        "actions": c.json_list("actions"),
        "campaignId": Column(
            sql="{t}.campaign_id", template=f"f'{PREFIX}Campaign/{{{{v}}}}'", nullable=True
        ),
        "selection": c.plain("selection"),
        "isEnabled": c.boolean("is_enabled"),
        "disabledReason": c.plain("disabled_reason"),
        "cursor": Batched(parent="{t}.id", load=cursors),
        "createdAt": c.moment("created_at"),
        "deliveries": Connection(shape="Delivery", parent="{t}.id", listing=deliveries),
    },
)
DELIVERY = Shape(
    name="Delivery",
    source="delivery t",
    fields={
        "id": c.gid("Delivery"),
        "messageId": c.plain("message_id"),
        "event": ToOne(shape="ParticipationEvent", on="{j}.id = {t}.event_id"),
        "status": c.plain("status"),
        "attempts": c.plain("attempts"),
        "lastStatusCode": c.plain("last_status_code"),
        "lastError": c.plain("last_error"),
        "nextAttemptAt": c.moment("next_attempt_at", nullable=True),
        "payload": c.plain("payload"),
        "createdAt": c.moment("created_at"),
    },
)
