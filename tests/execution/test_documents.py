"""Documents are read once, and only so many are kept."""

import pytest
from graphql import build_schema

from execution.documents import (
    CACHE_CHARACTERS,
    MAX_CACHED_CHARACTERS,
    Documents,
    InvalidDocumentError,
)

SCHEMA = build_schema("type Query { a: Int }")


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
