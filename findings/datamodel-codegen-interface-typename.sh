#!/bin/sh
# datamodel-code-generator 0.89.0 with graphql-core 3.2.14 and pydantic 2.14.4 (PyPI)
#
# Expected: the models generated from a schema take the answers of its server. `__typename` of a value whose
# field is an interface names the object type (GraphQL specification, Type Name Introspection), never the
# interface.
#
# Seen: the model of an interface has a `__typename` that must be the interface's own name, so that no
# answer which has the field, as most clients ask for it, is valid: ValidationError. Without it the value is
# read as the interface, fields of its type are dropped, and it is written with `__typename: "Node"`. A
# union's members are told apart as they should be.
#
# For users: interfaces cannot be read. Generate with `--graphql-no-typename` and declare such fields by
# hand as a union of the object types.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  "datamodel-code-generator[graphql]==0.89.0" graphql-core==3.2.14 pydantic==2.14.4
cat > schema.graphql <<'GRAPHQL'
interface Node { id: ID! }
type Campaign implements Node { id: ID! title: String! }
type Brand implements Node { id: ID! name: String! }
union Owner = Campaign | Brand
type Entry { subject: Node! owner: Owner }
type Query { entry: Entry }
GRAPHQL
venv/bin/datamodel-codegen --disable-warnings --input schema.graphql --input-file-type graphql \
  --output-model-type pydantic_v2.BaseModel --output models.py
cat > check.py <<'PY'
from graphql import build_schema, graphql_sync
from models import Entry
from pydantic import ValidationError

campaign = {"__typename": "Campaign", "id": "1", "title": "Spring"}
with open("schema.graphql") as file:
    schema = build_schema(file.read())


def answer(typename):
    part = f"{typename} id ... on Campaign {{ title }}"
    text = f"{{ entry {{ subject {{ {part} }} owner {{ __typename ... on Campaign {{ id title }} }} }} }}"
    result = graphql_sync(schema, text, {"entry": {"subject": campaign, "owner": campaign}})
    assert result.errors is None
    return result.data["entry"]


whole = answer("__typename")
assert whole["subject"] == whole["owner"] == campaign
try:
    Entry.model_validate(whole)
except ValidationError as error:
    (problem,) = error.errors()
    print(problem["loc"], problem["msg"], "but is", problem["input"])
    assert problem["loc"] == ("subject", "__typename")
    assert (problem["type"], problem["input"]) == ("literal_error", "Campaign")
else:
    raise AssertionError("the answer was read")
read = Entry.model_validate(answer(""))
written = read.model_dump(by_alias=True)
print(written)
assert written["subject"] == {"__typename": "Node", "id": "1"}
assert written["owner"] == campaign
PY
venv/bin/python check.py
