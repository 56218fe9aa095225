"""Databases that lack migrations again, to run those on rows that are there."""

import re
from importlib import import_module

from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor

from database.connection import connected
from database.session import connection, rows, run
from database.sqlite_schema import SqliteEditor
from models.campaign import Campaign
from models.history import kept_by_sqlite
from models.participation import ParticipationEvent, Post
from models.plan import Plan

_SCHEMA = {
    "sqlite": """SELECT t.name, c.name, c.type || c."notnull" || ifnull(c.dflt_value, '') || c.pk
        FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
        UNION ALL SELECT t.name, f."from", f."table" || f.on_delete
        FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
        UNION ALL SELECT tbl_name, name, sql FROM sqlite_master WHERE type <> 'table'""",
    "postgres": """SELECT table_name, column_name, concat_ws(' ', data_type,
            character_maximum_length, is_nullable, column_default, is_identity)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'function', proname, prosrc
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}
_SQLITE_CHECKS = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CHECK%'"


# PostgreSQL writes a list of texts in other casts once it has been dumped and restored.
_CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")

_HISTORY = import_module("models.migrations.0002_indexes_and_history")


async def schema_of(url: str) -> set[tuple[str, str, str]]:
    """Return a database's columns, indexes, constraints and triggers, in no order."""
    async with connected(url):
        dialect = connection().capabilities.dialect
        found = {
            (table, name, _CASTS.sub("", definition or ""))
            for table, name, definition in await rows(_SCHEMA[dialect])
        }
        for table, sql in await rows(_SQLITE_CHECKS) if dialect == "sqlite" else ():
            checks = re.findall(r"CONSTRAINT .*?(?=, CONSTRAINT|$)", sql)
            found |= {(table, "check", one) for one in checks}
    return found


async def forget(migration: str) -> None:
    """Take back what migrations from this one on add, 0009 at the earliest, and their notes."""
    await _undo_freezing_failures()
    for later, undo in _UNDO.items():
        if migration < later:
            await undo()
    await run("DELETE FROM tortoise_migrations WHERE name >= :name", name=migration)


async def _undo_receipts() -> None:
    """Undo migration 0018."""
    is_sqlite = connection().capabilities.dialect == "sqlite"
    if is_sqlite:
        await run("DROP TRIGGER participation_event_no_update")
    await run("ALTER TABLE participation_event DROP COLUMN decision")
    if is_sqlite:
        await run(kept_by_sqlite()[1])


async def _undo_freezing_failures() -> None:
    """Undo migration 0020."""
    for column in ("failures", "retry_at", "progressed_at"):
        await run(f"ALTER TABLE plan DROP COLUMN {column}")
    [now] = [check for check in Plan.Meta.constraints if check.name == "plan_error"]
    was = CheckConstraint(check=now.check.replace(", 'FREEZING_FAILED'", ""), name=now.name)
    await _editor().remove_constraint(Plan, now)
    await _editor().add_constraint(Plan, was)


async def _undo_plans() -> None:
    """Undo migration 0019."""
    is_sqlite = connection().capabilities.dialect == "sqlite"
    if is_sqlite:
        await run("DROP TRIGGER participation_event_no_update")
    await run("ALTER TABLE participation_event DROP COLUMN plan_id")
    if is_sqlite:
        await run(kept_by_sqlite("decision")[1])
    for table in ("plan_item", "plan_drift", "plan"):
        await run(f"DROP TABLE {table}")


async def _undo_webhooks() -> None:
    """Undo migration 0016."""
    await run("DROP TABLE delivery")
    await run("DROP TABLE webhook")


async def _undo_feed() -> None:
    """Undo migration 0014."""
    if connection().capabilities.dialect == "sqlite":
        await run("DROP VIEW feed")
        await run("DROP INDEX event_campaign")
        await run("CREATE INDEX event_feed ON participation_event (xid, id)")
    else:
        await run("DROP TABLE feed")
        await run("DROP TABLE feed_state")
        await run("DROP FUNCTION feed_is_history")
    await run("CREATE INDEX event_campaign ON participation_event (campaign_id, xid, id)")


async def _undo_referral_codes() -> None:
    """Take back 0012."""
    client = connection()
    is_sqlite = client.capabilities.dialect == "sqlite"
    await run(f"DROP TRIGGER participation_code_kept{'' if is_sqlite else ' ON participation'}")
    await run("DROP INDEX participation_code_once")
    await run("ALTER TABLE participation DROP COLUMN referral_code_id")
    await run("DROP TABLE referral_code")
    if not is_sqlite:
        await run("DROP FUNCTION referral_code_stays")
    await _editor().remove_constraint(Campaign, _check("campaign_codes"))
    for column in ("codes_total", "codes_given"):
        await run(f"ALTER TABLE campaign DROP COLUMN {column}")


async def _undo_erasure() -> None:
    """Undo migration 0015."""
    for column in ("erased_by", "erased_reason"):
        await run(f"ALTER TABLE influencer DROP COLUMN {column}")
    await run("ALTER TABLE idempotency_key DROP COLUMN influencer_id")
    if connection().capabilities.dialect == "sqlite":
        await run("DROP TRIGGER participation_event_no_update")
        await run(_HISTORY.HISTORY_SQLITE[0])
    else:
        await run("DROP FUNCTION participation_event_erasure CASCADE")
        await run("DROP TRIGGER participation_event_append_only ON participation_event")
        await run(_HISTORY.HISTORY_POSTGRES[1])


async def _undo_services() -> None:
    """Take back 0013."""
    await run("DROP TABLE post_finding")
    client = connection()
    if client.capabilities.dialect == "postgres":
        await run("DROP FUNCTION post_finding_is_history")
    for name in ("post_source", "post_decided_status", "post_decided_warning"):
        [check] = [one for one in Post.Meta.constraints if one.name == name]
        await _editor().remove_constraint(Post, check)
    for column in ("source", "published_at", *_DECIDED):
        await run(f"ALTER TABLE post DROP COLUMN {column}")
    for check in ParticipationEvent.Meta.constraints:
        if check.name in ("event_action", "event_actor_role"):
            await _editor().remove_constraint(ParticipationEvent, check)
            was = check.check
            for name in ("RECORD_POST", "RECORD_FINDING", "SERVICE"):
                was = was.replace(f"'{name}', ", "")
            old = CheckConstraint(check=was, name=check.name)
            await _editor().add_constraint(ParticipationEvent, old)


_DECIDED = ("decided_status", "decided_warning", "decided_reason", "decided_at")


async def _undo_live_posts() -> None:
    """Take back 0011."""
    await run("ALTER TABLE post DROP COLUMN round")
    await run("DROP INDEX post_live_once")
    await run("CREATE UNIQUE INDEX post_once ON post (campaign_id, url_digest)")


async def _undo_selection() -> None:
    """Take back 0010, with each campaign's type as it would have been."""
    editor = _editor()
    for name in ("campaign_type", "campaign_affiliate_kind"):
        await editor.remove_constraint(Campaign, _check(name))
    await run(
        "UPDATE campaign SET type = CASE WHEN selection THEN 'SELECTION'"
        " WHEN type = 'SOCIAL' THEN 'NORMAL' ELSE type END"
    )
    for column in ("selection", "affiliate_kind"):
        await run(f"ALTER TABLE campaign DROP COLUMN {column}")
    types = "type IN ('NORMAL', 'SELECTION', 'AFFILIATE')"
    await editor.add_constraint(Campaign, CheckConstraint(check=types, name="campaign_type"))


def _editor() -> SqliteEditor | AsyncpgSchemaEditor:
    client = connection()
    is_sqlite = client.capabilities.dialect == "sqlite"
    return (SqliteEditor if is_sqlite else AsyncpgSchemaEditor)(client)


def _check(name: str) -> CheckConstraint:
    [check] = [one for one in Campaign.Meta.constraints if one.name == name]
    return check


async def _undo_tickets() -> None:
    """Undo migration 0017."""
    await run("DROP TABLE ticket")


async def _undo_read_after() -> None:
    """Undo migration 0009."""
    await run("ALTER TABLE idempotency_key DROP COLUMN read_after")


_UNDO = {
    "0020": _undo_plans,
    "0019": _undo_receipts,
    "0018": _undo_tickets,
    "0017": _undo_webhooks,
    "0016": _undo_erasure,
    "0015": _undo_feed,
    "0014": _undo_services,
    "0013": _undo_referral_codes,
    "0012": _undo_live_posts,
    "0011": _undo_selection,
    "0010": _undo_read_after,
}
"""Functions that undo a migration, by the number of the next one."""
