// Mercurius' own subscriptions over graphql-transport-ws.

import Fastify from 'fastify';
import mercurius from 'mercurius';
import { readFileSync } from 'node:fs';
import { listen } from './changes.js';

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
  resolvers: {
    Query: { version: () => '1' },
    Subscription: {
      participationChanged: {
        subscribe: (_, { campaignId }, { pubsub }) => pubsub.subscribe(campaignId),
      },
    },
  },
  subscription: true,
  jit: 1,
  graphiql: false,
});
await app.ready();
await listen((campaignId, change) =>
  app.graphql.pubsub.publish({ topic: campaignId, payload: { participationChanged: change } }),
);
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
