"""Variables that are texts are taken as they are, and mean what graphql-core reads in them."""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import get_variable_values

from execution.engine import Engine, Params, RefusedError
from projection.internals import core_schema
from resolvers.context import Context
from schema import schema

ENGINE = Engine(schema)
QUERY = """query Asking($ids: [ID!]!, $id: ID!, $search: String) {
    nodes(ids: $ids) { id }
    node(id: $id) { id }
    influencers(filter: { search: $search }) { nodes { id } }
}"""


@pytest.mark.parametrize(
    "given",
    [
        {"ids": ["a", "b"], "id": "c", "search": "d"},
        {"ids": [], "id": "c", "search": ""},
        {"ids": ["a", 1], "id": "c", "search": "d"},
        {"ids": ["a"], "id": 2, "search": "d"},
        {"ids": "a", "id": "c", "search": "d"},
        {"ids": ["a"], "id": "c"},
        {"ids": ["a", None], "id": "c", "search": "d"},
        {"ids": [["a"]], "id": "c", "search": "d"},
        {"ids": {"a": "b"}, "id": "c", "search": "d"},
        {"ids": ["a"], "id": ["c"], "search": "d"},
        {"ids": ["a"], "id": "c", "search": 1},
        {"id": "c", "search": "d"},
    ],
)
def test_variables_are_read_as_graphql_core_reads_them(given: dict[str, Any]):
    params = Params(QUERY, given, None)
    operation = ENGINE.operation(params)
    read = get_variable_values(
        core_schema(schema),
        operation.node.variable_definitions or (),
        given,
    )
    if isinstance(read, list):
        with pytest.raises(RefusedError):
            ENGINE.prepare(operation, params, Context())
    else:
        executor: Any = ENGINE.prepare(operation, params, Context())
        assert executor.variable_values.coerced == read.coerced


def test_nothing_of_a_request_stays_with_its_document():
    query = "query Kept($id: ID!) { campaign(id: $id) { id } }"
    params = Params(query, {"id": "of this request alone"}, None)
    operation = ENGINE.operation(params)
    ENGINE.prepare(operation, params, Context())
    assert operation.root is not None
    kept = operation.root.executor
    assert kept is not None
    assert (kept.context_value, kept.variable_values.coerced) == (None, {})


def test_tests_ask_the_engine_that_serves_requests():
    tests = Path(__file__).parents[1]
    # What compares the projection with graphql-core's own completion runs both.
    others = [path for path in tests.rglob("*.py") if path.parent.name != "projection"]
    past_it = re.compile(r"\bschema\.execute\(|\.execute_sync\(")
    assert [path.name for path in others if past_it.search(path.read_text())] == []
