#!/bin/sh
# graphql-tag 2.12.7 with graphql 16.15.0 (npm)
#
# Expected: gql`…` returns the document of its own text. Within a string, spaces and commas are part of
# the value. GraphQL specification (September 2025), String Value.
#
# Seen: documents are cached by their text with each run of white space and commas made one space, in
# strings too. The second of two texts that differ only so gets the document of the first: a search for
# "Tokyo Osaka" is sent as "Tokyo, Osaka".
#
# For users: give such texts as variables; a value written into the document may be another's.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-tag@2.12.7
cat > check.cjs <<'JS'
const assert = require("assert");
const { parse, print } = require("graphql");
const { gql } = require("graphql-tag");

const first = gql`{ influencers(search: "Tokyo, Osaka") { totalCount } }`;
const second = gql`{ influencers(search: "Tokyo Osaka") { totalCount } }`;
const right = parse(`{ influencers(search: "Tokyo Osaka") { totalCount } }`);
console.log(print(second));
assert.strictEqual(print(second), print(first));
assert.notStrictEqual(print(second), print(right));
JS
node check.cjs
