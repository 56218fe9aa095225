#!/bin/sh
# graphql-scalars 2.0.0 with graphql 16.15.0 (npm)
#
# Expected: an integer scalar refuses input that is no integer, as Int does, and as this package's own
# SafeInt and BigInt do. GraphQL specification (September 2025), Int, Input Coercion.
#
# Seen: in variables, NonNegativeInt, PositiveInt and their kin take what JavaScript reads as a number
# and keep its leading digits: 1.5 is 1, the string "12.000" is 12, "0x10" is 0. As literals in the
# document the same values are refused.
#
# For users: a minimum of followers "12.000", as written in much of Europe, filters by 12. Use Int or
# SafeInt and check the sign in the resolver.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-scalars@2.0.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { GraphQLInt } = require("graphql");
const { GraphQLNonNegativeInt, GraphQLPositiveInt, GraphQLSafeInt } = require("graphql-scalars");

for (const [given, taken] of [[1.5, 1], ["12.000", 12]]) {
  for (const scalar of [GraphQLNonNegativeInt, GraphQLPositiveInt]) {
    console.log(scalar.name, given, scalar.parseValue(given));
    assert.strictEqual(scalar.parseValue(given), taken);
  }
  assert.throws(() => GraphQLInt.parseValue(given));
  assert.throws(() => GraphQLSafeInt.parseValue(given));
}
assert.strictEqual(GraphQLNonNegativeInt.parseValue("0x10"), 0);
assert.throws(() => GraphQLPositiveInt.parseLiteral({ kind: "FloatValue", value: "1.5" }));
JS
node check.cjs
