#!/bin/sh
# gql 4.4.0 with graphql-core 3.3.2 (PyPI)
#
# Expected: parse_result(), which a client with `parse_results=True` runs on each answer, turns enums and
# custom scalars into Python's values and keeps the rest. Where a field is selected twice, its
# selections are merged into one (GraphQL specification, Field Selection Merging, Field Collection).
#
# Seen: each selection of an object is parsed by itself and the last one takes the place of those before:
# `{ campaign { title } ...Dates }`, where the fragment selects `campaign { starts }`, loses the title that
# the server sent. No error.
#
# For users: documents put together of fragments, as is usual, lose data with `parse_results=True`.
# Select each object once, or parse the values yourself.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gql==4.4.0 graphql-core==3.3.2
cat > check.py <<'PY'
from gql import Client, gql
from gql.utilities import parse_result
from graphql import build_schema, parse, validate

schema = build_schema("type Campaign { title: String, starts: String } type Query { campaign: Campaign }")
campaign = {"title": "Spring", "starts": "2026-03-01"}
for text in (
    "{ campaign { title } ...Dates } fragment Dates on Query { campaign { starts } }",
    "{ campaign { title } campaign { starts } }",
):
    assert validate(schema, parse(text)) == []
    client = Client(schema=schema)
    answer = client.execute(gql(text), root_value={"campaign": campaign})
    assert answer == {"campaign": campaign}
    parsed = parse_result(schema, parse(text), answer)
    print(text, parsed)
    assert parsed == {"campaign": {"starts": "2026-03-01"}}
PY
venv/bin/python check.py
