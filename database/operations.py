"""Operations that several migrations need."""

from collections.abc import Sequence
from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model


def link(field: str, model: str, *, null: bool = False) -> Any:
    """Return a foreign key to a row that cannot be deleted while it is referenced."""
    reference: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        f"models.{model}",
        source_field=f"{field}_id",
        null=null,
        db_index=False,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )
    return reference


def check(model: str, name: str, condition: str) -> ops.AddConstraint:
    """Return the operation that adds a CHECK constraint."""
    return ops.AddConstraint(model, CheckConstraint(check=condition, name=name))


def statements(
    *both: str, postgres: Sequence[str] = (), sqlite: Sequence[str] = ()
) -> ops.RunPython:
    """Return the operation that runs statements: those of both databases, then those of one."""

    async def run(apps: StateApps, editor: BaseSchemaEditor) -> None:
        del apps
        client: Any = editor.client
        is_postgres = client.capabilities.dialect == "postgres"
        for statement in (*both, *(postgres if is_postgres else sqlite)):
            await client.execute_query(statement)

    return ops.RunPython(run)
