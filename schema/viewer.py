"""Who the caller is."""

import strawberry

from schema.enums import Role
from schema.influencer import Influencer


@strawberry.type(description="The caller, as their token says.")
class Viewer:
    role: Role = strawberry.field(description="What they act as.")
    name: str | None = strawberry.field(
        description="Their name as the token says. Null where it does not."
    )
    influencer: Influencer | None = strawberry.field(
        description="The influencer that they are. Null for staff and advertisers."
    )
    advertiser_id: str | None = strawberry.field(
        description=(
            "The advertiser that they act for: they see the campaigns with this `advertiserId`. "
            "Null for staff and influencers."
        )
    )
