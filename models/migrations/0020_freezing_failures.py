"""Add the failures, next attempt and last progress of plans, and the code FREEZING_FAILED."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import check


class Migration(migrations.Migration):
    """Lists that cannot be frozen are given up, and plans that stand still are found."""

    dependencies = [("models", "0019_plans")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField("Plan", "failures", fields.IntField(db_default=0)),
        ops.AddField("Plan", "retry_at", fields.DatetimeField(null=True)),
        ops.AddField("Plan", "progressed_at", fields.DatetimeField(null=True)),
        ops.RemoveConstraint("Plan", name="plan_error"),
        check(
            "Plan",
            "plan_error",
            "error IN ('INVALID_INPUT', 'TOO_MANY_ITEMS', 'FREEZING_FAILED')",
        ),
    ]
