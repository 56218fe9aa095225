"""The tickets by which browsers open event streams (`transport/auth/tickets.py`)."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Ticket(Model):
    """A ticket that has not been used yet."""

    digest = fields.CharField(64, primary_key=True)
    "SHA-256 of the ticket, in hexadecimal."
    sealed = fields.BinaryField()
    "The Authorization header of the caller who made it, encrypted by a key made from the ticket."
    expires_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "ticket"
        indexes = (Index(fields=("expires_at",)),)
