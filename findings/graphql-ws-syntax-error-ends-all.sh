#!/bin/sh
# graphql-ws 6.4.2 with graphql 16.11.0 and ws 8.23.0 (npm)
#
# Expected: what is wrong with one operation is told by an `error` message with its id, as the package's
# protocol says ("This can occur before execution starts, usually due to validation errors"), and other
# operations of the socket go on.
#
# Seen: so it is with a field that the schema has not. A document with a syntax error closes the whole
# socket, with 4500 and the error's words: all subscriptions of that page or app end, and npm's client
# takes 4500 for fatal, so none of them comes back.
#
# For users: parse in `onSubscribe`, and return the error in a list instead of throwing it.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.11.0 graphql-ws@6.4.2 ws@8.23.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema } = require("graphql");
const { createClient } = require("graphql-ws");
const { useServer } = require("graphql-ws/use/ws");
const WebSocket = require("ws");

console.error = () => {}; // the server tells of it too
const schema = buildSchema("type Query { a: Int } type Subscription { a: Int }");
const roots = { subscription: { a: () => endless() } };
async function* endless() {
  yield { a: 1 };
  await new Promise(() => {});
}
const server = new WebSocket.Server({ port: 0 });
useServer({ schema, roots }, server);

function play(mistaken) {
  return new Promise((resolve) => {
    const url = `ws://127.0.0.1:${server.address().port}`;
    const client = createClient({ url, webSocketImpl: WebSocket });
    const told = { first: "goes on", second: null };
    const sink = (name) => ({
      next: () => client.subscribe({ query: mistaken }, sink("second")),
      complete() {},
      error(error) {
        told[name] = Array.isArray(error) ? error[0].message : `closed with ${error.code}`;
        setTimeout(() => resolve(told), 200);
      },
    });
    client.subscribe({ query: "subscription { a }" }, sink("first"));
  });
}

(async () => {
  const unknown = await play("subscription { b }");
  console.log("unknown field:", unknown);
  assert.deepStrictEqual(unknown, { first: "goes on", second: 'Cannot query field "b" on type "Subscription". Did you mean "a"?' });
  const unclosed = await play("subscription { a");
  console.log("syntax error:", unclosed);
  assert.deepStrictEqual(unclosed, { first: "closed with 4500", second: "closed with 4500" });
  process.exit();
})();
JS
node check.cjs
