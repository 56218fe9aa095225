#!/bin/sh
# graphql-scalars 2.0.0 with graphql 16.15.0 (npm)
#
# Expected: USCurrency turns the string of an input into a whole number of cents, and cents into the same
# string again: the comment on the type says that it reads currency strings as cents and serializes cents.
#
# Seen: the dollars are parsed as a float and multiplied by 100: "$0.29" is 28.999999999999996 and "$1.10"
# 110.00000000000001. Serializing cuts the fraction off, so what came in as $0.29 goes out as $0.28.
# Only the first comma is taken away: "$1,000,000.00" is 100000 cents, a thousand dollars.
#
# For users: sums are a cent short, equality fails, and an integer column refuses the value. Round the
# argument, and take amounts as integers of cents where they can pass a million.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0 graphql-scalars@2.0.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { GraphQLUSCurrency } = require("graphql-scalars");

const round = (text) => {
  const cents = GraphQLUSCurrency.parseValue(text);
  const back = GraphQLUSCurrency.serialize(cents);
  console.log(text, cents, back);
  return [cents, back];
};

assert.deepStrictEqual(round("$21.25"), [2125, "$21.25"]);
assert.deepStrictEqual(round("$0.29"), [28.999999999999996, "$0.28"]);
assert.deepStrictEqual(round("$1.10"), [110.00000000000001, "$1.10"]);
assert.deepStrictEqual(round("$1,000,000.00"), [100000, "$1,000.00"]);
JS
node check.cjs
