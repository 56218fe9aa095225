"""The answers that are given again to a call repeated with the same Idempotency-Key."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class IdempotencyKey(Model):
    """One key of one caller: claimed by the run that works on it, then holding its answer.

    A run holds the key by `holder` until `leased_until`; a key whose run has died may be taken
    over after that. `kept` has the payloads that mutation fields committed before the whole
    answer was there (JSON).
    """

    id: int = fields.BigIntField(primary_key=True)
    caller = fields.CharField(300)
    "Role, advertiser (a digest) and sub: keys of different callers never meet."
    influencer_id: int | None = fields.BigIntField(null=True)
    "The influencer whose key it is; null for other callers."
    key = fields.CharField(255)
    digest = fields.CharField(64)
    "SHA-256 of query, variables and operationName."
    holder = fields.CharField(32)
    leased_until = fields.DatetimeField()
    kept = fields.BinaryField(null=True)
    response = fields.BinaryField(null=True)
    "The body, or None while it still runs."
    status_code: int | None = fields.SmallIntField(null=True)
    read_after = fields.CharField(64, null=True)
    "The position that the answer carries, where there are replicas (`database/replication.py`)."
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "idempotency_key"
        unique_together = (("caller", "key"),)
        indexes = (Index(fields=("created_at",)),)
