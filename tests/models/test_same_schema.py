"""Both databases have the same tables, columns and indexes, but for what one of them lacks."""

from typing import Any

from database.connection import connected
from database.session import connection
from tests.databases import PostgresDatabases, SqliteDatabases

Columns = set[tuple[str, str, bool]]

COLUMNS = {
    "sqlite": """SELECT t.name, c.name, c."notnull" OR c.pk FROM sqlite_master t
        JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
        AND t.name NOT LIKE 'influencer_fts%'""",
    "postgresql": """SELECT table_name, column_name, is_nullable = 'NO'
        FROM information_schema.columns WHERE table_schema = 'public'""",
}
INDEXES = {
    "sqlite": """SELECT tbl_name, name FROM sqlite_master
        WHERE type = 'index' AND name NOT LIKE 'sqlite_autoindex_%'""",
    # Without those behind a constraint, which SQLite names by itself.
    "postgresql": """SELECT tablename, indexname FROM pg_indexes
        WHERE schemaname = 'public' AND NOT EXISTS (
            SELECT 1 FROM pg_constraint WHERE conindid = indexname::regclass)""",
}
SEARCH_INDEXES = {
    ("influencer_search", "influencer_search_text"),
    ("influencer_search", "influencer_search_grams"),
    ("campaign", "campaign_search_key"),
}


# SQLite's transactions commit in the order of their ids, so its feed is a view.
FEED = {"feed", "feed_state"}
FEED_INDEXES = {("feed", "feed_campaign"), ("participation_event", "event_feed")}


async def rows(url: str, statements: dict[str, str]) -> list[tuple[Any, ...]]:
    async with connected(url):
        client: Any = connection()
        _, found = await client.execute_query(statements[url.partition(":")[0]])
        return [tuple(row) for row in found]


async def test_both_databases_have_the_same_tables_and_columns(
    sqlite_databases: SqliteDatabases, postgres_databases: PostgresDatabases
) -> None:
    with sqlite_databases.lend() as here, postgres_databases.lend() as there:
        ours = {(table, name, bool(needed)) for table, name, needed in await rows(here, COLUMNS)}
        theirs = {(table, name, needed) for table, name, needed in await rows(there, COLUMNS)}

    assert ours == {column for column in theirs if column[0] not in FEED}
    assert ("participation_event", "xid", True) in ours
    assert ("social_account", "disconnected_at", False) in ours


async def test_postgresql_has_the_same_indexes_and_those_for_search(
    sqlite_databases: SqliteDatabases, postgres_databases: PostgresDatabases
) -> None:
    with sqlite_databases.lend() as here, postgres_databases.lend() as there:
        ours, theirs = set(await rows(here, INDEXES)), set(await rows(there, INDEXES))

    assert theirs - ours == SEARCH_INDEXES | FEED_INDEXES
    assert ours - theirs == {("participation_event", "event_campaign")}
