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
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_argument_values,
    print_ast,
)
from strawberry import Info

from execution.inputs import keywords_maker
from projection.internals import (
    Executor,
    Path,
    definition_of,
    metadata_of,
    method_of,
    python_name,
)
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
    executor: Executor | None = None
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
    if definition is None or node.directives or not metadata_of(definition).get(FINISHED):
        return None
    reads = operation.operation is OperationType.QUERY
    return RootCall(
        key=(node.alias or node.name).value,
        node=node,
        definition=definition,
        parent=parent,
        resolve=(_reading if reads else _writing)(definition),
        arguments=(
            None
            if any("$" in print_ast(argument) for argument in node.arguments or ())
            else get_argument_values(definition, node)
        ),
    )


def _reading(definition: GraphQLField) -> Resolve:
    """Without Strawberry's conversion of arguments: a query's method takes them from the info."""
    method, field = method_of(definition), definition_of(definition)
    names = {name: python_name(argument) for name, argument in definition.args.items()}

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        given = {names[name]: value for name, value in arguments.items()}
        return method(None, Info(info, field), **given)

    return resolve


def _writing(definition: GraphQLField) -> Resolve:
    """With the objects that a mutation takes made by `execution/inputs.py`."""
    method, field = method_of(definition), definition_of(definition)
    keywords = keywords_maker(definition.args)

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        return method(Info(info, field), **keywords(arguments))

    return resolve


async def call(executor: Executor, root: RootCall) -> ExecutionResult:
    """The result, with the errors that execution would tell."""
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
