#!/bin/sh
# ariadne-codegen 0.19.0 with graphql-core 3.2.14 and pydantic 2.14.4 (PyPI)
#
# Expected: the models of a generated client take each answer that the operation can have, with all that
# it selects. A field or a fragment under `@include(if: false)` is not in the answer, and two selections
# of one field are merged (GraphQL specification, Field Collection, Field Selection Merging).
#
# Seen: a field's own `@include` makes it optional, but the fields of a fragment that is spread under
# `@include` stay required: the answer without them raises a ValidationError. Of a field that is selected
# twice only the first selection gets a model: what the second asked for is dropped from the answer.
#
# For users: put conditions on fields, and select each object once, also across fragments on the same type.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  ariadne-codegen==0.19.0 graphql-core==3.2.14 pydantic==2.14.4
cat > schema.graphql <<'SDL'
type Campaign { id: ID!, title: String! }
type Query { campaign: Campaign! }
SDL
cat > operations.graphql <<'GQL'
query Field($more: Boolean!) { campaign { id title @include(if: $more) } }
query Spread($more: Boolean!) { campaign { id ...Title @include(if: $more) } }
fragment Title on Campaign { title }
query Twice { campaign { id } campaign { title } }
GQL
cat > pyproject.toml <<'TOML'
[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "operations.graphql"
TOML
venv/bin/ariadne-codegen > output
cat > check.py <<'PY'
from graphql import build_schema, graphql_sync, parse, validate
from graphql_client import Field, Spread, Twice
from pydantic import ValidationError

with open("schema.graphql") as file:
    schema = build_schema(file.read())
with open("operations.graphql") as file:
    text = file.read()
assert validate(schema, parse(text)) == []


def answer(name):
    root = {"campaign": {"id": "1", "title": "Spring"}}
    result = graphql_sync(schema, text, root, variable_values={"more": False}, operation_name=name)
    assert result.errors is None
    print(name, result.data)
    return result.data


assert Field.model_validate(answer("Field")).campaign.title is None
try:
    Spread.model_validate(answer("Spread"))
except ValidationError as error:
    print("ValidationError:", error.errors()[0]["loc"], error.errors()[0]["msg"])
else:
    raise AssertionError("Spread is taken")
kept = Twice.model_validate(answer("Twice")).model_dump()
print("kept:", kept)
assert kept == {"campaign": {"id": "1"}}
PY
venv/bin/python check.py
