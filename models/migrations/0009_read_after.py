"""The position of a mutation's commit, kept with the answer that carries it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One column, empty in what is kept already."""

    dependencies = [("models", "0008_folded_text")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField("IdempotencyKey", "read_after", fields.CharField(null=True, max_length=64))
    ]
