"""`markJoined` as a peer decides it, from rows: who is available, and what they become.

Only what the bench's data have: campaigns without a limit of places that track posts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CAMPAIGN = """
SELECT id, selection, status, platforms, countries, category_mask, followers_min, followers_max
FROM campaign WHERE id = $1 FOR UPDATE"""
INFLUENCERS = """
SELECT id, country, category_mask, followers FROM influencer
WHERE id = ANY($1) AND erased_at IS NULL ORDER BY id FOR SHARE"""
ACCOUNTS = """
SELECT id, influencer_id, platform, followers FROM social_account
WHERE influencer_id = ANY($1) AND disconnected_at IS NULL"""
OVERRIDES = """
SELECT influencer_id, availability FROM availability_override
WHERE campaign_id = $1 AND influencer_id = ANY($2)"""
PARTICIPATIONS = """
SELECT id, influencer_id, status FROM participation
WHERE campaign_id = $1 AND influencer_id = ANY($2) ORDER BY id FOR UPDATE"""
INSERT = """
INSERT INTO participation (campaign_id, influencer_id, status, selected_account_id,
    selected_platforms, origin, round, version, followers, created_at, updated_at)
SELECT $1, influencer_id, status, account_id, 0, 'FORCED', 1, 1, followers, now(), now()
FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::int[])
    AS t (influencer_id, status, account_id, followers)
RETURNING id, influencer_id, status"""
EVENTS = """
INSERT INTO participation_event (campaign_id, influencer_id, participation_id, action, to_status,
    round, actor_role, actor_id, occurred_at)
SELECT $1, influencer_id, participation_id, 'MARK_JOINED', status, 1, 'STAFF', 'staff', now()
FROM unnest($2::bigint[], $3::bigint[], $4::text[])
    AS t (influencer_id, participation_id, status)"""
PLACES = "UPDATE campaign SET places_taken = places_taken + $2 WHERE id = $1"


@dataclass(frozen=True)
class Marked:
    """A participation that is to be."""

    influencer: int
    status: str
    account: int | None
    followers: int


def refused(code: str) -> dict[str, Any]:
    """Return the error of one influencer's result."""
    return {"outcome": "REFUSED", "candidateStatus": None, "participation": None, "code": code}


def decide(
    campaign: Mapping[str, Any],
    influencer: Mapping[str, Any],
    accounts: Sequence[Mapping[str, Any]],
    override: str | None,
) -> Marked | None:
    """Return the influencer's new status; None where the campaign is not available to them."""
    relevant = [a for a in accounts if campaign["platforms"] >> (a["platform"] - 1) & 1]
    fitting = [a for a in relevant if _in_range(campaign, a["followers"])]
    if override == "AVAILABLE":
        fitting = relevant
    elif override == "UNAVAILABLE" or not _meets(campaign, influencer, relevant, fitting):
        return None
    chosen = fitting[0]["id"] if len(fitting) == 1 else None
    joined = "APPROVED" if campaign["selection"] else "JOINED"
    status = joined if chosen else "WAITING"
    return Marked(influencer["id"], status, chosen, influencer["followers"])


def _in_range(campaign: Mapping[str, Any], followers: int) -> bool:
    low, high = campaign["followers_min"], campaign["followers_max"]
    return (low is None or followers >= low) and (high is None or followers <= high)


def _meets(
    campaign: Mapping[str, Any],
    influencer: Mapping[str, Any],
    relevant: Sequence[Any],
    fitting: Sequence[Any],
) -> bool:
    countries, categories = campaign["countries"].split(), campaign["category_mask"]
    if countries and influencer["country"] not in countries:
        return False
    if categories and not categories & influencer["category_mask"]:
        return False
    return not relevant or bool(fitting)


async def mark(connection: Any, key: int, asked: Sequence[int]) -> list[dict[str, Any]]:
    """Mark them, in a transaction of one asyncpg connection; a result for each, in order."""
    async with connection.transaction():
        campaign = await connection.fetchrow(CAMPAIGN, key)
        found = {row["id"]: row for row in await connection.fetch(INFLUENCERS, asked)}
        accounts = _by_influencer(await connection.fetch(ACCOUNTS, asked))
        overrides = dict(await connection.fetch(OVERRIDES, key, asked))
        there = await connection.fetch(PARTICIPATIONS, key, asked)
        taking_part = {row["influencer_id"] for row in there if row["status"] != "REMOVED"}
        results: dict[int, dict[str, Any]] = {}
        marked: list[Marked] = []
        for number in asked:
            if number in taking_part or campaign["status"] not in ("UPCOMING", "ONGOING"):
                results[number] = refused("TRANSITION_NOT_ALLOWED")
            elif number not in found:
                results[number] = refused("NOT_FOUND")
            elif decided := decide(
                campaign, found[number], accounts[number], overrides.get(number)
            ):
                marked.append(decided)
            else:
                results[number] = refused("INFLUENCER_UNAVAILABLE")
        rows = await connection.fetch(
            INSERT,
            key,
            [one.influencer for one in marked],
            [one.status for one in marked],
            [one.account for one in marked],
            [one.followers for one in marked],
        )
        await connection.execute(
            EVENTS,
            key,
            [row["influencer_id"] for row in rows],
            [row["id"] for row in rows],
            [row["status"] for row in rows],
        )
        await connection.execute(PLACES, key, sum(one.status != "WAITING" for one in marked))
    for row in rows:
        results[row["influencer_id"]] = {
            "outcome": "CHANGED",
            "candidateStatus": "WAITING" if row["status"] == "WAITING" else "JOINED",
            "participation": row,
            "code": None,
        }
    return [results[number] for number in asked]


def _by_influencer(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found = defaultdict[int, list[Any]](list)
    for row in rows:
        found[row["influencer_id"]].append(row)
    return found
