#!/bin/sh
# strawberry-graphql 0.341.2 (PyPI)
#
# Expected: a connection with `last: 0` has no edges, as with `first: 0`. Relay's Cursor Connections
# specification, EdgesToReturn(): where there are more edges than `last`, edges are removed from the
# start until that many are left; less than 0 is the error.
#
# Seen: ListConnection takes `last: 0` for a `last` that is not there: it returns all edges, with
# `hasPreviousPage: false`. `first: 0` returns none, and `hasNextPage: true`.
#
# For users: a client that asks for `pageInfo` or a count alone, paging backwards, gets whole rows, up to
# the server's maximum. Ask with `first: 0`.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check strawberry-graphql==0.341.2
cat > check.py <<'PY'
from collections.abc import Iterable

import strawberry
from strawberry import relay


@strawberry.type
class Item(relay.Node):
    key: relay.NodeID[int]


@strawberry.type
class Query:
    @relay.connection(relay.ListConnection[Item])
    def items(self) -> Iterable[Item]:
        return [Item(key=key) for key in range(5)]


schema = strawberry.Schema(Query)


def answer(argument):
    text = "{ items(%s) { edges { cursor } pageInfo { hasNextPage hasPreviousPage } } }" % argument
    result = schema.execute_sync(text)
    assert result.errors is None
    items = result.data["items"]
    seen = len(items["edges"]), items["pageInfo"]
    print(argument, *seen)
    return seen


assert answer("first: 0") == (0, {"hasNextPage": True, "hasPreviousPage": False})
assert answer("last: 2") == (2, {"hasNextPage": False, "hasPreviousPage": True})
assert answer("last: 0") == (5, {"hasNextPage": False, "hasPreviousPage": False})
PY
venv/bin/python check.py
