"""Receipts: each event keeps the facts on which it was decided, and no erasure changes them."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import statements

# PostgreSQL's trigger (migration 0015) compares whole rows, so it knows each new column.
STAYS = (
    "id",
    "campaign_id",
    "influencer_id",
    "participation_id",
    "post_id",
    "action",
    "from_status",
    "to_status",
    "round",
    "actor_role",
    "actor_id",
    "occurred_at",
    "decision",
    "xid",
)
_STAYS = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in STAYS)
SQLITE = (
    "DROP TRIGGER participation_event_no_update",
    f"""CREATE TRIGGER participation_event_no_update BEFORE UPDATE ON participation_event
    WHEN NOT (
        {_STAYS} AND OLD.action <> 'ERASE'
        AND (NEW.reason IS NULL OR NEW.reason IS OLD.reason)
        AND (NEW.message IS NULL OR NEW.message IS OLD.message)
        AND (NEW.actor_name IS OLD.actor_name
            OR NEW.actor_name IS NULL AND OLD.actor_role = 'INFLUENCER')
        AND EXISTS (SELECT 1 FROM influencer i
            WHERE i.id = OLD.influencer_id AND i.erased_at IS NOT NULL))
    BEGIN SELECT RAISE(ABORT, 'participation_event is history: it takes no UPDATE'); END""",
)


class Migration(migrations.Migration):
    """Receipts."""

    dependencies = [("models", "0017_tickets")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField("ParticipationEvent", "decision", fields.TextField(null=True)),
        statements(sqlite=SQLITE),
    ]
