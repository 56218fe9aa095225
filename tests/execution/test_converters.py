"""What a mutation that is called directly takes is what Strawberry would have made of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, is_required_input_field
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_argument

from execution.documents import converter
from projection.internals import (
    core_schema,
    definition_of,
    is_list,
    is_non_null,
    named_type,
    type_of,
)
from schema import schema

_MUTATION = core_schema(schema).mutation_type
MUTATIONS: dict[str, Any] = _MUTATION.fields if _MUTATION else {}
VALUES: dict[str, object] = {
    "Int": 7,
    "Boolean": False,
    "DateTime": datetime(2026, 11, 27, tzinfo=UTC),
}


def example(given: Any, *, fully: bool) -> Any:
    """A value as graphql-core would have read it; with all that may be left out, or without."""
    kind = given.of_type if is_non_null(given) else given
    if is_list(kind):
        return [example(kind.of_type, fully=fully)] * 2
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: example(type_of(field), fully=fully)
            for name, field in kind.fields.items()
            if fully or is_required_input_field(field)
        }
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values.values())).value
    return VALUES.get(kind.name, "text")


def nulls(kind: GraphQLInputObjectType) -> dict[str, Any]:
    """A value with null in each field that may be null."""
    kinds = {name: type_of(field) for name, field in kind.fields.items()}
    return {
        name: example(kind, fully=True) if is_non_null(kind) else None
        for name, kind in kinds.items()
    }


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_input_is_made_as_strawberry_makes_it(name: str):
    argument = MUTATIONS[name].args["input"]
    convert = converter(type_of(argument))
    assert convert is not None
    registry: Any = schema.schema_converter.scalar_registry
    kind = named_type(type_of(argument))
    for value in (example(kind, fully=True), example(kind, fully=False), nulls(kind)):
        theirs = convert_argument(value, definition_of(argument).type, registry, StrawberryConfig())
        assert convert(value) == theirs
        assert type(convert(value)) is type(theirs)
