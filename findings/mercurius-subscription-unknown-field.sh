#!/bin/sh
# mercurius 16.10.1 with fastify 5.12.8, graphql 16.11.0 and ws 8.23.0 (npm)
#
# Expected: a subscription that asks for a field which its type has not is refused, as a query is: by the
# GraphQL specification (section 5, Validation) only requests that pass validation are executed.
#
# Seen: subscriptions are not validated. The unknown field is left out of each result without a word.
#
# For users: a mistyped field reads undefined in the client, and a field that a new schema has lost goes
# unnoticed. Validate in `preSubscriptionExecution`, and check clients' documents when they are built.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts \
  fastify@5.12.8 graphql@16.11.0 mercurius@16.10.1 ws@8.23.0
cat > check.cjs <<'JS'
const assert = require("assert");
const mercurius = require("mercurius");
const WebSocket = require("ws");

const app = require("fastify")();
app.register(mercurius, {
  schema: "type Query { tick: Tick } type Subscription { tick: Tick } type Tick { number: Int }",
  resolvers: { Subscription: { tick: { subscribe: (_, __, { pubsub }) => pubsub.subscribe("tick") } } },
  subscription: true,
});

(async () => {
  await app.listen({ port: 0, host: "127.0.0.1" });
  const asked = await app.inject({ method: "POST", url: "/graphql", payload: { query: "{ tick { number numbr } }" } });
  console.log("query:", asked.json().errors[0].message);
  assert.strictEqual(asked.statusCode, 400);

  const socket = new WebSocket(`ws://127.0.0.1:${app.server.address().port}/graphql`, "graphql-transport-ws");
  const send = (message) => socket.send(JSON.stringify(message));
  socket.on("open", () => send({ type: "connection_init" }));
  socket.on("message", (data) => {
    const { type, payload } = JSON.parse(data);
    if (type === "connection_ack") {
      send({ id: "1", type: "subscribe", payload: { query: "subscription { tick { number numbr } }" } });
      const payload = { tick: { number: 7 } };
      setInterval(() => app.graphql.pubsub.publish({ topic: "tick", payload }), 50);
    } else {
      console.log("subscription:", type, JSON.stringify(payload));
      assert.deepStrictEqual([type, payload], ["next", { data: { tick: { number: 7 } } }]);
      process.exit();
    }
  });
})();
JS
node check.cjs
