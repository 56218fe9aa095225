"""The caller."""

import strawberry

from schema.enums import Role
from schema.influencer import Influencer


@strawberry.type(description="The caller, as the token of the request names them.")
class Viewer:
    id: strawberry.ID = strawberry.field(
        description=(
            "The caller's id, for caches: one for each role, `sub` and `advertiser` of a token. "
            "Opaque. `node` does not take it."
        )
    )
    role: Role = strawberry.field(description="The caller's role.")
    name: str | None = strawberry.field(
        description="The caller's name, from the token. Null if the token has none."
    )
    influencer: Influencer | None = strawberry.field(
        description="The calling influencer. Null for other roles."
    )
    advertiser_id: str | None = strawberry.field(
        description=(
            "The advertiser that the caller acts for, who sees the campaigns with this "
            "`advertiserId`. Null for other roles."
        )
    )
