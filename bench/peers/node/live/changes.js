// The changes that both peers publish when PostgreSQL notifies them. Each change is read once for all
// subscribers, with all fields that they can select, so that the rest is the peer's own work.

import pg from 'pg';
import { PLATFORMS, pool } from '../database.js';

const SELECT = {
  name: 'changes',
  text: `SELECT e.id, e.campaign_id, e.action, e.from_status, e.to_status, e.round, e.actor_role,
      e.occurred_at, p.id AS participation_id, p.status, p.version, p.updated_at,
      i.id AS influencer_id, i.name, i.country, i.followers,
      a.id AS account_id, a.platform, a.handle, a.followers AS account_followers
    FROM participation_event e JOIN participation p ON p.id = e.participation_id
    JOIN influencer i ON i.id = p.influencer_id
    LEFT JOIN social_account a ON a.id = p.selected_account_id
    WHERE e.id = ANY($1) ORDER BY e.id`,
};

/** Call `publish(campaignId, change)` for each event from now on, in order. */
export async function listen(publish) {
  const client = new pg.Client(pool.options);
  await client.connect();
  let waiting = [];
  let reading = false;
  client.on('notification', async ({ payload }) => {
    waiting.push(payload);
    if (reading) return;
    reading = true;
    while (waiting.length > 0) {
      const ids = waiting;
      waiting = [];
      const { rows } = await pool.query({ ...SELECT, values: [ids] });
      for (const row of rows) publish(gid('Campaign', row.campaign_id), change(row));
    }
    reading = false;
  });
  await client.query('LISTEN bench_events');
}

function change(row) {
  return {
    cursor: Buffer.from(String(row.id)).toString('base64'),
    event: {
      id: gid('ParticipationEvent', row.id),
      action: row.action,
      from: row.from_status,
      to: row.to_status,
      round: row.round,
      actorRole: row.actor_role,
      occurredAt: row.occurred_at,
    },
    participation: {
      id: gid('Participation', row.participation_id),
      status: row.status,
      version: row.version,
      updatedAt: row.updated_at,
      influencer: {
        id: gid('Influencer', row.influencer_id),
        name: row.name,
        country: row.country,
        followers: row.followers,
      },
      selectedAccount: row.account_id && {
        id: gid('SocialAccount', row.account_id),
        platform: PLATFORMS[row.platform],
        handle: row.handle,
        followers: row.account_followers,
      },
    },
  };
}

const gid = (type, id) => `gid://joinery/${type}/${id}`;
