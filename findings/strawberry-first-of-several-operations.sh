#!/bin/sh
# strawberry-graphql 0.341.2 with graphql-core 3.3.2 (PyPI)
#
# Expected: a document with several operations and no operation name is a request error, and nothing runs.
# GraphQL specification, GetOperation(); graphql-core, on which Strawberry runs, does so.
#
# Seen: Strawberry looks for the operation itself and takes the first one of the document, in `execute`
# as over HTTP, queries and mutations alike.
#
# For users: a client that forgets the name gets the data of another operation, or runs another
# mutation, and no error. Clients written against Strawberry then fail on other servers.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check strawberry-graphql==0.341.2 graphql-core==3.3.2
cat > check.py <<'PY'
import graphql
import strawberry

ran = []


@strawberry.type
class Query:
    title: str = "Spring"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def start(self) -> bool:
        ran.append("start")
        return True

    @strawberry.mutation
    def stop(self) -> bool:
        ran.append("stop")
        return True


text = "mutation Start { start } mutation Stop { stop }"
schema = strawberry.Schema(Query, Mutation)
result = schema.execute_sync(text)
print("Strawberry:", result.data, result.errors)
assert result.errors is None and result.data == {"start": True} and ran == ["start"]
try:
    plain = graphql.execute(graphql.build_schema(schema.as_str()), graphql.parse(text))
    message = plain.errors[0].message
except graphql.GraphQLError as error:
    message = error.message
print("graphql-core:", message)
assert "operation name" in message
PY
venv/bin/python check.py
