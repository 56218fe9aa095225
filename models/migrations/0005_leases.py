"""Which process does a piece of work in the background, and until when."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

LEASE = ops.CreateModel(
    name="Lease",
    fields=[
        ("name", fields.CharField(max_length=100, primary_key=True, unique=True, db_index=True)),
        ("holder", fields.CharField(max_length=32)),
        ("expires_at", fields.BigIntField()),
    ],
    options={"table": "lease", "app": "models", "pk_attr": "name"},
    bases=["Model"],
)


class Migration(migrations.Migration):
    """What background workers need."""

    dependencies = [("models", "0004_text_search")]  # noqa: RUF012
    operations = [LEASE]  # noqa: RUF012
