#!/bin/sh
# graphql-jit (npm) 0.8.9, with graphql 16.15.0
#
# Expected: a fragment that is spread twice, once under `@include(if: false)` and once plainly, is
# selected. GraphQL specification, CollectFields(): an excluded spread is passed over, and the next
# selection is looked at.
#
# Seen: the condition of the first spread is kept for the fragment as a whole, so the plain spread
# selects nothing either. `{...F @include(if: $more) ...F}` with `more: false` answers `{}`, without an
# error; graphql-js answers the fragment's fields. In the other order of the spreads both agree.
#
# For users: with graphql-jit (Mercurius: its option `jit`) fields vanish from valid operations.
# Put the condition on the fields, or give the conditional spread a fragment of its own.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-jit@0.8.9
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, execute, parse, validate } = require("graphql");
const { compileQuery } = require("graphql-jit");

const schema = buildSchema("type Query { title: String }");
const root = { title: "Spring" };

async function answers(text) {
  const document = parse(text);
  assert.deepStrictEqual(validate(schema, document), []);
  const plain = await execute({ schema, document, rootValue: root, variableValues: { more: false } });
  const jit = await compileQuery(schema, document).query(root, {}, { more: false });
  console.log(text, "graphql-js:", JSON.stringify(plain), "graphql-jit:", JSON.stringify(jit));
  return [plain.data, jit.data].map((data) => JSON.stringify(data));
}

(async () => {
  const fragment = "fragment F on Query { title }";
  const wrong = `query ($more: Boolean!) { ...F @include(if: $more) ...F } ${fragment}`;
  assert.deepStrictEqual(await answers(wrong), ['{"title":"Spring"}', "{}"]);
  const right = `query ($more: Boolean!) { ...F ...F @include(if: $more) } ${fragment}`;
  assert.deepStrictEqual(await answers(right), Array(2).fill('{"title":"Spring"}'));
})();
JS
node check.cjs
