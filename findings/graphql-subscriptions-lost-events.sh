#!/bin/sh
# graphql-subscriptions 3.0.0 with graphql 16.15.0 (npm)
#
# Expected: once subscribe() has resolved, each event that is published goes to the subscriber, as in the
# GraphQL specification (CreateSourceEventStream() comes first, then the response stream). Where the filter
# of withFilter() fails, as with a lost database, the subscriber or the publisher is told.
#
# Seen: PubSub listens only when the first result is asked for, so what is published between
# subscribe() and that is lost. A filter that throws counts as one that says no: the event is dropped, nobody
# is told, and the stream goes on.
#
# For users: a page that changes something as soon as it is subscribed may miss its own event, and a short
# fault behind a filter leaves clients with old data. Send the present state first, and catch and report
# errors inside of the filter.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-subscriptions@3.0.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, parse, subscribe } = require("graphql");
const { PubSub, withFilter } = require("graphql-subscriptions");

const schema = buildSchema("type Query { now: Int } type Subscription { joined: Int }");
const document = parse("subscription { joined }");
const turn = () => new Promise((resolve) => setImmediate(resolve));
const open = async (filter) => {
  const pubsub = new PubSub();
  const source = withFilter(() => pubsub.asyncIterableIterator("joined"), filter);
  const stream = await subscribe({ schema, document, rootValue: { joined: () => source() } });
  return { stream, publish: (joined) => pubsub.publish("joined", { joined }) };
};

(async () => {
  const late = await open(() => true);
  await late.publish(1);
  const first = late.stream.next();
  await turn();
  await late.publish(2);
  console.log("published 1 and 2 after subscribe(), first result:", (await first).value.data.joined);
  assert.strictEqual((await first).value.data.joined, 2);

  const failing = await open(async ({ joined }) => {
    if (joined === 1) throw new Error("the database is gone");
    return true;
  });
  const next = failing.stream.next();
  await turn();
  await failing.publish(1);
  await failing.publish(2);
  const { value } = await next;
  console.log("the filter fails for 1, first result:", value.data.joined, value.errors);
  assert.deepStrictEqual([value.data.joined, value.errors], [2, undefined]);
})();
JS
node check.cjs
