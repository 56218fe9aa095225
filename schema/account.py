"""An influencer's account on a social platform."""

from datetime import datetime

import strawberry

from schema.enums import Platform
from schema.node import Node


@strawberry.type(
    description=(
        "An influencer's account on a social platform. It is *relevant* to a campaign while it is "
        "connected and on one of the campaign's platforms, and *qualifies* when its followers are "
        "in the campaign's range too."
    )
)
class SocialAccount(Node):
    platform: Platform = strawberry.field(description="The platform it is on.")
    external_id: str | None = strawberry.field(
        description="The platform's own id of it. Staff, and the influencer; null for others."
    )
    handle: str = strawberry.field(
        description="Its name on the platform, as the platform shows it."
    )
    followers: int = strawberry.field(
        description="How many followers it had when it was last connected or brought in step."
    )
    connected_at: datetime = strawberry.field(
        description="When it was connected, the last time if more than once."
    )
    disconnected_at: datetime | None = strawberry.field(
        description="When it was disconnected; null while it is connected."
    )
