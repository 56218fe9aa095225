#!/bin/sh
# gql 4.4.0 with graphql-core 3.3.2 (PyPI)
#
# Expected: a value for a custom scalar that GraphQL has no literal for is refused by the DSL. A key of
# an object literal must be a Name (GraphQL specification, Input Object Values: ObjectField is Name :
# Value), so {"utm source": 1} cannot be written down.
#
# Seen: the DSL writes the key as it is: `track(data: { utm source: 1 })`, which no parser takes;
# {"1": 2} becomes `{ 1: 2 }`. gql's own validation passes, as the bad name is already inside the tree;
# the server answers a syntax error.
#
# For users: pass JSON as a variable.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gql==4.4.0 graphql-core==3.3.2
cat > check.py <<'PY'
from gql.dsl import DSLQuery, DSLSchema, dsl_gql
from graphql import GraphQLSyntaxError, build_schema, parse, print_ast, validate

schema = build_schema("scalar JSON type Query { track(data: JSON): Int }")
query = DSLSchema(schema).Query
for data in ({"utm source": 1}, {"1": 2}):
    document = dsl_gql(DSLQuery(query.track(data=data))).document
    text = " ".join(print_ast(document).split())
    assert validate(schema, document) == []
    try:
        parse(text)
    except GraphQLSyntaxError as error:
        print(text, "->", error.message)
    else:
        raise AssertionError(f"{text} can be parsed")
PY
venv/bin/python check.py
