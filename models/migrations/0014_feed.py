"""The feed: the events of all participations in one order, by positions."""

from tortoise import migrations

from database.operations import statements

# Transactions commit in another order than that of their ids, so positions are given after the
# commit (`delivery/sequencer.py`). `mark` is the event's time, in microseconds since 1970.
POSTGRES = [
    """CREATE TABLE feed (
        position BIGINT NOT NULL CONSTRAINT feed_pkey PRIMARY KEY CHECK (position > 0),
        mark BIGINT NOT NULL,
        event_id BIGINT NOT NULL CONSTRAINT feed_event_once UNIQUE
            REFERENCES participation_event (id),
        campaign_id BIGINT NOT NULL
    )""",
    """CREATE TABLE feed_state (
        id SMALLINT NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
        position BIGINT NOT NULL,
        snapshot TEXT NOT NULL,
        cluster TEXT NOT NULL,
        xid_offset BIGINT NOT NULL DEFAULT 0
    )""",
    # What is committed later is not in this statement's snapshot, so the sequencer finds it.
    """WITH filled AS (
        INSERT INTO feed (position, mark, event_id, campaign_id)
        SELECT row_number() OVER (ORDER BY id),
            (extract(epoch FROM occurred_at) * 1000000)::bigint, id, campaign_id
        FROM participation_event RETURNING 1
    )
    INSERT INTO feed_state (position, snapshot, cluster)
    SELECT (SELECT count(*) FROM filled), pg_current_snapshot()::text,
        (SELECT system_identifier::text FROM pg_control_system())""",
    "CREATE INDEX feed_campaign ON feed (campaign_id, position)",
    """CREATE FUNCTION feed_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a position in the feed is given once: feed takes no %', TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER feed_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON feed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_is_history()""",
    "DROP INDEX event_campaign",
]
# Here transactions that write run one after the other, so ids are in the order of the commits.
SQLITE = [
    """CREATE VIEW feed AS SELECT id AS position, unixepoch(occurred_at) * 1000000
        + CASE substr(occurred_at, 20, 1) WHEN '.' THEN substr(occurred_at, 21, 6) + 0 ELSE 0 END
        AS mark, id AS event_id, campaign_id FROM participation_event""",
    "DROP INDEX event_campaign",
    "CREATE INDEX event_campaign ON participation_event (campaign_id, id)",
    "DROP INDEX event_feed",
]


class Migration(migrations.Migration):
    """The feed."""

    dependencies = [("models", "0013_services")]  # noqa: RUF012
    operations = [statements(postgres=POSTGRES, sqlite=SQLITE)]  # noqa: RUF012
