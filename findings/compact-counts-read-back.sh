#!/bin/sh
# numeral 2.0.6 and human-format 1.2.1 (npm)
#
# Expected: what reads "12k" as 12,000 reads a count as profiles show it, "1.2M" or "1,200", or says that
# it cannot.
#
# Seen: numeral knows the units in lower case alone and drops what it does not know: "1.2m" is 1,200,000,
# but "1.2M" is 1.2 (and "12K" 12). human-format's parse() stops at the comma: "1,200" is 1. Both are
# silent.
#
# For users: a profile of 1.2 million followers is filed under 1.2. Take plain digits, and refuse the rest.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts numeral@2.0.6 human-format@1.2.1
cat > check.cjs <<'JS'
const assert = require("assert");
const numeral = require("numeral");
const { parse } = require("human-format");

const read = ["12k", "1.2m", "1.2M", "12K"].map((text) => numeral(text).value());
console.log(read, parse("12k"), parse("1.2M"), parse("1,200"));
assert.deepStrictEqual(read, [12000, 1200000, 1.2, 12]);
assert.deepStrictEqual([parse("12k"), parse("1.2M"), parse("1,200")], [12000, 1200000, 1]);
JS
node check.cjs
