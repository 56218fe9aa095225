#!/bin/sh
# @graphql-tools/merge 9.2.8 with graphql 16.15.0 (npm)
#
# Expected: mergeTypeDefs() refuses two declarations of one argument that contradict each other, as it
# does for the type of a field.
#
# Seen: of two types of an argument, Int and String!, the last is taken without a word, and the argument
# is required by then. Of two defaults the last is taken for an argument, and the first for a field of an
# input type.
#
# For users: look at the merged schema; a resolver can get another type, or another default, than its
# own file declares.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 @graphql-tools/merge@9.2.8
cat > check.cjs <<'JS'
const assert = require("assert");
const { print } = require("graphql");
const { mergeTypeDefs } = require("@graphql-tools/merge");

const merged = (...files) => print(mergeTypeDefs(files)).replace(/\s+/g, " ");
assert.throws(() => merged("type Page { size: [Int] }", "type Page { size: Int }"), /changed type/);

const types = merged("type Page { rows(first: Int): Int }", "type Page { rows(first: String!): Int }");
const defaults = merged("type Page { rows(first: Int = 1): Int }", "type Page { rows(first: Int = 2): Int }");
const inputs = merged("input Page { first: Int = 1 }", "input Page { first: Int = 2 }");
console.log([types, defaults, inputs].join("\n"));
assert.strictEqual(types, "type Page { rows(first: String!): Int }");
assert.strictEqual(defaults, "type Page { rows(first: Int = 2): Int }");
assert.strictEqual(inputs, "input Page { first: Int = 1 }");
JS
node check.cjs
