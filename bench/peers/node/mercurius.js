// Mercurius with its JIT and its loaders, over node-postgres.

import Fastify from 'fastify';
import { readFileSync } from 'node:fs';
import mercurius from 'mercurius';
import * as db from './database.js';
import { markJoined } from './marking.js';

const schema = readFileSync(new URL('../contract.graphql', import.meta.url), 'utf8');
const gid = (type) => (row) => `gid://joinery/${type}/${row.id}`;

const resolvers = {
  Query: {
    campaign: async (_, { id }) => (await db.loadCampaigns([db.numberOf(id)]))[0],
    myJobs: async (_, { first }, context) => db.page(await db.jobs(context.viewer, first + 1), first),
  },
  Mutation: {
    markJoined: (_, { input }) => markJoined(input.campaignId, input.influencerIds),
  },
  Campaign: {
    id: gid('Campaign'),
    applicants: async (row, { first }) =>
      db.page(await db.applicants(row.id, first + 1), first),
    candidates: async (row, { first }) =>
      db.page(await db.candidates(row.id, first + 1), first),
    candidateCounts: (row) => db.candidateCounts(row.id),
  },
  Participation: { id: gid('Participation') },
  Candidate: { id: (row) => `gid://joinery/Candidate/${row.campaign_id}-${row.influencer_id}` },
  Influencer: { id: gid('Influencer') },
  SocialAccount: { id: gid('SocialAccount'), platform: (row) => db.PLATFORMS[row.platform] },
};

// A loader gets all objects of a level at once. The cache is one request's.
const loading = (load, key) => (queries) => load(queries.map(({ obj }) => obj[key]));

const loaders = {
  Participation: {
    campaign: loading(db.loadCampaigns, 'campaign_id'),
    influencer: loading(db.loadInfluencers, 'influencer_id'),
    async selectedAccount(queries) {
      const keys = queries.map(({ obj }) => obj.selected_account_id);
      const found = await db.loadAccounts(keys.filter(Boolean));
      const byId = new Map(found.map((row) => [row?.id, row]));
      return keys.map((key) => byId.get(key) ?? null);
    },
  },
  Candidate: { influencer: loading(db.loadInfluencers, 'influencer_id') },
  Influencer: { accounts: loading(db.loadAccountsOf, 'id') },
};

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  graphiql: false,
  context: (request) => ({ viewer: Number(request.headers['x-influencer']) }),
});
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
