"""What influencers' rows repeat of their accounts, so that a tab is answered from one index."""

from collections.abc import Collection

from database.session import run
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
_OF_ACCOUNTS = f"""SELECT i.id, coalesce(max(a.followers), 0) AS followers, {_MASK} AS platforms,
        count(a.id) > count(DISTINCT a.platform) AS multi, {_LARGEST}
    FROM influencer i
    LEFT JOIN social_account a ON a.influencer_id = i.id AND a.disconnected_at IS NULL
    WHERE i.id = ANY(:ids) GROUP BY i.id"""
_INFLUENCERS = f"""UPDATE influencer
    SET {", ".join(f"{column} = counted.{column}" for column in _COLUMNS)}
    FROM ({_OF_ACCOUNTS}) AS counted WHERE influencer.id = counted.id"""
_SEARCH = """INSERT INTO influencer_search (influencer_id, text)
    SELECT i.id,
        i.name_key || coalesce(chr(10) || string_agg(a.handle_key, chr(10) ORDER BY a.id), '')
    FROM influencer i
    LEFT JOIN social_account a ON a.influencer_id = i.id AND a.disconnected_at IS NULL
    WHERE i.id = ANY(:ids) GROUP BY i.id, i.name_key
    ON CONFLICT (influencer_id) DO UPDATE SET text = excluded.text
    WHERE influencer_search.text <> excluded.text"""
_PARTICIPATIONS = """UPDATE participation SET followers = i.followers
    FROM influencer i WHERE i.id = participation.influencer_id AND i.id = ANY(:ids)
    AND participation.followers <> i.followers"""


async def refresh(influencers: Collection[int]) -> None:
    """Copy what the connected accounts of these influencers say to wherever it is repeated.

    Three statements, however many there are. Call it in the transaction that changed accounts or
    names, with the influencers locked.
    """
    if influencers:
        for statement in (_INFLUENCERS, _SEARCH, _PARTICIPATIONS):
            await run(statement, ids=list(influencers))
