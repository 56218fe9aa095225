"""Databases that lack migrations again, to run those on rows that are there."""

from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor

from database.session import connection, run
from database.sqlite_schema import SqliteEditor
from models.campaign import Campaign


async def forget(migration: str) -> None:
    """Take back what migrations from this one on add, 0009 at the earliest, and their notes."""
    await _undo_live_posts()
    if migration < "0011":
        await _undo_selection()
    if migration < "0010":
        await run("ALTER TABLE idempotency_key DROP COLUMN read_after")
    await run("DELETE FROM tortoise_migrations WHERE name >= :name", name=migration)


async def _undo_live_posts() -> None:
    """Take back 0011."""
    await run("ALTER TABLE post DROP COLUMN round")
    await run("DROP INDEX post_live_once")
    await run("CREATE UNIQUE INDEX post_once ON post (campaign_id, url_digest)")


async def _undo_selection() -> None:
    """Take back 0010, with each campaign's type as it would have been."""
    client = connection()
    is_sqlite = client.capabilities.dialect == "sqlite"
    editor = (SqliteEditor if is_sqlite else AsyncpgSchemaEditor)(client)
    for name in ("campaign_type", "campaign_affiliate_kind"):
        [check] = [one for one in Campaign.Meta.constraints if one.name == name]
        await editor.remove_constraint(Campaign, check)
    await run(
        "UPDATE campaign SET type = CASE WHEN selection THEN 'SELECTION'"
        " WHEN type = 'SOCIAL' THEN 'NORMAL' ELSE type END"
    )
    for column in ("selection", "affiliate_kind"):
        await run(f"ALTER TABLE campaign DROP COLUMN {column}")
    types = "type IN ('NORMAL', 'SELECTION', 'AFFILIATE')"
    await editor.add_constraint(Campaign, CheckConstraint(check=types, name="campaign_type"))
