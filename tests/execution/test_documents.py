"""Documents are read once, and only so many are kept, none of them of somebody unknown."""

import gc
import weakref
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from graphql import Token, build_schema, get_introspection_query

from execution.documents import (
    CACHE_CHARACTERS,
    MAX_CACHED_CHARACTERS,
    MAX_OPERATIONS,
    MAX_PUBLIC_CHARACTERS,
    MAX_PUBLIC_TOKENS,
    Documents,
    InvalidDocumentError,
)
from execution.engine import Engine, Params, RefusedError
from resolvers.context import Context
from resolvers.errors import RequestError
from schema import schema
from tests.engine import STAFF

SCHEMA = build_schema("type Query { a: Int }")
ALL_OPTIONS = {
    "descriptions": True,
    "specified_by_url": True,
    "directive_is_repeatable": True,
    "schema_description": True,
    "input_value_deprecation": True,
}


def padded(name: str, length: int = MAX_CACHED_CHARACTERS) -> str:
    query = f"query {name} {{ a }}"
    return query + " " * (length - len(query))


def test_a_document_that_comes_again_is_not_read_again() -> None:
    documents = Documents(SCHEMA)
    assert documents.operation("{ a }", None) is documents.operation("{ a }", None)


def test_those_used_last_are_kept() -> None:
    documents = Documents(SCHEMA)
    first, second = (documents.operation(padded(name), None) for name in ("First", "Second"))
    for number in range(CACHE_CHARACTERS // MAX_CACHED_CHARACTERS - 1):
        documents.operation(padded(f"Q{number}"), None)
        assert documents.operation(padded("First"), None) is first
    assert documents.operation(padded("Second"), None) is not second


def test_a_long_document_is_not_kept() -> None:
    documents = Documents(SCHEMA)
    long = padded("Long", MAX_CACHED_CHARACTERS + 1)
    assert documents.operation(long, None) is not documents.operation(long, None)


def test_a_document_that_is_wrong_is_wrong_again() -> None:
    documents = Documents(SCHEMA)
    for _ in range(2):
        with pytest.raises(InvalidDocumentError):
            documents.operation("{ b }", None)


@contextmanager
def without_collector() -> Generator[None]:
    """Free nothing meanwhile but what no cycle holds."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize("text", ["{ a ", '{ a(b: "', "{ a } #" + "#\n" * 1_001, "{a" * 5_000])
def test_a_document_that_cannot_be_parsed_leaves_nothing_to_collect(text: str) -> None:
    documents = Documents(SCHEMA)
    with without_collector():
        before = tokens()
        with pytest.raises(InvalidDocumentError):
            documents.operation(text, None)
        assert tokens() == before


def tokens() -> int:
    return sum(isinstance(each, Token) for each in gc.get_objects())


async def test_a_document_that_was_executed_is_freed_when_it_is_dropped(db: str) -> None:
    assert db
    engine = Engine(schema)
    texts = (
        "{ campaigns { nodes { id title candidates(first: 1) { nodes { status } } } } }",
        "{ a: campaigns { totalCount } b: campaigns { totalCount } }",
        "{ campaigns(first: 1000) { totalCount } }",
    )
    for text in texts:
        params = Params(text, {}, None)
        operation = engine.operation(params)
        await engine.execute(operation, params, Context(caller=STAFF))
        node = weakref.ref(operation.node)
        with without_collector():  # what validation left is collected before
            for number in range(CACHE_CHARACTERS // MAX_CACHED_CHARACTERS):
                other = padded(f"Q{number}").replace("a", "__typename")
                engine.operation(Params(other[:MAX_CACHED_CHARACTERS], {}, None))
            del operation
            assert node() is None, text


def test_nothing_is_kept_of_somebody_without_a_token() -> None:
    documents = Documents(SCHEMA)
    found = documents.public(documents.find("{ __typename }", None, is_known=False), is_known=False)
    assert found.is_validated
    again = documents.public(documents.find("{ __typename }", None, is_known=False), is_known=False)
    assert again.document is not found.document
    assert documents.operation("{ __typename }", None).document is not again.document


@pytest.mark.parametrize(
    "text", ["{ nothing }", "{ __typename nothing }", "{ ...A } fragment A on No { no ...A }"]
)
def test_without_a_token_what_needs_one_is_refused_before_it_is_validated(text: str) -> None:
    documents = Documents(SCHEMA)
    operation = documents.find(text, None, is_known=False)
    assert not operation.is_validated
    with pytest.raises(RequestError, match="needs a token"):
        documents.public(operation, is_known=False)


@pytest.mark.parametrize("text", ["{ ...No }", "{ ...A } fragment A on Query { ...A }"])
async def test_without_a_token_a_document_that_asks_for_nothing_is_validated(text: str) -> None:
    engine, params = Engine(schema), Params(text, {}, None)
    operation = engine.operation(params, is_known=False)
    with pytest.raises(RefusedError) as refused:
        await engine.execute(operation, params, Context(caller=None))
    codes = {(error.extensions or {})["code"] for error in refused.value.errors}
    assert codes == {"GRAPHQL_VALIDATION_FAILED"}


async def test_the_introspection_of_every_tool_is_short_enough_to_need_no_token() -> None:
    engine = Engine(schema)
    params = Params(get_introspection_query(**ALL_OPTIONS), {}, None)
    assert len(params.query) < MAX_PUBLIC_CHARACTERS / 2
    operation = engine.operation(params, is_known=False)
    response = await engine.execute(operation, params, Context(caller=None))
    assert b'"errors"' not in response.body


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }" + " " * MAX_PUBLIC_CHARACTERS,
        "{" + "a:__typename " * (MAX_PUBLIC_TOKENS // 3) + "}",
    ],
)
def test_without_a_token_a_document_is_short(text: str) -> None:
    documents = Documents(SCHEMA)
    with pytest.raises(RequestError, match="needs a token"):
        documents.public(documents.find(text, None, is_known=False), is_known=False)
    assert documents.operation(text, None)


def test_a_document_has_so_many_operations_at_most() -> None:
    documents = Documents(SCHEMA)
    some = [f"query Q{number} {{ a }}" for number in range(MAX_OPERATIONS)]
    assert documents.operation(" ".join(some), "Q0")
    with pytest.raises(RequestError, match="at most 50 operations"):
        documents.operation(" ".join([*some, "query Q { a }"]), "Q")
