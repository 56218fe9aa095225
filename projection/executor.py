"""graphql-core's executor, taught to take a finished value as it is."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import CollectedErrors
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema import (
    StrawberryGraphQLCoreExecutionContext,
    _OperationContextAwareGraphQLResolveInfo,  # pyright: ignore[reportPrivateUsage]
)

from projection.types import type_of

DRY_RUN = "dryRun"


@dataclass(slots=True)
class Completed:
    """A value that is finished for its selection: nothing below it is resolved or checked again."""

    value: Any


class ProjectingInfo(_OperationContextAwareGraphQLResolveInfo):
    """What a resolver is told, with the executor that asks: it knows the selection."""

    executor: "JoineryExecutionContext"

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The field's arguments, by their names in GraphQL."""
        definition = self.parent_type.fields[self.field_name]
        return get_argument_values(definition, self.field_nodes[0], self.executor.variable_values)


class JoineryExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Takes `Completed` values, shows itself to resolvers, and notices `@dryRun`."""

    @cached_property
    def plans(self) -> dict[Any, Any]:
        """The plans of its document. Whoever keeps the document sets this, to keep them too."""
        return {}

    def for_call(self, context_value: Any, variable_values: VariableValues) -> Self:
        """One for another request of this operation, whose root field is called without it.

        It costs a fraction of a new one, and is part of no cycle that the garbage collector would
        have to find. But it must not execute: what that would change is shared.
        """
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.context_value = context_value
        made.variable_values = variable_values
        made.collected_errors = CollectedErrors()
        made._relevant_sub_fields = {}  # what it finds depends on the variables
        return made

    def execute_operation(self, serially: bool | None = None) -> Any:
        """Execute the operation, after telling the request's context whether it is a dry run."""
        directives = self.operation.directives or ()
        if any(directive.name.value == DRY_RUN for directive in directives):
            self.context_value.dry_run = True
        return super().execute_operation(serially)

    def build_resolve_info(
        self,
        field_def: GraphQLField,
        field_nodes: list[FieldNode],
        parent_type: GraphQLObjectType,
        path: Path,
    ) -> Any:
        """The info, with this executor on it."""
        info = ProjectingInfo(
            field_nodes[0].name.value,
            field_nodes,
            type_of(field_def),
            parent_type,
            path,
            self.schema,
            self.fragment_definitions,
            self.root_value,
            self.operation,
            self.variable_values.coerced,
            self.context_value,
            cast("Any", self).is_awaitable,
            self.abort_signal,
            self.async_helpers,
            self.operation_extensions,
        )
        info.executor = self
        return info

    def complete_value(
        self,
        return_type: Any,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The value of a field: a `Completed` one's as it is, any other as graphql-core does it."""
        if isinstance(result, Completed):
            return result.value
        complete: Any = super().complete_value  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return complete(return_type, field_details_list, info, path, result, position_context)
