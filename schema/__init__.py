"""The GraphQL schema: one file a noun, and in `mutations/` one file a mutation."""

from graphql import DirectiveLocation, GraphQLDirective
from strawberry.schema.config import StrawberryConfig

from projection.check import check_shapes
from projection.internals import Schema, core_schema
from resolvers.shapes import SHAPES
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


class _Schema(Schema):
    description = DESCRIPTION
    operation_directives = (DRY_RUN,)


schema = _Schema(
    query=Query,
    mutation=Mutation,
    config=StrawberryConfig(scalar_map=SCALARS),
)
check_shapes(core_schema(schema), SHAPES)
