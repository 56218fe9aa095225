"""graphql-core's executor, taught to take a finished value as it is."""

from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.schema.schema import (
    StrawberryGraphQLCoreExecutionContext,
    _OperationContextAwareGraphQLResolveInfo,  # pyright: ignore[reportPrivateUsage]
)

DRY_RUN = "dryRun"


@dataclass(frozen=True, slots=True)
class Completed:
    """A value that is finished for its selection: nothing below it is resolved or checked again."""

    value: Any


class ProjectingInfo(_OperationContextAwareGraphQLResolveInfo):
    """What a resolver is told, with the executor that asks: it knows the selection."""

    executor: "JoineryExecutionContext"


class JoineryExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Takes `Completed` values, shows itself to resolvers, and notices `@dryRun`."""

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
        build: Any = super().build_resolve_info  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        plain: tuple[Any, ...] = build(field_def, field_nodes, parent_type, path)
        info = ProjectingInfo(*plain)
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
