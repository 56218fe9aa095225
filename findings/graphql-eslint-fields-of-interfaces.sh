#!/bin/sh
# @graphql-eslint/eslint-plugin 4.4.1 with eslint 10.15.0 and graphql 16.15.0 (npm)
#
# Expected: `no-unused-fields` reports fields that no operation selects, to be removed from the schema; it
# offers to do so. A field of an interface that is selected is used in each type that implements it,
# and must be there (GraphQL specification, Interfaces, Type Validation).
#
# Seen: `{ node(id: "1") { id } }` makes `id` of the interface used, and `id` of each object type is reported
# all the same. Once these are removed, as the suggestion does, the schema is invalid. Only what is selected
# on the object type itself counts.
#
# For users: with Relay's node() or any field that returns an interface the list is wrong, and a field that
# is answered through the interface alone looks dead. Search the operations before removing one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts \
  graphql@16.15.0 eslint@10.15.0 @graphql-eslint/eslint-plugin@4.4.1
cat > schema.graphql <<'GRAPHQL'
interface Node { id: ID! }
type Campaign implements Node { id: ID! title: String }
type Query { node(id: ID!): Node campaign: Campaign }
GRAPHQL
cat > operations.graphql <<'GRAPHQL'
query Both { node(id: "1") { id } campaign { title } }
GRAPHQL
cat > check.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import plugin from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";
import { buildSchema, graphqlSync, parse, validate, validateSchema } from "graphql";

const graphQLConfig = { schema: "schema.graphql", documents: "operations.graphql" };
const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [{
    files: ["schema.graphql"],
    languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig } },
    plugins: { "@graphql-eslint": plugin },
    rules: { "@graphql-eslint/no-unused-fields": "error" },
  }],
});
const text = readFileSync("schema.graphql", "utf8");
const operations = readFileSync("operations.graphql", "utf8");
const node = { __typename: "Campaign", id: "1" };
const answer = graphqlSync({ schema: buildSchema(text), source: operations, rootValue: { node } });
assert.strictEqual(answer.data.node.id, "1");
const [{ messages }] = await eslint.lintFiles(["schema.graphql"]);
for (const { line, column, message } of messages) console.log(`${line}:${column}`, message);
assert.deepStrictEqual(messages.map(({ line, message }) => [line, message]), [[2, 'Field "id" is unused']]);
const { range: [start, end], text: instead } = messages[0].suggestions[0].fix;
const without = text.slice(0, start) + instead + text.slice(end);
const errors = validateSchema(buildSchema(without)).map((error) => error.message);
console.log("after the suggestion:", errors);
assert.deepStrictEqual(errors, ["Interface field Node.id expected but Campaign does not provide it."]);
JS
node check.mjs
