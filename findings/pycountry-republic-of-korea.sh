#!/bin/sh
# pycountry 26.2.16 (PyPI)
#
# Expected: countries.search_fuzzy("Republic of Korea") finds South Korea, whose official name that is at
# the United Nations. The search is documented to help to find the country, with the better match first.
#
# Seen: it finds North Korea alone. ISO 3166-1 writes South Korea as "Korea, Republic of", the package has
# no official name for it, and the words are a part of "Democratic People's Republic of Korea".
# lookup() refuses the name. "Korea" gives both, equal in points, and so by code: North Korea first.
#
# For users: taking the first hit books an influencer in Seoul under Pyongyang. Ask lookup() first, keep a
# table of your own for the names that people write, and let a person choose among several hits.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pycountry==26.2.16
cat > check.py <<'PY'
import pycountry


def found(name):
    codes = [country.alpha_2 for country in pycountry.countries.search_fuzzy(name)]
    print(name, codes)
    return codes


south = pycountry.countries.get(alpha_2="KR")
assert south.name == "Korea, Republic of"
assert getattr(south, "official_name", None) is None
assert found("South Korea") == ["KR"]
assert found("Republic of Korea") == ["KP"]
assert found("Korea") == ["KP", "KR"]
try:
    pycountry.countries.lookup("Republic of Korea")
except LookupError as error:
    print("lookup:", error)
else:
    raise AssertionError("lookup() knows it")
PY
venv/bin/python check.py
