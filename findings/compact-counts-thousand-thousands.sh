#!/bin/sh
# millify 0.1.1 and numerize 0.12 (PyPI), short-number 1.0.7 (npm)
#
# Expected: a count of followers just below a unit is rounded into that unit: 999,999 is "1M", as
# Unicode's compact formats (Babel's, JavaScript's Intl.NumberFormat) have it.
#
# Seen: the unit is chosen before rounding, so 999,999 is "1000K", "1000k" with millify. (The npm package
# that is called millify too says "1M".)
#
# For users: format counts with Babel's format_compact_decimal() or Intl.NumberFormat, in the reader's
# own language.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check millify==0.1.1 numerize==0.12 babel==2.19.0
cat > check.py <<'PY'
from babel.numbers import format_compact_decimal
from millify import millify
from numerize.numerize import numerize

print(millify(999_999, precision=1), numerize(999_999))
assert millify(999_999, precision=1) == "1000k"
assert numerize(999_999) == "1000K"
assert format_compact_decimal(999_999, locale="en", fraction_digits=1) == "1M"
PY
venv/bin/python check.py
npm install --silent --no-audit --no-fund --ignore-scripts short-number@1.0.7
node -e '
const short = require("short-number");
console.log(short(999999));
require("assert").strictEqual(short(999999), "1000K");
'
