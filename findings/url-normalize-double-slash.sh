#!/bin/sh
# url-normalize 3.1.0 (PyPI)
#
# Expected: normalising gives an address of the same resource. RFC 3986, section 6.2.2, has no rule for
# an empty path segment: a//b is another path than a/b.
#
# Seen: double slashes in a path become one. An archive's address, which holds the archived one in its
# path, is broken by that: .../https://host becomes .../https:/host.
#
# For users: two addresses that it makes equal can be two resources; do not let it decide on duplicates,
# nor store only what it returns.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check url-normalize==3.1.0
cat > check.py <<'PY'
from url_normalize import url_normalize

given = "https://web.archive.org/web/2024/https://www.example.com/@aiko/video/1"
got = url_normalize(given)
print(got)
assert got == "https://web.archive.org/web/2024/https:/www.example.com/@aiko/video/1"
assert url_normalize("https://example.com/a//b") == url_normalize("https://example.com/a/b")
PY
venv/bin/python check.py
