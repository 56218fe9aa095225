"""Operations of one root field, whose method gives the finished value: it is called directly.

That spares such an operation, which most are, everything that graphql-core and Strawberry do
around a method and to complete what it gives: as much time as all the rest of a small one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    print_ast,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry import Info

from execution.inputs import STRAWBERRY, keywords_maker
from schema.fields import FINISHED

Resolve = Callable[[Any, dict[str, Any]], Awaitable[Any]]
"""`resolve(info, arguments)`, both as graphql-core has them."""


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
    executor: Any = None
    "Executes nothing: those of requests are made after it. None before the first one."


def root_call(schema: GraphQLSchema, operation: OperationDefinitionNode) -> RootCall | None:
    """The one root field of an operation; None where it has another form, or has directives."""
    selections = operation.selection_set.selections
    parent = schema.get_root_type(operation.operation)
    if operation.directives or parent is None:
        return None
    if len(selections) != 1 or not isinstance(node := selections[0], FieldNode):
        return None
    definition = parent.fields.get(node.name.value)
    if definition is None or node.directives:
        return None
    field: Any = definition.extensions.get(STRAWBERRY)
    if field is None or not field.metadata.get(FINISHED):
        return None
    reads = operation.operation is OperationType.QUERY
    return RootCall(
        key=(node.alias or node.name).value,
        node=node,
        definition=definition,
        parent=parent,
        resolve=(_reading if reads else _writing)(definition, field),
        arguments=(
            None
            if any("$" in print_ast(argument) for argument in node.arguments or ())
            else get_argument_values(definition, node)
        ),
    )


def _reading(definition: GraphQLField, field: Any) -> Resolve:
    """Without Strawberry's conversion of arguments: a query's method takes them from the info."""
    method = field.base_resolver.wrapped_func
    names = {
        name: argument.extensions[STRAWBERRY].python_name
        for name, argument in definition.args.items()
    }

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        given = {names[name]: value for name, value in arguments.items()}
        return method(None, Info(info, field), **given)

    return resolve


def _writing(definition: GraphQLField, field: Any) -> Resolve:
    """With the objects that a mutation takes made by `execution/inputs.py`."""
    method = field.base_resolver.wrapped_func
    keywords = keywords_maker(definition.args)

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        return method(Info(info, field), **keywords(arguments))

    return resolve


async def call(executor: Any, root: RootCall) -> ExecutionResult:
    """The result, with the errors that execution would tell."""
    path = Path(None, root.key, root.parent.name)
    info = executor.build_resolve_info(root.definition, [root.node], root.parent, path)
    try:
        if root.arguments is not None:
            info.arguments = root.arguments
        completed = await root.resolve(info, info.arguments)
    except Exception as error:  # noqa: BLE001
        data = _without(executor, root, path, error)
    else:
        data = {root.key: completed.value}
    return ExecutionResult(data, executor.collected_errors.errors)


def _without(executor: Any, root: RootCall, path: Path, error: Exception) -> dict[str, Any] | None:
    """The data without the field that failed: null, or nothing where it cannot be null."""
    definition: Any = root.definition
    try:
        executor.handle_field_error(error, definition.type, [FieldDetails(root.node, None)], path)
    except GraphQLError as located:
        executor.collected_errors.add(located, None)
        return None
    return {root.key: None}
