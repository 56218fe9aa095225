"""Operations with one root field, whose method is called directly: most operations are.

graphql-core and Strawberry take as long to find the method, convert its arguments and complete
its value as all the rest of a small request takes; the value is finished already.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_argument_values,
    print_ast,
)
from strawberry import Info

from projection.internals import (
    Executor,
    Path,
    definition_of,
    has_default,
    input_class,
    metadata_of,
    method_of,
    python_name,
)
from schema.fields import FINISHED

Resolve = Callable[[Any, dict[str, Any]], Awaitable[Any]]
"""`resolve(info, arguments)`, both as graphql-core makes them."""
Converter = Callable[[Any], Any]
"""Converts a value that graphql-core has coerced, and that is not null, to what a method takes."""


@dataclass(slots=True)
class RootCall:
    """The one root field of an operation."""

    key: str
    "Its response key."
    node: FieldNode
    definition: GraphQLField
    parent: GraphQLObjectType
    resolve: Resolve
    arguments: dict[str, Any] | None
    "By their names in GraphQL; None where variables are among them."
    executor: Executor | None = None
    "The executor that those of requests are copied from; None before the first request."


def root_call(schema: GraphQLSchema, operation: OperationDefinitionNode) -> RootCall | None:
    """Return the call of an operation's only root field; None where it must be executed."""
    selections = operation.selection_set.selections
    parent = schema.get_root_type(operation.operation)
    if operation.directives or parent is None:
        return None
    if len(selections) != 1 or not isinstance(node := selections[0], FieldNode):
        return None
    definition = parent.fields.get(node.name.value)
    if definition is None or node.directives or not metadata_of(definition).get(FINISHED):
        return None
    reads = operation.operation is OperationType.QUERY
    return RootCall(
        key=(node.alias or node.name).value,
        node=node,
        definition=definition,
        parent=parent,
        resolve=(_query if reads else _mutation)(definition),
        arguments=(
            None
            if any("$" in print_ast(argument) for argument in node.arguments or ())
            else get_argument_values(definition, node)
        ),
    )


async def call(executor: Executor, root: RootCall) -> ExecutionResult:
    """Return the result, with the errors that executing the operation would give."""
    path = Path(None, root.key, root.parent.name)
    info = executor.build_resolve_info(root.definition, [root.node], root.parent, path)
    try:
        if root.arguments is not None:
            info.arguments = root.arguments
        completed = await root.resolve(info, info.arguments)
    except Exception as error:  # noqa: BLE001
        data = {root.key: None} if executor.fail(error, root.definition, root.node, path) else None
    else:
        data = {root.key: completed.value}
    return ExecutionResult(data, executor.collected_errors.errors)


def _query(definition: GraphQLField) -> Resolve:
    """Return a call with arguments as graphql-core coerced them: an input object is a dict."""
    method, field = method_of(definition), definition_of(definition)
    names = {name: python_name(argument) for name, argument in definition.args.items()}

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        given = {names[name]: value for name, value in arguments.items()}
        return method(None, Info(info, field), **given)

    return resolve


def _mutation(definition: GraphQLField) -> Resolve:
    """Return a call with arguments converted: an input object is one of Strawberry's classes."""
    method, field = method_of(definition), definition_of(definition)
    keywords = _keywords_converter(definition.args)

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        return method(Info(info, field), **keywords(arguments))

    return resolve


# Converters do what Strawberry does, without looking up names, types and defaults in each request.


def converter(given: Any) -> Converter | None:
    """Return the converter of an input type; None where its values need no conversion."""
    input_type = unwrap(given, GraphQLNonNull) or given
    if (item_type := unwrap(input_type, GraphQLList)) is not None:
        item = converter(item_type)
        return None if item is None else _list_converter(item)
    is_object = isinstance(input_type, GraphQLInputObjectType)
    return _object_converter(input_type) if is_object else None


def unwrap(graphql_type: Any, wrapper: type[Any]) -> Any:
    """Return the type in a wrapper, a list or a non-null; None where it is not wrapped so."""
    return graphql_type.of_type if isinstance(graphql_type, wrapper) else None


def _keywords_converter(fields: Mapping[str, Any]) -> Converter:
    """Return the converter of arguments, or of an object's fields, to keyword arguments."""
    known = {name: (python_name(field), converter(field.type)) for name, field in fields.items()}

    def convert(given: dict[str, Any]) -> dict[str, Any]:
        keywords: dict[str, Any] = {}
        for name, value in given.items():
            keyword, item = known[name]
            keywords[keyword] = value if item is None or value is None else item(value)
        return keywords

    return convert


def _list_converter(item: Converter) -> Converter:
    def convert(values: list[Any]) -> list[Any]:
        return [None if value is None else item(value) for value in values]

    return convert


def _object_converter(input_type: GraphQLInputObjectType) -> Converter:
    make = input_class(input_type)
    keywords = _keywords_converter(input_type.fields)
    nulls = {
        python_name(field): None for field in input_type.fields.values() if not has_default(field)
    }

    def convert(given: dict[str, Any]) -> Any:
        return make(**{**nulls, **keywords(given)})

    return convert
