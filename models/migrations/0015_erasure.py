"""Erasing somebody: the one change that the history takes, and what is kept of the erasure."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import statements
from models.history import kept_by_sqlite

# Of the events of somebody erased the texts, and their own name, may be taken out, and nothing put
# in: only the reason of the erasure itself stays.
POSTGRES = (
    "DROP TRIGGER participation_event_append_only ON participation_event",
    """CREATE TRIGGER participation_event_append_only
    BEFORE DELETE OR TRUNCATE ON participation_event
    FOR EACH STATEMENT EXECUTE FUNCTION participation_event_is_history()""",
    """CREATE FUNCTION participation_event_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        kept participation_event := NEW;
    BEGIN
        kept.actor_name := OLD.actor_name;
        kept.reason := OLD.reason;
        kept.message := OLD.message;
        IF kept IS NOT DISTINCT FROM OLD AND OLD.action <> 'ERASE'
            AND (NEW.reason IS NULL OR NEW.reason = OLD.reason)
            AND (NEW.message IS NULL OR NEW.message = OLD.message)
            AND (NEW.actor_name IS NOT DISTINCT FROM OLD.actor_name
                OR NEW.actor_name IS NULL AND OLD.actor_role = 'INFLUENCER')
            AND EXISTS (SELECT 1 FROM influencer i
                WHERE i.id = OLD.influencer_id AND i.erased_at IS NOT NULL)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'participation_event is history: it takes no % ', TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER participation_event_no_update BEFORE UPDATE ON participation_event
    FOR EACH ROW EXECUTE FUNCTION participation_event_erasure()""",
)


class Migration(migrations.Migration):
    """Erasure."""

    dependencies = [("models", "0014_feed")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField("Influencer", "erased_by", fields.CharField(400, null=True)),
        ops.AddField("Influencer", "erased_reason", fields.CharField(2000, null=True)),
        ops.AddField("IdempotencyKey", "influencer_id", fields.BigIntField(null=True)),
        statements(postgres=POSTGRES, sqlite=kept_by_sqlite()),
    ]
