"""Selection is a switch of its own beside the type, and affiliate campaigns have a kind.

A NORMAL campaign becomes SOCIAL, a SELECTION campaign SOCIAL with selection, and an AFFILIATE
campaign one by URL_TRACKING.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from workflow.enums import AffiliateKind

RENAME = """UPDATE campaign SET selection = (type = 'SELECTION'),
    affiliate_kind = CASE WHEN type = 'AFFILIATE' THEN 'URL_TRACKING' END,
    type = CASE WHEN type = 'AFFILIATE' THEN type ELSE 'SOCIAL' END"""
KIND = (
    "CASE WHEN type = 'AFFILIATE' THEN affiliate_kind IS NOT NULL"
    " AND affiliate_kind IN ('REFERRAL_CODE', 'URL_TRACKING', 'ECOMMERCE')"
    " ELSE affiliate_kind IS NULL END"
)


async def apply(apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Give each campaign its new type, its switch and its kind."""
    del apps
    client: Any = editor.client
    await client.execute_query(RENAME)


class Migration(migrations.Migration):
    """The campaigns' kinds."""

    dependencies = [("models", "0009_read_after")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField("Campaign", "selection", fields.BooleanField(db_default=False)),
        ops.AddField(
            "Campaign",
            "affiliate_kind",
            fields.CharEnumField(null=True, enum_type=AffiliateKind, max_length=20),
        ),
        ops.RemoveConstraint("Campaign", name="campaign_type"),
        ops.RunPython(apply),
        ops.AddConstraint(
            "Campaign",
            CheckConstraint(check="type IN ('SOCIAL', 'AFFILIATE')", name="campaign_type"),
        ),
        ops.AddConstraint("Campaign", CheckConstraint(check=KIND, name="campaign_affiliate_kind")),
    ]
