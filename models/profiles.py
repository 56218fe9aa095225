"""What influencers' rows repeat of their accounts, so that a tab is answered from one index."""

from collections.abc import Collection
from typing import Any

import orjson

from database.connection import connection, dialect
from workflow.enums import Platform

_LARGEST = ", ".join(
    f"max(CASE WHEN a.platform = {platform.number} THEN a.followers END) AS f{platform.number}"
    for platform in Platform
)
_MASK = " + ".join(
    f"max(CASE WHEN a.platform = {platform.number} THEN {platform.bit} ELSE 0 END)"
    for platform in Platform
)
_COLUMNS = ["followers", "platforms", "multi", *(f"f{platform.number}" for platform in Platform)]
_IDS = {
    "postgres": "(SELECT value::bigint FROM json_array_elements_text($1::json))",
    "sqlite": "(SELECT value FROM json_each(?1))",
}
_HANDLES = {
    "postgres": "string_agg(a.handle_key, chr(10) ORDER BY a.id)",
    "sqlite": "group_concat(a.handle_key, char(10))",
}
_OF_ACCOUNTS = """SELECT i.id, coalesce(max(a.followers), 0) AS followers, {mask} AS platforms,
        count(a.id) > count(DISTINCT a.platform) AS multi, {largest}
    FROM influencer i
    LEFT JOIN social_account a ON a.influencer_id = i.id AND a.disconnected_at IS NULL
    WHERE i.id IN {ids} GROUP BY i.id"""
_SEARCH = """INSERT INTO influencer_search (influencer_id, text)
    SELECT i.id, i.name_key || coalesce({newline} || {handles}, '')
    FROM influencer i
    LEFT JOIN social_account a ON a.influencer_id = i.id AND a.disconnected_at IS NULL
    WHERE i.id IN {ids} GROUP BY i.id, i.name_key
    ON CONFLICT (influencer_id) DO UPDATE SET text = excluded.text
    WHERE influencer_search.text <> excluded.text"""
_PARTICIPATIONS = """UPDATE participation SET followers = i.followers
    FROM influencer i WHERE i.id = participation.influencer_id AND i.id IN {ids}
    AND participation.followers <> i.followers"""


async def refresh(influencers: Collection[int]) -> None:
    """Say again what the connected accounts of these influencers say, wherever it is repeated.

    Three statements, however many there are. Call it in the transaction that changed accounts or
    names, with the influencers locked.
    """
    if not influencers:
        return
    keys = orjson.dumps(list(influencers)).decode()
    client: Any = connection()
    for statement in _statements(dialect()):
        await client.execute_query(statement, [keys])


def _statements(database: str) -> list[str]:
    ids = _IDS[database]
    newline = "chr(10)" if database == "postgres" else "char(10)"
    counted = _OF_ACCOUNTS.format(mask=_MASK, largest=_LARGEST, ids=ids)
    changes = ", ".join(f"{column} = given.{column}" for column in _COLUMNS)
    return [
        f"UPDATE influencer SET {changes} FROM ({counted}) AS given WHERE influencer.id = given.id",
        _SEARCH.format(newline=newline, handles=_HANDLES[database], ids=ids),
        _PARTICIPATIONS.format(ids=ids),
    ]
