#!/bin/sh
# @urql/core 6.0.3 and villus 3.5.2 with graphql 16.15.0 and vue 3.5.45 (npm)
#
# Expected: two operations with different variables are two entries of the cache. urql documents that the
# key of a request is made of the query and its variables, and that its document cache stores a result
# under that key.
#
# Seen: the key is a hash of about 32 bits, and the texts are not compared. The hash is linear: 33 times the
# value so far plus the next character. So one step up in a character weighs as much as 33 steps up in the
# next one, as from "0" to "Q": the ids "1Q" and "20" have one key, and the query for the second is answered
# with the first one's campaign. In urql two such queries at once share one request without any cache too.
# Of the ids from 1000 to 1999 in base 36 (RS to 1JJ) 258 have the key of an earlier one. The change that
# brought the hash into urql (its pull request 184, 2019) took duplicates for rare and acceptable.
#
# For users: a page shows another record than the one it asked for, and no error. Ids of digits alone, of
# hexadecimal digits or of letters of one case have no such neighbours; short codes and coupons that mix
# letters and digits do.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps \
  graphql@16.15.0 @urql/core@6.0.3 villus@3.5.2 vue@3.5.45
cat > check.cjs <<'JS'
const assert = require("assert");
const urql = require("@urql/core");
const villus = require("villus");

const query = "query ($id: ID!) { campaign(id: $id) { id } }";
const server = () => {
  const asked = [];
  const fetch = async (_url, { body }) => {
    const { id } = JSON.parse(body).variables;
    asked.push(id);
    const data = { campaign: { __typename: "Campaign", id } };
    return new Response(JSON.stringify({ data }), { headers: { "content-type": "application/json" } });
  };
  return { asked, fetch };
};
const throughUrql = (fetch) => {
  const exchanges = [urql.cacheExchange, urql.fetchExchange];
  const client = new urql.Client({ url: "http://server.test", exchanges, fetch, preferGetMethod: false });
  return (id) => client.query(query, { id }).toPromise();
};
const throughVillus = (fetch) => {
  const use = [villus.cache(), villus.fetch({ fetch })];
  const client = villus.createClient({ url: "http://server.test", use });
  return (id) => client.executeQuery({ query, variables: { id } });
};

(async () => {
  for (const through of [throughUrql, throughVillus]) {
    const { asked, fetch } = server();
    const ask = through(fetch);
    const got = {};
    for (const id of ["1P", "1Q", "20", "1Z", "29"]) got[id] = (await ask(id)).data.campaign.id;
    console.log(through.name, got, "asked:", asked);
    assert.deepStrictEqual(got, { "1P": "1P", "1Q": "1Q", 20: "1Q", "1Z": "1Z", 29: "1Z" });
    assert.deepStrictEqual(asked, ["1P", "1Q", "1Z"]);
  }
  const { asked, fetch } = server();
  const uncached = new urql.Client({
    url: "http://server.test", exchanges: [urql.fetchExchange], fetch, preferGetMethod: false,
    requestPolicy: "network-only",
  });
  const together = await Promise.all(["1Q", "20"].map((id) => uncached.query(query, { id }).toPromise()));
  const got = together.map((result) => result.data.campaign.id);
  console.log("at once:", got, "asked:", asked);
  assert.deepStrictEqual([got, asked], [["1Q", "1Q"], ["1Q"]]);
  const document = urql.createRequest(query, {}).query;
  const ids = Array.from({ length: 1000 }, (_, n) => (1000 + n).toString(36).toUpperCase());
  const keys = ids.map((id) => urql.createRequest(document, { id }).key);
  const shared = keys.length - new Set(keys).size;
  console.log(ids[0], "to", ids.at(-1), "keys shared:", shared);
  assert.strictEqual(shared, 258);
})();
JS
node check.cjs
