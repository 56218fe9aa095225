#!/bin/sh
# @urql/exchange-graphcache 9.0.2 with @urql/core 6.0.3 and graphql 16.15.0 (npm)
#
# Expected: relayPagination() joins the pages of a connection, and its pageInfo is that of the joined
# list: `endCursor` is the cursor of the last edge (Relay's Cursor Connections specification, PageInfo).
#
# Seen: pages of other sizes are joined too, but pageInfo is taken from the last page loaded. After all
# five items in pages of two, the first page by three gives five edges with `endCursor` of the third
# and `hasNextPage: true`.
#
# For users: "load more" appears again at the end of a whole list and asks for what is there already, once
# for each page. Keep one page size for a connection, or read the last edge's cursor.
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
const { relayPagination } = require("@urql/exchange-graphcache/extras");
const { buildSchema, graphql } = require("graphql");

const schema = buildSchema(`
  type Item { id: ID! }
  type Edge { cursor: String!, node: Item! }
  type PageInfo { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
  type Connection { edges: [Edge!]!, pageInfo: PageInfo! }
  type Query { items(first: Int!, after: String): Connection! }
`);
const rootValue = {
  items: ({ first, after }) => {
    const start = after == null ? 0 : Number(after) + 1;
    const ids = [0, 1, 2, 3, 4].slice(start, start + first).map(String);
    return {
      edges: ids.map((id) => ({ cursor: id, node: { id } })),
      pageInfo: {
        hasNextPage: start + first < 5, hasPreviousPage: start > 0, startCursor: ids[0], endCursor: ids.at(-1),
      },
    };
  },
};
const answer = async (_url, { body }) => {
  const { query, variables } = JSON.parse(body);
  const result = await graphql({ schema, source: query, rootValue, variableValues: variables });
  return new Response(JSON.stringify(result), { headers: { "content-type": "application/json" } });
};
const keys = { Connection: () => null, Edge: () => null, PageInfo: () => null };
const cache = cacheExchange({ keys, resolvers: { Query: { items: relayPagination() } } });
const client = new Client({
  url: "http://server.test", exchanges: [cache, fetchExchange], fetch: answer, preferGetMethod: false,
});
const text = `query ($first: Int!, $after: String) { items(first: $first, after: $after) {
  __typename edges { __typename cursor node { __typename id } }
  pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor } } }`;
const page = async (variables) => {
  const { edges, pageInfo } = (await client.query(text, variables)).data.items;
  const seen = [edges.map((edge) => edge.cursor).join(), pageInfo.endCursor, pageInfo.hasNextPage];
  console.log(variables, seen);
  return seen;
};

(async () => {
  await page({ first: 2 });
  await page({ first: 2, after: "1" });
  assert.deepStrictEqual(await page({ first: 2, after: "3" }), ["0,1,2,3,4", "4", false]);
  assert.deepStrictEqual(await page({ first: 3 }), ["0,1,2,3,4", "2", true]);
})();
JS
node check.cjs
