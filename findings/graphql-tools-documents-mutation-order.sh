#!/bin/sh
# @graphql-tools/documents 1.0.2 with graphql 16.15.0 (npm)
#
# Expected: printExecutableGraphQLDocument(), with which graphql-codegen's client preset prints persisted
# documents, keeps what a document does. The fields of a mutation run one after the other in the order of
# the document (GraphQL specification, Mutation; Normal and Serial Execution). It sorts selections, but
# leaves a mutation's own selections in their order.
#
# Seen: the selections of a fragment on the mutation type are sorted all the same: `pay` and then `archive`
# in a fragment become `archive` and then `pay`, and run so.
#
# For users: with persisted documents such a mutation does its steps in the order of the alphabet, and
# without them in the order that was written. Write the fields of a mutation into the operation itself.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 @graphql-tools/documents@1.0.2
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, graphql, parse } = require("graphql");
const { printExecutableGraphQLDocument } = require("@graphql-tools/documents");

const schema = buildSchema("type Query { ok: Int } type Mutation { pay: Int, archive: Int }");

async function order(source) {
  const ran = [];
  const rootValue = { pay: () => void ran.push("pay"), archive: () => void ran.push("archive") };
  assert.strictEqual((await graphql({ schema, source, rootValue })).errors, undefined);
  return ran.join();
}

(async () => {
  const plain = "mutation { pay archive }";
  assert.strictEqual(await order(printExecutableGraphQLDocument(parse(plain))), "pay,archive");
  const text = "mutation { ...Close } fragment Close on Mutation { pay archive }";
  const printed = printExecutableGraphQLDocument(parse(text));
  console.log(text, "->", printed);
  assert.strictEqual(await order(text), "pay,archive");
  assert.strictEqual(await order(printed), "archive,pay");
})();
JS
node check.cjs
