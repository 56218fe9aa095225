#!/bin/sh
# graphql-sse 2.6.1 with graphql 16.15.0 (npm)
#
# Expected: an event with a name that the client does not know is passed over. The package's protocol says
# that the stream is to be interpreted by the specification of Server-Sent Events; there an event of
# another name goes to the listeners of that name, and to nobody if there are none.
#
# Seen: the first event that is neither `next` nor `complete`, such as a keep-alive `event: ping`, ends the
# subscription: "Invalid stream event". Comment lines and unknown fields are passed over.
#
# For users: a server cannot keep a stream alive by a named event, nor add one later: each client that is
# in use loses its subscription. Send comment lines (`:`).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-sse@2.6.1
cat > check.cjs <<'JS'
const assert = require("assert");
const { createClient } = require("graphql-sse");

const next = (number) => `event: next\ndata: {"data":{"number":${number}}}\n\n`;

async function subscribe(between) {
  const body = `${next(1)}${between}${next(2)}event: complete\ndata:\n\n`;
  const headers = { "content-type": "text/event-stream" };
  const fetchFn = async () => new Response(body, { headers });
  const client = createClient({ url: "http://server.test", fetchFn, retryAttempts: 0 });
  const seen = [];
  try {
    for await (const { data } of client.iterate({ query: "subscription { number }" })) seen.push(data.number);
  } catch (error) {
    seen.push(error.message);
  }
  console.log(JSON.stringify(between), seen);
  return seen;
}

(async () => {
  assert.deepStrictEqual(await subscribe(": ping\n\n"), [1, 2]);
  const seen = await subscribe("event: ping\ndata: now\n\n");
  assert.strictEqual(seen.at(-1), 'Invalid stream event "ping"');
  assert.ok(!seen.includes(2));
})();
JS
node check.cjs
