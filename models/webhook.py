"""Webhooks, and the deliveries of events to them."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.campaign import Campaign
from models.checks import one_of
from models.participation import ParticipationEvent


class DeliveryStatus(StrEnum):
    """The status of a delivery."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class Webhook(Model):
    """A URL to which events of the feed are sent.

    `planned_position` is the position in the feed up to which deliveries have been made. Messages
    are signed by `secret`, and until `previous_until` by `previous_secret` too. `failing_since` is
    the time of the first failure after the last success, `failures` the number of failures since.
    Nothing is sent before `paused_until`. A deleted webhook has no secrets any more; its row is
    deleted with its last delivery.
    """

    id: int = fields.BigIntField(primary_key=True)
    url = fields.CharField(2048)
    description = fields.TextField()
    actions = fields.JSONField[list[str]]()
    "The actions whose events are sent; empty: all."
    campaign_id: int | None
    campaign: fields.ForeignKeyNullableRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name=False, null=True, on_delete=fields.RESTRICT, db_index=False
    )
    selection = fields.TextField()
    secret = fields.CharField(100)
    previous_secret = fields.CharField(100, null=True)
    previous_until = fields.DatetimeField(null=True)
    is_enabled = fields.BooleanField()
    disabled_reason = fields.CharField(500, null=True)
    planned_position: int = fields.BigIntField()
    failing_since = fields.DatetimeField(null=True)
    failures = fields.IntField(db_default=0)
    paused_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "webhook"
        constraints = (
            CheckConstraint(check="planned_position >= 0", name="webhook_planned"),
            CheckConstraint(check="failures >= 0", name="webhook_failures"),
        )


class Delivery(Model):
    """The delivery of an event to a webhook; unique by webhook and position.

    Of the pending deliveries of a webhook, a campaign and an influencer, the one with the lowest
    position is sent first. `requests` counts the calls of `redeliver` for it: the outcome of an
    attempt that began before the last call is ignored. `payload` is the text that was last sent,
    null while the delivery is pending.
    """

    id: int = fields.BigIntField(primary_key=True)
    webhook_id: int
    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "models.Webhook", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    position: int = fields.BigIntField()
    event_id: int
    event: fields.ForeignKeyRelation[ParticipationEvent] = fields.ForeignKeyField(
        "models.ParticipationEvent", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    campaign_id: int = fields.BigIntField()
    influencer_id: int = fields.BigIntField()
    message_id = fields.CharField(64)
    status = fields.CharEnumField(DeliveryStatus, max_length=20)
    attempts = fields.IntField(db_default=0)
    failing_since = fields.DatetimeField(null=True)
    last_status_code: int | None = fields.SmallIntField(null=True)
    last_error = fields.CharField(500, null=True)
    next_attempt_at = fields.DatetimeField(null=True)
    requests = fields.IntField(db_default=0)
    payload = fields.TextField(null=True)
    is_erased = fields.BooleanField(db_default=False)
    "Whether its influencer was erased: then the payload is not kept."
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "delivery"
        constraints = (
            CheckConstraint(check=one_of("status", DeliveryStatus), name="delivery_status"),
            CheckConstraint(
                check="(status = 'PENDING') = (next_attempt_at IS NOT NULL)", name="delivery_next"
            ),
            CheckConstraint(
                check="payload IS NULL OR status <> 'PENDING' AND NOT is_erased",
                name="delivery_payload",
            ),
        )
