"""To how many influencers each campaign is available."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

COUNT = ops.CreateModel(
    name="AvailabilityCount",
    fields=[
        (
            "campaign_id",
            fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True),
        ),
        ("available", fields.BigIntField(null=True)),
        ("is_stale", fields.BooleanField()),
        ("version", fields.IntField()),
    ],
    options={"table": "availability_count", "app": "models", "pk_attr": "campaign_id"},
    bases=["Model"],
)
DELTA = ops.CreateModel(
    name="AvailabilityDelta",
    fields=[
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("campaign_id", fields.BigIntField()),
        ("change", fields.IntField()),
    ],
    options={
        "table": "availability_delta",
        "app": "models",
        "pk_attr": "id",
        "indexes": [Index(fields=["campaign_id"])],
    },
    bases=["Model"],
)


async def apply(apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Who wrote a change, and an index of the influencers who are in no tab."""
    del apps
    postgres = editor.client.capabilities.dialect == "postgres"
    writer = "(pg_current_xact_id()::text::bigint)" if postgres else "0"
    client: Any = editor.client
    await client.execute_query(
        f"ALTER TABLE availability_delta ADD COLUMN xid BIGINT NOT NULL DEFAULT {writer}"
    )
    await client.execute_query(
        "CREATE INDEX influencer_erased ON influencer (id) WHERE erased_at IS NOT NULL"
    )


class Migration(migrations.Migration):
    """Counts of the Select influencer tab that need not look at every influencer."""

    dependencies = [("models", "0002_indexes_and_history")]  # noqa: RUF012
    operations = [COUNT, DELTA, ops.RunPython(apply)]  # noqa: RUF012
