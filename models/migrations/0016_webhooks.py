"""Webhooks, and what became of each event for them."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import check, link, statements
from models.webhook import DeliveryStatus


def key() -> Any:
    """Return the primary key."""
    return fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)


WEBHOOK = ops.CreateModel(
    name="Webhook",
    fields=[
        ("id", key()),
        ("url", fields.CharField(max_length=2048)),
        ("description", fields.TextField(unique=False)),
        ("actions", fields.JSONField()),
        ("campaign", link("campaign", "Campaign", null=True)),
        ("selection", fields.TextField(unique=False)),
        ("secret", fields.CharField(max_length=100)),
        ("previous_secret", fields.CharField(null=True, max_length=100)),
        ("previous_until", fields.DatetimeField(null=True)),
        ("is_enabled", fields.BooleanField()),
        ("disabled_reason", fields.CharField(null=True, max_length=500)),
        ("planned_position", fields.BigIntField()),
        ("failing_since", fields.DatetimeField(null=True)),
        ("failures", fields.IntField(db_default=0)),
        ("paused_until", fields.DatetimeField(null=True)),
        ("created_at", fields.DatetimeField()),
        ("deleted_at", fields.DatetimeField(null=True)),
    ],
    options={"table": "webhook", "app": "models", "pk_attr": "id"},
    bases=["Model"],
)
DELIVERY = ops.CreateModel(
    name="Delivery",
    fields=[
        ("id", key()),
        ("webhook", link("webhook", "Webhook")),
        ("position", fields.BigIntField()),
        ("event", link("event", "ParticipationEvent")),
        ("campaign_id", fields.BigIntField()),
        ("influencer_id", fields.BigIntField()),
        ("message_id", fields.CharField(max_length=64)),
        ("status", fields.CharEnumField(enum_type=DeliveryStatus, max_length=20)),
        ("attempts", fields.IntField(db_default=0)),
        ("failing_since", fields.DatetimeField(null=True)),
        ("last_status_code", fields.SmallIntField(null=True)),
        ("last_error", fields.CharField(null=True, max_length=500)),
        ("next_attempt_at", fields.DatetimeField(null=True)),
        ("requests", fields.IntField(db_default=0)),
        ("payload", fields.TextField(null=True, unique=False)),
        ("is_erased", fields.BooleanField(db_default=False)),
        ("created_at", fields.DatetimeField()),
    ],
    options={"table": "delivery", "app": "models", "pk_attr": "id"},
    bases=["Model"],
)
CHECKS = (
    check("Webhook", "webhook_planned", "planned_position >= 0"),
    check("Webhook", "webhook_failures", "failures >= 0"),
    check("Delivery", "delivery_status", "status IN ('PENDING', 'DELIVERED', 'FAILED')"),
    check("Delivery", "delivery_next", "(status = 'PENDING') = (next_attempt_at IS NOT NULL)"),
    check(
        "Delivery", "delivery_payload", "payload IS NULL OR status <> 'PENDING' AND NOT is_erased"
    ),
)
INDEXES = (
    # In the order of the list of a webhook's deliveries, and each event once.
    "CREATE UNIQUE INDEX delivery_once ON delivery (webhook_id, position)",
    "CREATE INDEX delivery_by_status ON delivery (webhook_id, status, position)",
    # What waits: which one is the next of its campaign and influencer, and what is due.
    """CREATE INDEX delivery_waiting
    ON delivery (webhook_id, campaign_id, influencer_id, position) WHERE status = 'PENDING'""",
    """CREATE INDEX delivery_due ON delivery (webhook_id, next_attempt_at)
    WHERE status = 'PENDING'""",
    "CREATE INDEX delivery_old ON delivery (created_at) WHERE status <> 'PENDING'",
    "CREATE INDEX delivery_influencer ON delivery (influencer_id)",
)


class Migration(migrations.Migration):
    """Webhooks."""

    dependencies = [("models", "0015_erasure")]  # noqa: RUF012
    operations = [WEBHOOK, DELIVERY, *CHECKS, statements(*INDEXES)]  # noqa: RUF012
