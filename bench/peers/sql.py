"""The statements of the peers that build their answers from rows."""

ACCOUNT = "a.id, a.influencer_id, a.platform, a.handle, a.followers"
CAMPAIGN = """c.id, c.title, c.brand, c.description, c.cover_image_url, c.reward, c.hashtags,
    c.mentions, c.type, c.status, c.post_tracking, c.followers_min, c.followers_max, c.capacity,
    c.places_taken, c.application_deadline, c.starts_at, c.ends_at, c.created_at, c.updated_at"""
PARTICIPATION = "p.id, p.campaign_id, p.influencer_id, p.status, p.version, p.updated_at"

APPLICANTS = f"""
SELECT {PARTICIPATION}, p.selected_account_id FROM participation p WHERE p.campaign_id = $1
AND p.status IN ('APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED')
ORDER BY p.updated_at DESC, p.id DESC LIMIT $2"""
JOBS = f"""
SELECT {PARTICIPATION}, p.selected_account_id
FROM participation p JOIN campaign c ON c.id = p.campaign_id
WHERE p.influencer_id = $1 AND c.status IN ('UPCOMING', 'ONGOING')
AND (p.status IN ('WAITING', 'APPROVED', 'JOINED')
    OR p.status IN ('APPLIED', 'REVIEWING') AND p.origin = 'FORCED')
ORDER BY p.updated_at DESC, p.id DESC LIMIT $2"""
CAMPAIGNS = f"SELECT {CAMPAIGN} FROM campaign c WHERE c.id = ANY($1)"
INFLUENCERS = "SELECT i.id, i.name, i.country, i.followers FROM influencer i WHERE i.id = ANY($1)"
ACCOUNTS = f"SELECT {ACCOUNT} FROM social_account a WHERE a.id = ANY($1)"
ACCOUNTS_OF = f"""
SELECT {ACCOUNT} FROM social_account a WHERE a.influencer_id = ANY($1)
AND a.disconnected_at IS NULL ORDER BY a.followers DESC, a.id DESC"""
CANDIDATES = """
SELECT t.campaign_id, t.influencer_id, t.status FROM campaign c
CROSS JOIN LATERAL campaign_candidates(c, $2) AS t WHERE c.id = $1"""
COUNTS = """
SELECT t.status, t.count, t.exact FROM campaign c
CROSS JOIN LATERAL campaign_candidate_counts(c) AS t WHERE c.id = $1"""
