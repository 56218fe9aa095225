"""A selection set has one selection or more, as the specification says."""

import pytest

from resolvers.context import Context
from tests.engine import STAFF, execute

EMPTY = {
    "an operation": "{}",
    "a named operation": "query A { }",
    "a mutation": "mutation { }",
    "a field": "{ viewer {} }",
    "a list below": "{ campaigns { nodes { } } }",
    "a leaf": "{ viewer { role {} } }",
    "an inline fragment": "{ viewer { ... { } } }",
    "an inline fragment on a type": "{ viewer { ... on Viewer { } } }",
    "a fragment": "{ viewer { ...V } } fragment V on Viewer { }",
    "introspection": "{ __schema { } }",
    "variables": "query A() { viewer { role } }",
    "arguments": "{ campaigns() { totalCount } }",
    "a directive's arguments": "{ viewer { role @include() } }",
    "a document": "",
}


@pytest.mark.parametrize("what", EMPTY)
async def test_what_the_grammar_does_not_let_be_empty(what: str):
    for caller in (None, STAFF):
        refused = await execute(EMPTY[what], {}, Context(caller=caller))
        [error] = refused.pop("errors")
        assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
        assert error["message"].startswith("Syntax Error: ")
        assert refused == {}


async def test_an_input_object_may_be_empty(db: str):
    query = "{ campaigns(filter: {}) { totalCount } }"
    assert await execute(query, {}, Context(caller=STAFF)) == {
        "data": {"campaigns": {"totalCount": 0}}
    }
