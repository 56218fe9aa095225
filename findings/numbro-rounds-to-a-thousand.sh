#!/bin/sh
# numbro 2.5.0 (npm)
#
# Expected: `average: true` shortens numbers of at least a thousand: 1,234 is "1k", 500 stays "500", as in
# numeral, of which numbro is the successor.
#
# Seen: the unit is taken as soon as the number rounds to one of it, so from half a thousand on: 500 is
# "1k" and 500,000 is "1m"; with a decimal, 950 is "1.0k". 499 stays "499".
#
# For users: of two creators with 499 and 500 followers one seems to have twice as many. Use
# Intl.NumberFormat with `notation: "compact"`.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts numbro@2.5.0 numeral@2.0.6
cat > check.cjs <<'JS'
const assert = require("assert");
const numbro = require("numbro");
const numeral = require("numeral");

const short = (count, mantissa = 0) => numbro(count).format({ average: true, mantissa });
console.log([499, 500, 500000].map((count) => short(count)), short(950, 1));
assert.deepStrictEqual([499, 500, 500000].map((count) => short(count)), ["499", "1k", "1m"]);
assert.strictEqual(short(950, 1), "1.0k");
assert.deepStrictEqual([499, 500].map((count) => numeral(count).format("0a")), ["499", "500"]);
JS
node check.cjs
