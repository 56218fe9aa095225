#!/bin/sh
# gql 4.4.0 with graphql-core 3.3.2 (PyPI)
#
# Expected: the DSL, which is given the schema, refuses a key of an input object that its type does not
# have, as it refuses an unknown argument (KeyError) and an unknown field (AttributeError), or writes it
# into the document, so that the server refuses it. GraphQL specification, Input Object Field Names:
# each named field must be of the type.
#
# Seen: the key is left out without a word: `campaigns(where={"stauts": "OPEN"})` becomes
# `campaigns(where: {})`, a valid document with another meaning.
#
# For users: a misspelt filter asks for everything, a misspelt key of a mutation's input changes
# nothing. Pass inputs as variables, which the server checks, but without the client's
# `serialize_variables`: serialize_variable_values() leaves unknown keys out likewise.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gql==4.4.0 graphql-core==3.3.2
cat > check.py <<'PY'
from gql.dsl import DSLQuery, DSLSchema, dsl_gql
from gql.utilities import serialize_variable_values
from graphql import build_schema, parse, print_ast, validate

schema = build_schema("""
    input Where { status: String }
    type Query { campaigns(where: Where): Int }
""")
query = DSLSchema(schema).Query
for wrong in (lambda: query.campaigns(filter={}), lambda: query.campaign):
    try:
        wrong()
    except (KeyError, AttributeError) as error:
        print(type(error).__name__, error)
    else:
        raise AssertionError("no error")
document = dsl_gql(DSLQuery(query.campaigns(where={"stauts": "OPEN"}))).document
text = " ".join(print_ast(document).split())
print(text, validate(schema, document))
assert text in ("{ campaigns(where: {}) }", "{ campaigns(where: { }) }")
assert validate(schema, document) == []
document = parse("query ($where: Where) { campaigns(where: $where) }")
values = serialize_variable_values(schema, document, {"where": {"stauts": "OPEN"}})
print(values)
assert values == {"where": {}}
PY
venv/bin/python check.py
