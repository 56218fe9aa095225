"""The GraphQL schema: one file a noun, and in `mutations/` one file a mutation."""

from collections.abc import Iterable

import strawberry
from graphql import DirectiveLocation, GraphQLDirective
from graphql.utilities.print_schema import print_schema_definition
from strawberry.schema.config import StrawberryConfig

from projection.executor import JoineryExecutionContext
from schema.description import DESCRIPTION
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS

__all__ = ["schema"]

DRY_RUN = GraphQLDirective(
    name="dryRun",
    locations=[DirectiveLocation.MUTATION],
    description=(
        "Tries the mutation out: runs it to the end, answers as if it had been done, and rolls it "
        "back. No change, no event, no notification. Each field of the operation is tried by "
        "itself, without the changes of the fields before it, such as places taken. The header "
        "`Idempotency-Key` is ignored."
    ),
)


class _Schema(strawberry.Schema):
    """Strawberry's, with `@dryRun` and a description.

    The executor looks for `@dryRun` on the operation. As a directive of Strawberry's own it would
    cost every field of every request a look. For a description Strawberry has no option.
    """

    def describe(self, description: str) -> None:
        """Give the schema its description."""
        self._schema.description = description

    def as_str(self) -> str:
        """Return the schema in SDL, with the description, which Strawberry does not print."""
        return f"{print_schema_definition(self._schema)}\n\n{super().as_str()}"

    def _collect_graphql_directives(
        self, schema_directive_types: Iterable[type]
    ) -> tuple[GraphQLDirective, ...]:
        return (*super()._collect_graphql_directives(schema_directive_types), DRY_RUN)


schema = _Schema(
    query=Query,
    mutation=Mutation,
    execution_context_class=JoineryExecutionContext,
    config=StrawberryConfig(scalar_map=SCALARS),
)
schema.describe(DESCRIPTION)
