"""Counts that a dump may carry to another cluster, where transaction numbers mean nothing."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps


async def apply(apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Drop the transaction numbers; have all counted anew, as a restore may have spoilt it."""
    del apps
    client: Any = editor.client
    await client.execute_query("ALTER TABLE availability_delta DROP COLUMN xid")
    await client.execute_query(
        "UPDATE availability_count SET is_stale = true, version = version + 1"
    )


class Migration(migrations.Migration):
    """A change of a count is known by its id."""

    dependencies = [("models", "0005_leases")]  # noqa: RUF012
    operations = [ops.RunPython(apply)]  # noqa: RUF012
