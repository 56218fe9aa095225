#!/bin/sh
# @urql/exchange-graphcache 9.0.2 with @urql/core 6.0.3 and graphql 16.15.0 (npm)
#
# Expected: simplePagination() joins the pages of a field with offset and limit by their offsets, whenever
# they were loaded: with its default `mergeMode`, "after", they are documented to be merged forwards and
# in order. (relayPagination() of the same package does so since 9.0.1.)
#
# Seen: each page is compared with the page loaded before it alone. After the pages at 0, 2 and 8, the
# page at 4 is put before all of them: 4, 5, 0, 1, 2, 3, 8, 9.
#
# For users: a virtual list that jumps, or a page asked for again after an error, shows rows in the wrong
# order, without an error. Load pages strictly one after the other, or sort the list.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts \
  graphql@16.15.0 @urql/core@6.0.3 @urql/exchange-graphcache@9.0.2
cat > check.cjs <<'JS'
const assert = require("assert");
const { Client, fetchExchange } = require("@urql/core");
const { cacheExchange } = require("@urql/exchange-graphcache");
const { simplePagination } = require("@urql/exchange-graphcache/extras");
const { buildSchema, graphql } = require("graphql");

const schema = buildSchema("type Item { id: ID! } type Query { items(offset: Int!, limit: Int!): [Item!]! }");
const items = Array.from({ length: 10 }, (_, index) => ({ id: String(index) }));
const rootValue = { items: ({ offset, limit }) => items.slice(offset, offset + limit) };
const answer = async (_url, { body }) => {
  const { query, variables } = JSON.parse(body);
  const result = await graphql({ schema, source: query, rootValue, variableValues: variables });
  return new Response(JSON.stringify(result), { headers: { "content-type": "application/json" } });
};
const resolvers = { Query: { items: simplePagination({ offsetArgument: "offset", limitArgument: "limit" }) } };
const client = new Client({
  url: "http://server.test",
  exchanges: [cacheExchange({ resolvers }), fetchExchange],
  fetch: answer,
  preferGetMethod: false,
});
const text = "query ($offset: Int!) { items(offset: $offset, limit: 2) { __typename id } }";
const page = async (offset) => {
  const { data } = await client.query(text, { offset });
  console.log("page at", offset, "gives", data.items.map((item) => item.id).join());
  return data.items.map((item) => item.id).join();
};

(async () => {
  assert.strictEqual(await page(0), "0,1");
  assert.strictEqual(await page(2), "0,1,2,3");
  assert.strictEqual(await page(8), "0,1,2,3,8,9");
  assert.strictEqual(await page(4), "4,5,0,1,2,3,8,9");
})();
JS
node check.cjs
