"""The statements about the kept counts; `resolvers/availability/__init__.py` says how they work."""

from models.availability import EVERYONE
from resolvers.audience_sql import is_running, meets_rules

KEPT = """k.available + (SELECT coalesce(sum(d.change), 0) FROM availability_delta d
    WHERE d.campaign_id = k.campaign_id)"""
"""The current number of a row k of availability_count: what was counted, and what changed since."""
TAKING_PART = """FROM participation p WHERE p.status <> 'REMOVED' AND NOT EXISTS (
    SELECT 1 FROM influencer i WHERE i.id = p.influencer_id AND i.erased_at IS NOT NULL)"""
"""The rows of a tab that have a stored status."""
_OPEN = is_running("c")

_MEETS_RULES = meets_rules("c", "i")

# For readers

FRESH = f"""(SELECT CASE WHEN NOT ({_OPEN}) THEN 0 WHEN NOT k.is_stale THEN {KEPT} END
    FROM campaign c LEFT JOIN availability_count k ON k.campaign_id = c.id
    WHERE c.id = :campaign)"""
"""The number of `:campaign`; null where it is not counted, or was before its rule changed."""
FRESH_EVERYONE = f"""(SELECT {KEPT} FROM availability_count k
    WHERE k.campaign_id = {EVERYONE} AND NOT k.is_stale)"""
"""The number of all influencers; null where they are not counted."""


def _available(pairs: str, stored: str) -> str:
    """Begin a statement with the tables of how many influencers each open campaign is available to.

    `pairs` is the condition on the pairs c and i that are counted, `stored` the same on the rows of
    participations and overrides. Everyone who meets the rule is counted first; then each pair that
    has a participation or an override is corrected. So, whatever the planner estimates, these are
    not looked up for every pair, and the few that exist are found by their keys. A participation
    counts as UNAVAILABLE, which is also what wins where a pair has both.
    """
    return f"""
WITH stored AS MATERIALIZED (
    SELECT campaign_id, influencer_id, max(availability) AS availability FROM (
        SELECT campaign_id, influencer_id, 'UNAVAILABLE' AS availability FROM participation
        WHERE {stored} AND status <> 'REMOVED'
        UNION ALL
        SELECT campaign_id, influencer_id, availability FROM availability_override
        WHERE {stored}) AS each
    GROUP BY campaign_id, influencer_id),
counted AS (
    SELECT c.id AS campaign_id, count(*) AS number FROM campaign c CROSS JOIN influencer i
    WHERE {pairs} AND {_OPEN} AND i.erased_at IS NULL AND {_MEETS_RULES} = 1 GROUP BY c.id
    UNION ALL
    SELECT c.id, CASE stored.availability WHEN 'AVAILABLE' THEN 1 ELSE 0 END - {_MEETS_RULES}
    FROM stored
    JOIN campaign c ON c.id = stored.campaign_id JOIN influencer i ON i.id = stored.influencer_id
    WHERE {_OPEN} AND i.erased_at IS NULL)"""


# For writers

AVAILABLE_AMONG = f"""{_available("i.id = ANY(:ids)", "influencer_id = ANY(:ids)")}
SELECT campaign_id, sum(number)::bigint FROM counted GROUP BY campaign_id
UNION ALL
SELECT :everyone::bigint, count(*) FROM influencer i
WHERE i.id = ANY(:ids) AND i.erased_at IS NULL"""
"""How many of `:ids` each open campaign is available to, and how many of them there are at all."""
INVALIDATE = """
INSERT INTO availability_count (campaign_id, is_stale, version) VALUES (:campaign, true, 0)
ON CONFLICT (campaign_id) DO UPDATE SET is_stale = true, version = availability_count.version + 1"""

# For the worker

_SEEN = "(SELECT json_agg(d.id) FROM availability_delta d WHERE d.campaign_id = :campaign)"
"""The changes that a statement sees, in the same snapshot as what it counts."""
COUNT = f"""{_available("c.id = :campaign", "campaign_id = :campaign")}
SELECT coalesce(sum(number), 0)::bigint, {_SEEN} FROM counted"""
COUNT_EVERYONE = f"""
SELECT count(*), {_SEEN} FROM influencer WHERE erased_at IS NULL"""
SUM = f"""
SELECT {KEPT}, {_SEEN} FROM availability_count k WHERE k.campaign_id = :campaign"""

ADD_MISSING = f"""
INSERT INTO availability_count (campaign_id, is_stale, version)
SELECT c.id, true, 0 FROM campaign c WHERE {_OPEN}
UNION ALL SELECT :everyone::bigint, true, 0 WHERE true
ON CONFLICT DO NOTHING"""
STALE = f"""
SELECT k.campaign_id FROM availability_count k LEFT JOIN campaign c ON c.id = k.campaign_id
WHERE k.is_stale AND (c.id IS NULL OR {_OPEN}) ORDER BY k.campaign_id"""
PILED_UP = """
SELECT campaign_id FROM availability_delta GROUP BY campaign_id HAVING count(*) >= :threshold"""
VERSION = """
SELECT version FROM availability_count WHERE campaign_id = :campaign AND is_stale = :stale"""
STORE = """
UPDATE availability_count SET available = :available, is_stale = false, version = version + 1
WHERE campaign_id = :campaign AND version = :version"""
DELETE_SEEN = "DELETE FROM availability_delta WHERE id = ANY(:seen)"
