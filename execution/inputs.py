"""The objects that a mutation takes, made by functions that are prepared once.

Strawberry makes the same ones, but looks up each field's name, type and default in every request.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from projection.internals import has_default, input_class, python_name

Make = Callable[[Any], Any]
"""Makes what a method takes of a value that graphql-core has read, and that is not null."""


def maker(given: Any) -> Make | None:
    """What makes the values of this input type; None where they are taken as they are."""
    kind = _inside(given, GraphQLNonNull) or given
    if (item := _inside(kind, GraphQLList)) is not None:
        make = maker(item)
        return None if make is None else _list_maker(make)
    return _object_maker(kind) if isinstance(kind, GraphQLInputObjectType) else None


def keywords_maker(fields: Mapping[str, Any]) -> Make:
    """What makes keyword arguments, by Python's names, of arguments or of an object's fields."""
    known = {name: (python_name(field), maker(field.type)) for name, field in fields.items()}

    def make(given: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in given.items():
            keyword, item = known[name]
            made[keyword] = value if item is None or value is None else item(value)
        return made

    return make


def _inside(kind: Any, wrapper: type[Any]) -> Any:
    return kind.of_type if isinstance(kind, wrapper) else None


def _list_maker(item: Make) -> Make:
    def make(values: list[Any]) -> list[Any]:
        return [None if value is None else item(value) for value in values]

    return make


def _object_maker(kind: GraphQLInputObjectType) -> Make:
    origin = input_class(kind)
    keywords = keywords_maker(kind.fields)
    nulls = {python_name(field): None for field in kind.fields.values() if not has_default(field)}

    def make(given: dict[str, Any]) -> Any:
        return origin(**{**nulls, **keywords(given)})

    return make
