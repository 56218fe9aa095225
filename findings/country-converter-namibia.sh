#!/bin/sh
# country_converter 1.3.2 with pandas 3.1.1 (PyPI)
#
# Expected: country_converter, which asks for any pandas, converts "Japan" to JP.
#
# Seen: the first conversion, of whatever name, raises TypeError. Since pandas 3.1 read_csv() looks for
# missing values in the columns of its `converters` too (3.0 did not), so ISO codes that are empty in
# the library's table, as of the Channel Islands, become NaN, and it compiles each code as a pattern.
# With pandas' own defaults the code NA, Namibia, becomes NaN in the same way.
#
# For users: keep pandas below 3.1 beside it; and read columns of country codes with
# keep_default_na=False.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > check.py <<'PY'
import io
import sys

import country_converter
import pandas

table = "name\tISO2\nNamibia\tNA\nJapan\tJP\nChannel Islands\t\n"
codes = list(pandas.read_csv(io.StringIO(table), sep="\t", converters={"ISO2": str})["ISO2"])
try:
    japan = country_converter.convert("Japan", to="ISO2")
except TypeError as error:
    japan = repr(error)
print("pandas", pandas.__version__, codes, japan)
if sys.argv[1] == "old":
    assert codes == ["NA", "JP", ""] and japan == "JP"
else:
    assert codes[1] == "JP" and pandas.isna(codes[0]) and pandas.isna(codes[2])
    assert japan.startswith("TypeError"), japan
PY
for pair in "old 3.0.0" "new 3.1.1"; do
    set -- $pair
    python3 -m venv "$1"
    "$1/bin/pip" install --quiet --disable-pip-version-check country_converter==1.3.2 pandas=="$2"
    "$1/bin/python" check.py "$1"
done
