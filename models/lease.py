"""Which process does a piece of work in the background (`background/lease.py`)."""

from tortoise import fields
from tortoise.models import Model


class Lease(Model):
    """The lease of a worker, by its name; `expires_at` in seconds since 1970, the database's."""

    name = fields.CharField(100, primary_key=True)
    holder = fields.CharField(32)
    expires_at: int = fields.BigIntField()

    class Meta(Model.Meta):
        table = "lease"
