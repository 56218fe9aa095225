"""The trigger by which SQLite keeps the history, as migrations make it.

PostgreSQL's trigger (migration 0015) compares whole rows, so it knows each new column.
"""

_STAYS = (
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
    "xid",
)


def kept_by_sqlite(*added: str) -> tuple[str, str]:
    """Return the statements that make the trigger anew, with the columns added since 0015.

    Of the events of erased influencers it lets the texts and their own name be taken out.
    """
    stays = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in (*_STAYS, *added))
    return (
        "DROP TRIGGER participation_event_no_update",
        f"""CREATE TRIGGER participation_event_no_update BEFORE UPDATE ON participation_event
    WHEN NOT (
        {stays} AND OLD.action <> 'ERASE'
        AND (NEW.reason IS NULL OR NEW.reason IS OLD.reason)
        AND (NEW.message IS NULL OR NEW.message IS OLD.message)
        AND (NEW.actor_name IS OLD.actor_name
            OR NEW.actor_name IS NULL AND OLD.actor_role = 'INFLUENCER')
        AND EXISTS (SELECT 1 FROM influencer i
            WHERE i.id = OLD.influencer_id AND i.erased_at IS NOT NULL))
    BEGIN SELECT RAISE(ABORT, 'participation_event is history: it takes no UPDATE'); END""",
    )
