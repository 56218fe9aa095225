"""Receipts: each event keeps the facts on which it was decided, and no erasure changes them."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import statements
from models.history import kept_by_sqlite


class Migration(migrations.Migration):
    """Receipts."""

    dependencies = [("models", "0017_tickets")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField("ParticipationEvent", "decision", fields.TextField(null=True)),
        statements(sqlite=kept_by_sqlite("decision")),
    ]
