"""What Tortoise cannot say: partial and covering indexes, collations, append-only history."""

from typing import Any, NamedTuple

from tortoise import migrations
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps


class Index(NamedTuple):
    """An index that both databases have; what it includes is PostgreSQL's alone."""

    name: str
    on: str
    include: str = ""
    where: str = ""


RULES = "platforms, multi, category_mask, category_overflow, f1, f2, f3, f4, f5, f6, f7"
NOT_ERASED = "erased_at IS NULL"

# Not as constraints: on SQLite, AddConstraint rebuilds a table and loses those it had.
UNIQUE_INDEXES = [
    Index("override_once", "availability_override (campaign_id, influencer_id)", "availability"),
    Index("post_once", "post (campaign_id, url_digest)"),
    Index("participation_once", "participation (campaign_id, influencer_id)", "status"),
    Index(
        "account_connected_once",
        "social_account (platform, external_id)",
        where="disconnected_at IS NULL",
    ),
]
INDEXES = [
    # Select influencer tab: a stream a country, or one without, by followers and by name.
    Index("influencer_country_followers", "influencer (country, followers, id)", RULES, NOT_ERASED),
    Index("influencer_followers", "influencer (followers, id)", f"country, {RULES}", NOT_ERASED),
    Index("influencer_country_name", "influencer (country, name_key, id)", RULES, NOT_ERASED),
    Index("influencer_name", "influencer (name_key, id)", f"country, {RULES}", NOT_ERASED),
    # Accounts of an influencer, the largest first.
    Index("account_influencer", "social_account (influencer_id, followers, id)"),
    # Every account that ever was on a platform by that id: connecting one again.
    Index("account_external", "social_account (platform, external_id)"),
    # Campaigns: lists by creation, title and deadline.
    Index("campaign_created", "campaign (created_at, id)"),
    Index("campaign_title", "campaign (title_key, id)"),
    Index("campaign_deadline", "campaign (application_deadline, id)"),
    Index("campaign_advertiser", "campaign (advertiser_id, created_at, id)"),
    # Applicant tab and stored statuses of the Select tab, in their orders, and their counts.
    Index(
        "participation_status_followers",
        "participation (campaign_id, status, followers, influencer_id)",
    ),
    Index("participation_changed", "participation (campaign_id, updated_at, id)"),
    Index("participation_status_changed", "participation (campaign_id, status, updated_at, id)"),
    Index("participation_created", "participation (campaign_id, created_at, id)"),
    # My Job, and an influencer's participations.
    Index("participation_influencer", "participation (influencer_id, updated_at, id)", "status"),
    # Participations across campaigns.
    Index("participation_updated", "participation (updated_at, id)"),
    Index("participation_newest", "participation (created_at, id)"),
    Index("participation_largest", "participation (followers, id)"),
    # Posts of a participation, and the Posts tab's order.
    Index("post_participation", "post (participation_id, submitted_at, id)", "status"),
    Index("post_campaign", "post (campaign_id, submitted_at, id)"),
    # The feed, and the histories.
    Index("event_feed", "participation_event (xid, id)"),
    Index("event_campaign", "participation_event (campaign_id, xid, id)"),
    Index("event_candidate", "participation_event (influencer_id, campaign_id, id)"),
    Index("event_participation", "participation_event (participation_id, id)"),
]

XID_POSTGRES = (
    "ALTER TABLE participation_event ADD COLUMN xid BIGINT NOT NULL"
    " DEFAULT (pg_current_xact_id()::text::bigint)"
)
XID_SQLITE = "ALTER TABLE participation_event ADD COLUMN xid BIGINT NOT NULL DEFAULT 0"

HISTORY_POSTGRES = [
    """CREATE FUNCTION participation_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'participation_event is history: it takes no % ', TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER participation_event_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON participation_event
    FOR EACH STATEMENT EXECUTE FUNCTION participation_event_is_history()""",
]
HISTORY_SQLITE = [
    f"""CREATE TRIGGER participation_event_no_{operation.lower()}
    BEFORE {operation} ON participation_event
    BEGIN SELECT RAISE(ABORT, 'participation_event is history: it takes no {operation}'); END"""
    for operation in ("UPDATE", "DELETE")
]

# Code point order, whatever the database's own collation.
COLLATIONS_POSTGRES = [
    'ALTER TABLE influencer ALTER COLUMN name_key TYPE text COLLATE "C"',
    'ALTER TABLE campaign ALTER COLUMN title_key TYPE text COLLATE "C"',
]
SEARCH_POSTGRES = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX influencer_search_text ON influencer_search USING gin (text gin_trgm_ops)",
    "CREATE INDEX campaign_search_key ON campaign USING gin (search_key gin_trgm_ops)",
]


async def apply(apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Run the statements of the database at hand."""
    del apps
    postgres = editor.client.capabilities.dialect == "postgres"
    await _run(editor.client, [XID_POSTGRES if postgres else XID_SQLITE])
    await _run(editor.client, COLLATIONS_POSTGRES if postgres else [])
    await _run(
        editor.client,
        [_create("UNIQUE INDEX", index, postgres=postgres) for index in UNIQUE_INDEXES]
        + [_create("INDEX", index, postgres=postgres) for index in INDEXES],
    )
    await _run(editor.client, SEARCH_POSTGRES if postgres else [])
    await _run(editor.client, HISTORY_POSTGRES if postgres else HISTORY_SQLITE)


def _create(kind: str, index: Index, *, postgres: bool) -> str:
    sql = f"CREATE {kind} {index.name} ON {index.on}"
    if index.include and postgres:
        sql += f" INCLUDE ({index.include})"
    return f"{sql} WHERE {index.where}" if index.where else sql


async def _run(client: BaseDBAsyncClient, statements: list[str]) -> None:
    # Tortoise's own operation would split the triggers at their semicolons.
    untyped: Any = client
    for statement in statements:
        await untyped.execute_query(statement)


class Migration(migrations.Migration):
    """Indexes, collations and the append-only history."""

    dependencies = [("models", "0001_initial")]  # noqa: RUF012
    operations = [ops.RunPython(apply)]  # noqa: RUF012
