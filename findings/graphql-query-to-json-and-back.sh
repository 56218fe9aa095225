#!/bin/sh
# graphql-query-to-json 2.0.6 with json-to-graphql-query 2.3.0 and graphql 16.15.0 (npm)
#
# Expected: the package, which describes itself as the reverse of json-to-graphql-query, with full support of
# GraphQL's queries, gives JSON that json-to-graphql-query turns into the same operation again.
#
# Seen: of a field that is selected twice the last selection alone stays: `{ campaign { id } campaign
# { title } }` loses `id`. An argument that is null is undefined, which comes back as `undefined`, an
# enum's name to GraphQL. Values in a list become strings and an enum a plain object, as examples of its
# documentation have it, and come back as that: ["1"], {value: "OPEN"}. No error in any case.
#
# For users: a proxy or an editor of queries that goes through it changes them. Work on the tree of
# graphql's parse() and visit().
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts \
  graphql@16.15.0 graphql-query-to-json@2.0.6 json-to-graphql-query@2.3.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, parse, validate } = require("graphql");
const { graphQlQueryToJson } = require("graphql-query-to-json");
const { jsonToGraphQLQuery } = require("json-to-graphql-query");

const schema = buildSchema(`
  enum State { OPEN CLOSED }
  type Campaign { id: ID, title: String }
  type Query { campaign(ids: [Int!], states: [State!], state: State, brand: String): Campaign }
`);
const valid = (text) => validate(schema, parse(text)).length === 0;
const cases = [
  ["query { campaign (ids: [1]) { id } }", 'query { campaign (ids: ["1"]) { id } }'],
  ["query { campaign (states: [OPEN]) { id } }", 'query { campaign (states: ["OPEN"]) { id } }'],
  ["query { campaign (state: OPEN) { id } }", 'query { campaign (state: {value: "OPEN"}) { id } }'],
  ["query { campaign (brand: null) { id } }", "query { campaign (brand: undefined) { id } }"],
];
for (const [before, expected] of cases) {
  const after = jsonToGraphQLQuery(graphQlQueryToJson(before));
  console.log(before, "->", after);
  assert.strictEqual(after, expected);
  assert.deepStrictEqual([valid(before), valid(after)], [true, false]);
}
const kept = "query { campaign (brand: \"x\") { id } }";
assert.strictEqual(jsonToGraphQLQuery(graphQlQueryToJson(kept)), kept);
const twice = graphQlQueryToJson("query { campaign { id } campaign { title } }");
console.log(JSON.stringify(twice));
assert.deepStrictEqual(twice, { query: { campaign: { title: true } } });
JS
node check.cjs
