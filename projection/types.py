"""GraphQL types without their wrappers. graphql-core's generic types defy checking, hence `Any`."""

from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType


def type_of(definition: Any) -> Any:
    """The type of a field's definition."""
    return definition.type


def type_given(info: Any) -> Any:
    """The type that a field which is being resolved gives."""
    return info.return_type


def named_type(graphql_type: Any) -> Any:
    """The type inside lists and non-nulls."""
    while hasattr(graphql_type, "of_type"):
        graphql_type = graphql_type.of_type
    return graphql_type


def object_type(graphql_type: Any) -> GraphQLObjectType:
    """The object type inside lists and non-nulls."""
    named = named_type(graphql_type)
    assert isinstance(named, GraphQLObjectType)
    return named


def is_list(graphql_type: Any) -> bool:
    """Whether a field gives a list."""
    inner = graphql_type.of_type if is_non_null(graphql_type) else graphql_type
    return type(inner) is GraphQLList


def is_non_null(graphql_type: Any) -> bool:
    """Whether a field always gives something."""
    return type(graphql_type) is GraphQLNonNull
