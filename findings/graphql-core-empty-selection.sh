#!/bin/sh
# graphql-core 3.3.2 (PyPI) and graphql 16.15.0 (npm)
#
# Expected: `{ campaign { } }` is a syntax error. GraphQL specification, Selection Sets: a selection set
# has one selection or more (September 2025 edition). graphql 16 (npm) refuses it.
#
# Seen: graphql-core parses it, also `{ }` and `mutation { }`, finds it valid, and answers
# `{"campaign": {}}` and `{}`. parse() documents it, after a proposal for the specification
# (pull request 1227), and means to take away the option that turns it off.
#
# For users: a server in Python takes requests that others refuse, runs the resolver of `campaign` for
# nothing, and a template that lost its fields fails in the client, far from the cause. Look for empty
# selection sets after parsing.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.15.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check graphql-core==3.3.2
cat > check.py <<'PY'
from graphql import build_schema, execute_sync, parse, validate

schema = build_schema("type Campaign { title: String } type Query { campaign: Campaign } type Mutation { go: Int }")
for text, data in (("{ campaign { } }", {"campaign": {}}), ("{ }", {}), ("mutation { }", {})):
    document = parse(text)
    assert validate(schema, document) == []
    result = execute_sync(schema, document, {"campaign": {}})
    print("graphql-core:", text, result.formatted)
    assert result.errors is None and result.data == data
PY
venv/bin/python check.py
cat > check.cjs <<'JS'
const assert = require("assert");
const { parse } = require("graphql");

for (const text of ["{ campaign { } }", "{ }", "mutation { }"])
  assert.throws(() => parse(text), /Syntax Error: Expected Name, found "}"/);
console.log("graphql: refused");
JS
node check.cjs
