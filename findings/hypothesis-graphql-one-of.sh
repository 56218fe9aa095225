#!/bin/sh
# hypothesis-graphql 0.13.5 with graphql-core 3.3.2 and hypothesis 6.170.17 (PyPI)
#
# Expected: queries() generates queries that match the schema, as its documentation says. An `@oneOf` input
# has exactly one field, and not null (GraphQL specification of September 2025, OneOf Input Objects).
#
# Seen: such an input is generated like any other, with two fields or with one that is null: more than
# half of the documents here are invalid by graphql-core's own validation.
#
# For users: a fuzz test, of schemathesis too, that takes a request error for a fault of the server
# reports one wherever the schema has `@oneOf`. Filter the documents by validate(), or
# expect the error.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  hypothesis-graphql==0.13.5 graphql-core==3.3.2 hypothesis==6.170.17
cat > check.py <<'PY'
from graphql import build_schema, parse, validate
from hypothesis import Phase, given, seed, settings
from hypothesis_graphql import queries

SDL = "input By @oneOf { id: Int, size: Int } type Query { find(by: By!): Int }"
schema = build_schema(SDL)
valid, invalid = [], []


@seed(1)
@settings(max_examples=200, database=None, deadline=None, phases=[Phase.generate])
@given(queries(SDL))
def generate(text):
    (invalid if validate(schema, parse(text)) else valid).append(" ".join(text.split()))


generate()
print(len(valid), "valid,", len(invalid), "invalid:", sorted(set(invalid), key=len)[:4])
assert valid and len(invalid) > 20
PY
venv/bin/python check.py
