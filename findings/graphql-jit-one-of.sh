#!/bin/sh
# graphql-jit (npm) 0.8.9, with graphql 16.15.0
#
# Expected: a variable of an `@oneOf` input type with no field, with two, or with a null one is a
# request error. GraphQL specification (September 2025), OneOf Input Objects, Input Coercion.
# graphql 16.15.0 answers so.
#
# Seen: graphql-jit compiles its own coercion of variables, which does not know `@oneOf`: the resolver
# gets `{}`, `{"id":"1","name":"x"}` or `{"id":null}`. Literals in the document are still refused,
# by graphql's validation.
#
# For users: a resolver behind graphql-jit (Mercurius: its option `jit`) that relies on exactly one
# field must count the fields itself.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-jit@0.8.9
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, execute, parse } = require("graphql");
const { compileQuery } = require("graphql-jit");

const schema = buildSchema(`
  input By @oneOf { id: ID, name: String }
  type Query { find(by: By!): String }
`);
schema.getQueryType().getFields().find.resolve = (_source, { by }) => JSON.stringify(by);
const document = parse("query ($by: By!) { find(by: $by) }");

(async () => {
  for (const by of [{}, { id: "1", name: "x" }, { id: null }]) {
    const plain = await execute({ schema, document, variableValues: { by } });
    const jit = await compileQuery(schema, document).query(undefined, {}, { by });
    console.log(JSON.stringify(by), plain.errors?.[0].message, "graphql-jit:", JSON.stringify(jit));
    assert.strictEqual(plain.errors.length, 1);
    assert.strictEqual(jit.errors, undefined);
    assert.deepStrictEqual(JSON.parse(jit.data.find), by);
  }
})();
JS
node check.cjs
