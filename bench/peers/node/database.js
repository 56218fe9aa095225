// The connection pool, the statements and the batch loads that the Node.js peers share.

import pg from 'pg';

// A bigint is a number here: ids stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export const pool = new pg.Pool({
  ...socketOf(process.env.JOINERY_DATABASE_URL),
  max: Number(process.env.BENCH_CONNECTIONS),
  options: '-c jit=off -c timezone=UTC',
});

export const PLATFORMS = [
  null, 'INSTAGRAM', 'TIKTOK', 'YOUTUBE', 'X', 'FACEBOOK', 'THREADS', 'LINE',
];

const CAMPAIGN = `c.id, c.title, c.brand, c.description, c.cover_image_url AS "coverImageUrl",
  c.reward, c.hashtags, c.mentions, c.type, c.status, c.post_tracking AS "postTracking",
  c.followers_min AS "followersMin", c.followers_max AS "followersMax", c.capacity,
  c.places_taken AS "placesTaken", c.application_deadline AS "applicationDeadline",
  c.starts_at AS "startsAt", c.ends_at AS "endsAt", c.created_at AS "createdAt",
  c.updated_at AS "updatedAt"`;
const PARTICIPATION = `p.id, p.campaign_id, p.influencer_id, p.selected_account_id, p.status,
  p.version, p.updated_at AS "updatedAt"`;
const ACCOUNT = 'a.id, a.influencer_id, a.platform, a.handle, a.followers';

// Named, so that each connection prepares them once.
const named = (name, text) => async (...values) =>
  (await pool.query({ name, text, values })).rows;

const selectCampaigns = named('campaigns', `
  SELECT ${CAMPAIGN} FROM campaign c WHERE c.id = ANY($1)`);
const selectInfluencers = named('influencers', `
  SELECT i.id, i.name, i.country, i.followers FROM influencer i WHERE i.id = ANY($1)`);
const selectAccounts = named('accounts', `
  SELECT ${ACCOUNT} FROM social_account a WHERE a.id = ANY($1)`);
const selectAccountsOf = named('accounts_of', `
  SELECT ${ACCOUNT} FROM social_account a WHERE a.influencer_id = ANY($1)
  AND a.disconnected_at IS NULL ORDER BY a.followers DESC, a.id DESC`);

export const applicants = named('applicants', `
  SELECT ${PARTICIPATION} FROM participation p WHERE p.campaign_id = $1
  AND p.status IN ('APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED')
  ORDER BY p.updated_at DESC, p.id DESC LIMIT $2`);
export const jobs = named('jobs', `
  SELECT ${PARTICIPATION} FROM participation p JOIN campaign c ON c.id = p.campaign_id
  WHERE p.influencer_id = $1 AND c.status IN ('UPCOMING', 'ONGOING')
  AND (p.status IN ('WAITING', 'APPROVED', 'JOINED')
    OR p.status IN ('APPLIED', 'REVIEWING') AND p.origin = 'FORCED')
  ORDER BY p.updated_at DESC, p.id DESC LIMIT $2`);
export const candidates = named('candidates', `
  SELECT t.campaign_id, t.influencer_id, t.status FROM campaign c
  CROSS JOIN LATERAL campaign_candidates(c, $2) AS t WHERE c.id = $1`);
export const candidateCounts = named('candidate_counts', `
  SELECT t.status, t.count, t.exact FROM campaign c
  CROSS JOIN LATERAL campaign_candidate_counts(c) AS t WHERE c.id = $1`);

// Batch loads: an answer for each key, in the order of the keys.

const byId = (select) => async (keys) => {
  const found = new Map((await select([...new Set(keys)])).map((row) => [row.id, row]));
  return keys.map((key) => found.get(key) ?? null);
};

export const loadCampaigns = byId(selectCampaigns);
export const loadInfluencers = byId(selectInfluencers);
export const loadAccounts = byId(selectAccounts);

export async function loadAccountsOf(keys) {
  const found = new Map(keys.map((key) => [key, []]));
  for (const row of await selectAccountsOf([...found.keys()])) {
    found.get(row.influencer_id).push(row);
  }
  return keys.map((key) => found.get(key));
}

export const page = (rows, first) => ({
  nodes: rows.slice(0, first),
  pageInfo: { hasNextPage: rows.length > first },
});

export const numberOf = (gid) => Number(gid.slice(gid.lastIndexOf('/') + 1));

/** What a URL says whose host is the folder of a socket, which pg does not read by itself. */
function socketOf(url) {
  const parsed = new URL(url.replace('@/', '@localhost/'));
  return {
    user: parsed.username,
    database: parsed.pathname.slice(1),
    host: parsed.searchParams.get('host'),
  };
}
