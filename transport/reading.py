"""Queries of one root field, whose method gives the finished value: it is called directly.

That spares such a request, which most are, everything that graphql-core and Strawberry do to call
a method and to complete what it gives: as much time as all the rest of a small one.
"""

from collections.abc import Awaitable, Callable, Mapping
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
    print_ast,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry import Info
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.fields import FINISHED

_STRAWBERRY = GraphQLCoreConverter.DEFINITION_BACKREF


@dataclass(slots=True)
class RootRead:
    """The one root field of a query."""

    key: str
    "Its response key."
    node: FieldNode
    definition: GraphQLField
    parent: GraphQLObjectType
    field: Any
    "Strawberry's."
    method: Callable[..., Awaitable[Any]]
    "Called with the (missing) root object, the info and the arguments."
    names: Mapping[str, str]
    "The method's names of the arguments."
    arguments: dict[str, Any] | None
    "By their names in GraphQL; None where variables are among them."
    executor: Any = None
    "Executes nothing: those of requests are made after it. None before the first one."


def root_read(schema: GraphQLSchema, operation: OperationDefinitionNode) -> RootRead | None:
    """The one root field of an operation; None where it has another form, or has directives."""
    selections = operation.selection_set.selections
    parent = schema.query_type
    if operation.operation is not OperationType.QUERY or operation.directives or parent is None:
        return None
    if len(selections) != 1 or not isinstance(node := selections[0], FieldNode):
        return None
    definition = parent.fields.get(node.name.value)
    if definition is None or node.directives:
        return None
    field: Any = definition.extensions.get(_STRAWBERRY)
    if field is None or not field.metadata.get(FINISHED):
        return None
    return RootRead(
        key=(node.alias or node.name).value,
        node=node,
        definition=definition,
        parent=parent,
        field=field,
        method=field.base_resolver.wrapped_func,
        names={
            name: argument.extensions[_STRAWBERRY].python_name
            for name, argument in definition.args.items()
        },
        arguments=(
            None
            if any("$" in print_ast(argument) for argument in node.arguments or ())
            else get_argument_values(definition, node)
        ),
    )


async def read(executor: Any, root: RootRead) -> ExecutionResult | None:
    """The result; None where something went wrong, of which only execution can tell."""
    path = Path(None, root.key, root.parent.name)
    raw = executor.build_resolve_info(root.definition, [root.node], root.parent, path)
    try:
        if root.arguments is not None:
            raw.arguments = root.arguments
        given: dict[str, Any] = raw.arguments
        arguments = {root.names[name]: value for name, value in given.items()}
        completed = await root.method(None, Info(raw, root.field), **arguments)
    except Exception:  # noqa: BLE001  # it comes again
        return None
    return ExecutionResult({root.key: completed.value}, executor.collected_errors.errors)
