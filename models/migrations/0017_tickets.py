"""Tickets by which browsers open event streams."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

TICKET = ops.CreateModel(
    name="Ticket",
    fields=[
        ("digest", fields.CharField(max_length=64, primary_key=True, unique=True, db_index=True)),
        ("sealed", fields.BinaryField()),
        ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
    ],
    options={
        "table": "ticket",
        "app": "models",
        "indexes": [Index(fields=["expires_at"])],
        "pk_attr": "digest",
    },
    bases=["Model"],
)


class Migration(migrations.Migration):
    """Tickets."""

    dependencies = [("models", "0016_webhooks")]  # noqa: RUF012
    operations = [TICKET]  # noqa: RUF012
