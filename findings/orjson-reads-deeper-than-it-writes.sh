#!/bin/sh
# orjson 3.13.0 (PyPI)
#
# Expected: what loads() has returned can be given to dumps(): both are about the same values of JSON,
# and a server that echoes a part of what it was sent (the payload of graphql-transport-ws's `ping`
# comes back in `pong`) needs no check in between.
#
# Seen: loads() takes lists and objects in 1,024 levels, dumps() in 254: between the two it raises
# TypeError (orjson.JSONEncodeError) with "Recursion limit reached". Python's own json takes both ways.
#
# For users: check the depth of what is echoed, or catch TypeError where it is written.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check orjson==3.13.0
cat > check.py <<'PY'
import json

import orjson


def writes(levels: int) -> str:
    text = "[" * levels + "]" * levels
    assert json.dumps(json.loads(text)) == text
    try:
        return orjson.dumps(orjson.loads(text)).decode() == text and "the same text"
    except orjson.JSONEncodeError as error:
        return f"{type(error).__name__}: {error}"


found = {levels: writes(levels) for levels in (254, 255, 900)}
print(found)
assert found[254] == "the same text"
assert found[255] == found[900] == "TypeError: Recursion limit reached"
PY
venv/bin/python check.py
