#!/bin/sh
# @urql/exchange-graphcache 9.0.2 with @urql/core 6.0.3 and graphql 16.15.0 (npm)
#
# Expected: `campaigns(limit: null)` and `campaigns` are two entries of the cache: leaving an argument
# out and giving null mean different things, above all where it has a default (GraphQL specification,
# Null Value; CoerceArgumentValues()).
#
# Seen: graphcache leaves null arguments out of its keys, so the second query is answered from the cache
# with the first one's data and the server is not asked, with or without the schema. Within an input
# object null is kept. Its authors meant it so (pull request 85 of its first repository, 2019).
#
# For users: "all" (null) shows what was loaded for "the default". Give such an argument a value other
# than null for the cases that differ, or move it into an input object.
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
const { buildSchema, graphql, introspectionFromSchema } = require("graphql");

const schema = buildSchema(`
  input Page { limit: Int }
  type Query { size(limit: Int = 10): String, paged(page: Page): String }
`);
const rootValue = {
  size: ({ limit }) => `limit ${limit}`,
  paged: ({ page }) => JSON.stringify(page),
};

async function answers(cacheOptions, queries) {
  let asked = 0;
  const answer = async (_url, { body }) => {
    asked += 1;
    const { query, variables } = JSON.parse(body);
    const result = await graphql({ schema, source: query, rootValue, variableValues: variables });
    return new Response(JSON.stringify(result), { headers: { "content-type": "application/json" } });
  };
  const exchanges = [cacheExchange(cacheOptions), fetchExchange];
  const client = new Client({ url: "http://server.test", exchanges, fetch: answer, preferGetMethod: false });
  const data = [];
  for (const query of queries) data.push(Object.values((await client.query(query, {})).data)[0]);
  console.log(queries, data, "requests:", asked);
  return [data, asked];
}

(async () => {
  const direct = await graphql({ schema, source: "{ size(limit: null) }", rootValue });
  assert.strictEqual(direct.data.size, "limit null");
  for (const options of [{}, { schema: introspectionFromSchema(schema) }]) {
    const same = await answers(options, ["{ size }", "{ size(limit: null) }"]);
    assert.deepStrictEqual(same, [["limit 10", "limit 10"], 1]);
    const nested = await answers(options, ["{ paged(page: {}) }", "{ paged(page: {limit: null}) }"]);
    assert.deepStrictEqual(nested, [["{}", '{"limit":null}'], 2]);
  }
})();
JS
node check.cjs
