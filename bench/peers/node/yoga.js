// GraphQL Yoga with DataLoader, over node-postgres.

import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as db from './database.js';
import { markJoined } from './marking.js';

const typeDefs = readFileSync(new URL('../contract.graphql', import.meta.url), 'utf8');
const gid = (type) => (row) => `gid://joinery/${type}/${row.id}`;

const resolvers = {
  Query: {
    campaign: (_, { id }, { campaigns }) => campaigns.load(db.numberOf(id)),
    myJobs: async (_, { first }, { viewer }) => db.page(await db.jobs(viewer, first + 1), first),
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
  Participation: {
    id: gid('Participation'),
    campaign: (row, _, { campaigns }) => campaigns.load(row.campaign_id),
    influencer: (row, _, { influencers }) => influencers.load(row.influencer_id),
    selectedAccount: (row, _, { accounts }) =>
      row.selected_account_id ? accounts.load(row.selected_account_id) : null,
  },
  Candidate: {
    id: (row) => `gid://joinery/Candidate/${row.campaign_id}-${row.influencer_id}`,
    influencer: (row, _, { influencers }) => influencers.load(row.influencer_id),
  },
  Influencer: {
    id: gid('Influencer'),
    accounts: (row, _, { accountsOf }) => accountsOf.load(row.id),
  },
  SocialAccount: { id: gid('SocialAccount'), platform: (row) => db.PLATFORMS[row.platform] },
};

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  graphiql: false,
  landingPage: false,
  logging: false,
  cors: false,
  multipart: false,
  context: ({ request }) => ({
    viewer: Number(request.headers.get('x-influencer')),
    campaigns: new DataLoader(db.loadCampaigns),
    influencers: new DataLoader(db.loadInfluencers),
    accounts: new DataLoader(db.loadAccounts),
    accountsOf: new DataLoader(db.loadAccountsOf),
  }),
});
createServer(yoga).listen(Number(process.argv[2]), '127.0.0.1');
