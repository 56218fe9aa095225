"""An operation may come to so much, however short its fragments make it."""

from pathlib import Path

import pytest
from graphql import build_schema, get_introspection_query

from execution.cost import MAX_SELECTIONS, SELECTION_CHARACTERS
from execution.documents import Documents, InvalidDocumentError
from projection.internals import core_schema
from resolvers.errors import RequestError
from schema import schema

SCHEMA = build_schema("type Query { a(ids: [ID!], all: Boolean): Query, id: Int }")
LEVELS = 40
"""Were a fragment walked wherever it is spread, no test would end."""


def read(text: str) -> None:
    Documents(SCHEMA).operation(text, None)


def code_of(text: str) -> str:
    with pytest.raises(RequestError) as refused:
        read(text)
    return (refused.value.extensions or {})["code"]


def nested(body: str, last: str = "id") -> str:
    """An operation of fragments, each of which has the next one in its body."""
    fragments = [
        f"fragment F{level} on Query {{ {body.replace('...', f'...F{level + 1}')} }}"
        for level in range(LEVELS)
    ]
    return " ".join(["{ ...F0 }", *fragments, f"fragment F{LEVELS} on Query {{ {last} }}"])


@pytest.mark.parametrize(
    "body",
    ["x: a { ... } y: a { ... }", "x: a { ... } x: a { id ... }", "... ...", "... a { ... }"],
)
def test_fragments_cannot_multiply_an_operation(body: str) -> None:
    assert code_of(nested(body)) == "COST_LIMIT"


def test_fragments_that_stand_once_add_up() -> None:
    read(nested("id ..."))


def test_an_operation_has_so_many_selections_at_most() -> None:
    fields = [f"x{number}: id" for number in range(MAX_SELECTIONS)]
    read(f"{{ {' '.join(fields)} }}")
    assert code_of(f"{{ id {' '.join(fields)} }}") == "COST_LIMIT"


def test_each_operation_of_a_document_counts_for_itself() -> None:
    fields = " ".join(f"x{number}: id" for number in range(MAX_SELECTIONS // 2 + 1))
    Documents(SCHEMA).operation(f"query A {{ {fields} }} query B {{ {fields} }}", "A")
    few = "query B { id }"
    assert code_of(f"{few} query A {{ {fields} ... {{ {fields} }} }}") == "COST_LIMIT"


def test_long_arguments_in_a_fragment_count_wherever_it_is_spread() -> None:
    times = MAX_SELECTIONS // 20
    parts = " ".join(f"x{number}: a {{ ...F }}" for number in range(times))
    for length, is_refused in ((SELECTION_CHARACTERS, False), (20 * SELECTION_CHARACTERS, True)):
        text = f"{{ {parts} }} fragment F on Query {{ a(ids: [{'1 ' * (length // 2)}]) {{ id }} }}"
        if is_refused:
            assert code_of(text) == "COST_LIMIT"
        else:
            read(text)


def test_arguments_that_stand_once_count_for_nothing() -> None:
    read(f'{{ a(ids: ["{"x" * SELECTION_CHARACTERS * MAX_SELECTIONS}"]) {{ id }} }}')


def test_a_fragment_that_stands_in_itself_is_told_as_such() -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        read("{ ...F } fragment F on Query { id a { ...G } } fragment G on Query { id ...F }")
    assert "within itself" in refused.value.errors[0].message


def test_what_a_screen_or_a_tool_needs_is_far_below() -> None:
    documents = Documents(core_schema(schema))
    screens = Path(__file__).parents[2].joinpath("examples").glob("*.graphql")
    texts = [get_introspection_query(), *(screen.read_text() for screen in screens)]
    assert len(texts) > 5
    for text in texts:
        documents.operations(text)
