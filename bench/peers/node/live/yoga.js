// GraphQL Yoga's subscriptions over graphql-ws, put together as its documentation does.

import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './changes.js';

const pubSub = createPubSub();
const schema = createSchema({
  typeDefs: readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'),
  resolvers: {
    Query: { version: () => '1' },
    Subscription: {
      participationChanged: {
        subscribe: (_, { campaignId }) => pubSub.subscribe('changes', campaignId),
        resolve: (change) => change,
      },
    },
  },
});
const yoga = createYoga({
  schema,
  graphiql: false,
  landingPage: false,
  logging: false,
  cors: false,
  multipart: false,
});
const server = createServer(yoga);

useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length > 0 ? errors : args;
    },
  },
  new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
);
await listen((campaignId, change) => pubSub.publish('changes', campaignId, change));
server.listen(Number(process.argv[2]), '127.0.0.1');
