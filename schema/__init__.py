"""What clients see: types, inputs, enums and payloads, one file a noun; `schema` is all of them."""

from collections.abc import Iterable

import strawberry
from graphql import DirectiveLocation, GraphQLDirective
from strawberry.schema.config import StrawberryConfig

from projection.executor import JoineryExecutionContext
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS

__all__ = ["schema"]

DRY_RUN = GraphQLDirective(
    name="dryRun",
    locations=[DirectiveLocation.MUTATION],
    description=(
        "Runs the operation to the end, answers as it would be, and rolls it back: no change, no "
        "event, no notification. Of several fields each is tried by itself: it does not see what "
        "those before it would have changed, such as places taken. An `Idempotency-Key` is ignored."
    ),
)


class _Schema(strawberry.Schema):
    """Strawberry's, with `@dryRun`.

    The executor looks for it on the operation. As a directive of Strawberry's own it would cost
    every field of every request a look.
    """

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
