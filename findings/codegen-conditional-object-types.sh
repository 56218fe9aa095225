#!/bin/sh
# @graphql-codegen/typescript-operations 6.1.9 with @graphql-codegen/core 6.2.1, graphql 16.15.0 (npm)
#
# Expected: a field that a condition can leave out is optional in the generated type, as it is for `title
# @include(if: $more)`. Where an object is selected twice, once under a condition, the object is always
# there and the fields selected under the condition are optional (GraphQL specification, Field Collection
# and CollectFields()).
#
# Seen: the condition is lost or put on the object. `campaign { id } campaign @include(if: $more) { title }`
# gets the type { campaign: { id: string, title: string } }, and in the other order
# { campaign?: { title: string, id: string } }; a fragment around the second gets an intersection that
# says the same. The answer for `more: false` is {"campaign":{"id":"1"}}.
#
# For users: TypeScript lets code read `title.length`, which fails at run time. Put the condition on the
# fields inside of the object.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 \
  @graphql-codegen/core@6.2.1 @graphql-codegen/typescript-operations@6.1.9
cat > check.cjs <<'JS'
const assert = require("assert");
const { buildSchema, graphqlSync, parse, validate } = require("graphql");
const { codegen } = require("@graphql-codegen/core");
const operations = require("@graphql-codegen/typescript-operations");

const sdl = "type Campaign { id: ID!, title: String! } type Query { campaign: Campaign! }";
const schema = buildSchema(sdl);
const rootValue = { campaign: { id: "1", title: "Spring" } };

async function typeOf(selections) {
  const text = `query Q($more: Boolean!) { ${selections} }`;
  assert.deepStrictEqual(validate(schema, parse(text)), []);
  const { data } = graphqlSync({ schema, source: text, rootValue, variableValues: { more: false } });
  assert.strictEqual(JSON.stringify(data), '{"campaign":{"id":"1"}}');
  const output = await codegen({
    filename: "types.ts",
    schema: parse(sdl),
    documents: [{ document: parse(text), location: "q.graphql" }],
    plugins: [{ operations: {} }],
    pluginMap: { operations },
    config: {},
  });
  const type = /export type QQuery = (.*);/.exec(output)[1];
  console.log(selections, "->", type);
  return type;
}

(async () => {
  assert.strictEqual(
    await typeOf("campaign { id title @include(if: $more) }"),
    "{ campaign: { id: string, title?: string } }");
  assert.strictEqual(
    await typeOf("campaign { id } campaign @include(if: $more) { title }"),
    "{ campaign: { id: string, title: string } }");
  assert.strictEqual(
    await typeOf("campaign @include(if: $more) { title } campaign { id }"),
    "{ campaign?: { title: string, id: string } }");
  assert.strictEqual(
    await typeOf("campaign { id } ... @include(if: $more) { campaign { title } }"),
    "{ campaign: { id: string } } & { campaign?: { title: string } }");
})();
JS
node check.cjs
