"""The GraphQL schema: one file a noun, and in `mutations/` one file a mutation."""

from strawberry.schema.config import StrawberryConfig

from projection.check import check_shapes
from projection.internals import Schema, core_schema
from resolvers.shapes import SHAPES
from schema.description import DESCRIPTION
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription

__all__ = ["schema"]


class _Schema(Schema):
    description = DESCRIPTION


schema = _Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
)
check_shapes(core_schema(schema), SHAPES)
