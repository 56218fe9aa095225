// markJoined, as the Node.js peers decide it: the same statements and rules as marking.py.

import { numberOf, pool } from './database.js';

const STATEMENTS = {
  campaign: `SELECT id, selection, status, platforms, countries, category_mask, followers_min,
    followers_max FROM campaign WHERE id = $1 FOR UPDATE`,
  influencers: `SELECT id, country, category_mask, followers FROM influencer
    WHERE id = ANY($1) AND erased_at IS NULL ORDER BY id FOR SHARE`,
  accounts: `SELECT id, influencer_id, platform, followers FROM social_account
    WHERE influencer_id = ANY($1) AND disconnected_at IS NULL`,
  overrides: `SELECT influencer_id, availability FROM availability_override
    WHERE campaign_id = $1 AND influencer_id = ANY($2)`,
  participations: `SELECT id, influencer_id, status FROM participation
    WHERE campaign_id = $1 AND influencer_id = ANY($2) ORDER BY id FOR UPDATE`,
  insert: `INSERT INTO participation (campaign_id, influencer_id, status, selected_account_id,
      selected_platforms, origin, round, version, followers, created_at, updated_at)
    SELECT $1, influencer_id, status, account_id, 0, 'FORCED', 1, 1, followers, now(), now()
    FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::int[])
      AS t (influencer_id, status, account_id, followers)
    RETURNING id, influencer_id, status`,
  events: `INSERT INTO participation_event (campaign_id, influencer_id, participation_id, action,
      to_status, round, actor_role, actor_id, occurred_at)
    SELECT $1, influencer_id, participation_id, 'MARK_JOINED', status, 1, 'STAFF', 'staff', now()
    FROM unnest($2::bigint[], $3::bigint[], $4::text[])
      AS t (influencer_id, participation_id, status)`,
  places: 'UPDATE campaign SET places_taken = places_taken + $2 WHERE id = $1',
};

export async function markJoined(campaignId, influencerIds) {
  const asked = influencerIds.map(numberOf);
  const client = await pool.connect();
  let rows;
  try {
    await client.query('BEGIN');
    rows = await mark(client, numberOf(campaignId), asked);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
  const results = influencerIds.map((gid, place) => result(gid, rows.get(asked[place])));
  const changed = results.filter((told) => told.outcome === 'CHANGED').length;
  return {
    results,
    summary: { changed, unchanged: 0, refused: results.length - changed },
    userErrors: [],
  };
}

/** The new participations by influencer, or the code of a refusal. */
async function mark(client, key, asked) {
  const run = async (name, ...values) =>
    (await client.query({ name: `mark_${name}`, text: STATEMENTS[name], values })).rows;
  const [campaign] = await run('campaign', key);
  const influencers = new Map((await run('influencers', asked)).map((row) => [row.id, row]));
  const accounts = Map.groupBy(await run('accounts', asked), (row) => row.influencer_id);
  const overrides = new Map(
    (await run('overrides', key, asked)).map((row) => [row.influencer_id, row.availability]),
  );
  const there = await run('participations', key, asked);
  const takingPart = new Set(
    there.filter((row) => row.status !== 'REMOVED').map((row) => row.influencer_id),
  );
  const isOpen = campaign.status === 'UPCOMING' || campaign.status === 'ONGOING';
  const outcome = new Map();
  const marked = [];
  for (const number of asked) {
    const influencer = influencers.get(number);
    if (!isOpen || takingPart.has(number)) outcome.set(number, 'TRANSITION_NOT_ALLOWED');
    else if (!influencer) outcome.set(number, 'NOT_FOUND');
    else {
      const decided = decide(
        campaign, influencer, accounts.get(number) ?? [], overrides.get(number),
      );
      if (decided) marked.push(decided);
      else outcome.set(number, 'INFLUENCER_UNAVAILABLE');
    }
  }
  const rows = await run(
    'insert', key, marked.map((one) => one.influencer), marked.map((one) => one.status),
    marked.map((one) => one.account), marked.map((one) => one.followers),
  );
  await run(
    'events', key, rows.map((row) => row.influencer_id), rows.map((row) => row.id),
    rows.map((row) => row.status),
  );
  await run('places', key, marked.filter((one) => one.status !== 'WAITING').length);
  for (const row of rows) outcome.set(row.influencer_id, row);
  return outcome;
}

function decide(campaign, influencer, accounts, override) {
  const relevant = accounts.filter((a) => (campaign.platforms >> (a.platform - 1)) & 1);
  const inRange = (a) =>
    (campaign.followers_min === null || a.followers >= campaign.followers_min) &&
    (campaign.followers_max === null || a.followers <= campaign.followers_max);
  const fitting = override === 'AVAILABLE' ? relevant : relevant.filter(inRange);
  const meets = override === 'AVAILABLE' ||
    (override !== 'UNAVAILABLE' && meetsRules(campaign, influencer, relevant, fitting));
  if (!meets) return null;
  const account = fitting.length === 1 ? fitting[0].id : null;
  const joined = campaign.selection ? 'APPROVED' : 'JOINED';
  return {
    influencer: influencer.id,
    status: account ? joined : 'WAITING',
    account,
    followers: influencer.followers,
  };
}

function meetsRules(campaign, influencer, relevant, fitting) {
  const countries = campaign.countries.split(' ').filter(Boolean);
  if (countries.length && !countries.includes(influencer.country)) return false;
  const wanted = BigInt(campaign.category_mask);
  if (wanted && !(wanted & BigInt(influencer.category_mask))) return false;
  return !relevant.length || fitting.length > 0;
}

function result(influencerId, outcome) {
  if (typeof outcome === 'string') {
    return { influencerId, outcome: 'REFUSED', error: { code: outcome } };
  }
  const candidateStatus = outcome.status === 'WAITING' ? 'WAITING' : 'JOINED';
  return { influencerId, outcome: 'CHANGED', candidateStatus, participation: outcome };
}
