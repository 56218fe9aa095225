"""A floor: no framework, no GraphQL, rows from one or two statements, dicts built by hand."""

from typing import Any

import orjson

from bench.peers import sql
from bench.peers.asgi import PLATFORMS, Floor

_APPLICANTS = """
SELECT p.id, p.status, p.version, p.updated_at, i.id, i.name, i.country, i.followers,
    a.id, a.platform, a.handle, a.followers
FROM participation p JOIN influencer i ON i.id = p.influencer_id
LEFT JOIN social_account a ON a.id = p.selected_account_id
WHERE p.campaign_id = $1 AND p.status IN ('APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED')
ORDER BY p.updated_at DESC, p.id DESC LIMIT 51"""
_ACCOUNTS = """
SELECT influencer_id, id, platform, handle, followers FROM social_account
WHERE influencer_id = ANY($1) AND disconnected_at IS NULL ORDER BY followers DESC, id DESC"""
_JOBS = """
SELECT p.id, p.status, p.updated_at, c.id, c.title, c.brand, c.type, c.status, c.cover_image_url,
    c.reward, c.hashtags, c.application_deadline, a.id, a.platform, a.handle, a.followers
FROM participation p JOIN campaign c ON c.id = p.campaign_id
LEFT JOIN social_account a ON a.id = p.selected_account_id
WHERE p.influencer_id = $1 AND c.status IN ('UPCOMING', 'ONGOING')
AND (p.status IN ('WAITING', 'APPROVED', 'JOINED')
    OR p.status IN ('APPLIED', 'REVIEWING') AND p.origin = 'FORCED')
ORDER BY p.updated_at DESC, p.id DESC LIMIT 21"""
_CAMPAIGN = f"SELECT {sql.CAMPAIGN} FROM campaign c WHERE c.id = $1"
_CANDIDATES = """
SELECT t.campaign_id, t.status, i.id, i.name, i.country, i.followers
FROM (SELECT c FROM campaign c WHERE c.id = $1) AS asked
CROSS JOIN LATERAL campaign_candidates(asked.c) WITH ORDINALITY
    AS t (campaign_id, influencer_id, followers, status, place)
JOIN influencer i ON i.id = t.influencer_id ORDER BY t.place"""


async def applicant_tab(connection: Any, key: int) -> bytes:
    """Q1."""
    rows = await connection.fetch(_APPLICANTS, key)
    accounts = await _accounts(connection, [row[4] for row in rows])
    nodes = [
        {
            "id": f"gid://joinery/Participation/{row[0]}",
            "status": row[1],
            "version": row[2],
            "updatedAt": row[3],
            "influencer": _influencer(row, 4, accounts),
            "selectedAccount": _account(row, 8),
        }
        for row in rows[:50]
    ]
    return _body({"campaign": {"applicants": _page(nodes, has_next=len(rows) > 50)}})


async def my_job(connection: Any, key: int) -> bytes:
    """Q2."""
    rows = await connection.fetch(_JOBS, key)
    nodes = [
        {
            "id": f"gid://joinery/Participation/{row[0]}",
            "status": row[1],
            "updatedAt": row[2],
            "campaign": {
                "id": f"gid://joinery/Campaign/{row[3]}",
                "title": row[4],
                "brand": row[5],
                "type": row[6],
                "status": row[7],
                "coverImageUrl": row[8],
                "reward": row[9],
                "hashtags": orjson.Fragment(row[10]),
                "applicationDeadline": row[11],
            },
            "selectedAccount": _account(row, 12),
        }
        for row in rows[:20]
    ]
    return _body({"myJobs": _page(nodes, has_next=len(rows) > 20)})


async def campaign(connection: Any, key: int) -> bytes:
    """Q3."""
    row = await connection.fetchrow(_CAMPAIGN, key)
    return _body(
        {
            "campaign": {
                "id": f"gid://joinery/Campaign/{row[0]}",
                "title": row[1],
                "brand": row[2],
                "description": row[3],
                "coverImageUrl": row[4],
                "reward": row[5],
                "hashtags": orjson.Fragment(row[6]),
                "mentions": orjson.Fragment(row[7]),
                "type": row[8],
                "status": row[9],
                "postTracking": row[10],
                "followersMin": row[11],
                "followersMax": row[12],
                "capacity": row[13],
                "placesTaken": row[14],
                "applicationDeadline": row[15],
                "startsAt": row[16],
                "endsAt": row[17],
                "createdAt": row[18],
                "updatedAt": row[19],
            }
        }
    )


async def select_tab(connection: Any, key: int) -> bytes:
    """Q4."""
    rows = await connection.fetch(_CANDIDATES, key)
    accounts = await _accounts(connection, [row[2] for row in rows])
    nodes = [
        {
            "id": f"gid://joinery/Candidate/{row[0]}-{row[2]}",
            "status": row[1],
            "influencer": _influencer(row, 2, accounts),
        }
        for row in rows[:50]
    ]
    return _body({"campaign": {"candidates": _page(nodes, has_next=len(rows) > 50)}})


async def counts(connection: Any, key: int) -> bytes:
    """Q5."""
    rows = await connection.fetch(sql.COUNTS, key)
    return _body({"campaign": {"candidateCounts": [dict(row) for row in rows]}})


async def _accounts(connection: Any, influencers: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {key: [] for key in influencers}
    for row in await connection.fetch(_ACCOUNTS, influencers):
        found[row[0]].append(_account(row, 1))
    return found


def _influencer(row: Any, at: int, accounts: dict[int, list[Any]]) -> dict[str, Any]:
    return {
        "id": f"gid://joinery/Influencer/{row[at]}",
        "name": row[at + 1],
        "country": row[at + 2],
        "followers": row[at + 3],
        "accounts": accounts[row[at]],
    }


def _account(row: Any, at: int) -> dict[str, Any] | None:
    if row[at] is None:
        return None
    return {
        "id": f"gid://joinery/SocialAccount/{row[at]}",
        "platform": PLATFORMS[row[at + 1]],
        "handle": row[at + 2],
        "followers": row[at + 3],
    }


def _page(nodes: list[Any], *, has_next: bool) -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": has_next}}


def _body(data: dict[str, Any]) -> bytes:
    return orjson.dumps({"data": data})


app = Floor({"Q1": applicant_tab, "Q2": my_job, "Q3": campaign, "Q4": select_tab, "Q5": counts})
