"""A floor: no framework, no GraphQL, one statement a request, whose JSON PostgreSQL builds."""

from typing import Any

from bench.peers.asgi import Floor

_ACCOUNT = """json_build_object('id', 'gid://joinery/SocialAccount/' || a.id, 'platform',
    (ARRAY['INSTAGRAM', 'TIKTOK', 'YOUTUBE', 'X', 'FACEBOOK', 'THREADS', 'LINE'])[a.platform],
    'handle', a.handle, 'followers', a.followers)"""
_SELECTED = f"(SELECT {_ACCOUNT} FROM social_account a WHERE a.id = p.selected_account_id)"
_INFLUENCER = f"""json_build_object('id', 'gid://joinery/Influencer/' || i.id, 'name', i.name,
    'country', i.country, 'followers', i.followers, 'accounts', coalesce((SELECT
        json_agg({_ACCOUNT} ORDER BY a.followers DESC, a.id DESC) FROM social_account a
        WHERE a.influencer_id = i.id AND a.disconnected_at IS NULL), '[]'))"""

APPLICANT_TAB = f"""
SELECT json_build_object('data', json_build_object('campaign', json_build_object('applicants',
    json_build_object('nodes', coalesce(json_agg(json_build_object(
        'id', 'gid://joinery/Participation/' || p.id, 'status', p.status, 'version', p.version,
        'updatedAt', p.updated_at, 'influencer', {_INFLUENCER}, 'selectedAccount', {_SELECTED})
        ORDER BY p.place) FILTER (WHERE p.place <= 50), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > 50)))))::text
FROM (SELECT p.*, row_number() OVER (ORDER BY p.updated_at DESC, p.id DESC) AS place
    FROM (SELECT p.* FROM participation p WHERE p.campaign_id = $1
        AND p.status IN ('APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED')
        ORDER BY p.updated_at DESC, p.id DESC LIMIT 51) AS p) AS p
JOIN influencer i ON i.id = p.influencer_id"""

MY_JOB = f"""
SELECT json_build_object('data', json_build_object('myJobs', json_build_object(
    'nodes', coalesce(json_agg(json_build_object(
        'id', 'gid://joinery/Participation/' || p.id, 'status', p.status,
        'updatedAt', p.updated_at,
        'campaign', json_build_object('id', 'gid://joinery/Campaign/' || p.campaign_id,
            'title', p.title, 'brand', p.brand, 'type', p.type, 'status', p.campaign_status,
            'coverImageUrl', p.cover_image_url, 'reward', p.reward, 'hashtags', p.hashtags,
            'applicationDeadline', p.application_deadline),
        'selectedAccount', {_SELECTED})
        ORDER BY p.place) FILTER (WHERE p.place <= 20), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > 20))))::text
FROM (SELECT p.id, p.status, p.updated_at, p.campaign_id, p.selected_account_id, c.title, c.brand,
    c.type, c.status AS campaign_status, c.cover_image_url, c.reward, c.hashtags,
    c.application_deadline, row_number() OVER (ORDER BY p.updated_at DESC, p.id DESC) AS place
    FROM participation p JOIN campaign c ON c.id = p.campaign_id
    WHERE p.influencer_id = $1 AND c.status IN ('UPCOMING', 'ONGOING')
    AND (p.status IN ('WAITING', 'APPROVED', 'JOINED')
        OR p.status IN ('APPLIED', 'REVIEWING') AND p.origin = 'FORCED')
    ORDER BY p.updated_at DESC, p.id DESC LIMIT 21) AS p"""

CAMPAIGN = """
SELECT json_build_object('data', json_build_object('campaign', json_build_object(
    'id', 'gid://joinery/Campaign/' || id, 'title', title, 'brand', brand,
    'description', description, 'coverImageUrl', cover_image_url, 'reward', reward,
    'hashtags', hashtags, 'mentions', mentions, 'type', type, 'status', status,
    'postTracking', post_tracking, 'followersMin', followers_min, 'followersMax', followers_max,
    'capacity', capacity, 'placesTaken', places_taken,
    'applicationDeadline', application_deadline, 'startsAt', starts_at, 'endsAt', ends_at,
    'createdAt', created_at, 'updatedAt', updated_at)))::text
FROM campaign WHERE id = $1"""

SELECT_TAB = f"""
SELECT json_build_object('data', json_build_object('campaign', json_build_object('candidates',
    json_build_object('nodes', coalesce(json_agg(json_build_object(
        'id', 'gid://joinery/Candidate/' || t.campaign_id || '-' || t.influencer_id,
        'status', t.status, 'influencer', {_INFLUENCER}) ORDER BY t.place)
        FILTER (WHERE t.place <= 50), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > 50)))))::text
FROM (SELECT c FROM campaign c WHERE c.id = $1) AS asked
CROSS JOIN LATERAL campaign_candidates(asked.c) WITH ORDINALITY
    AS t (campaign_id, influencer_id, followers, status, place)
JOIN influencer i ON i.id = t.influencer_id"""

COUNTS = """
SELECT json_build_object('data', json_build_object('campaign', json_build_object('candidateCounts',
    (SELECT json_agg(t) FROM campaign_candidate_counts(c) AS t))))::text
FROM campaign c WHERE id = $1"""


def _answering(statement: str) -> Any:
    async def answer(connection: Any, key: int) -> bytes:
        told = await connection.fetchval(statement, key)
        return told.encode()

    return answer


app = Floor(
    {
        "Q1": _answering(APPLICANT_TAB),
        "Q2": _answering(MY_JOB),
        "Q3": _answering(CAMPAIGN),
        "Q4": _answering(SELECT_TAB),
        "Q5": _answering(COUNTS),
    }
)
