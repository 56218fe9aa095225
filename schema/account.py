"""An influencer's account on a social platform."""

from datetime import datetime

import strawberry

from schema.enums import Platform
from schema.node import Node


@strawberry.type(
    description=(
        "An influencer's account on a social platform. An account is *relevant* to a campaign "
        "while it is connected and on one of the campaign's platforms. A relevant account "
        "*qualifies* if its followers are in the campaign's range (bounds included), or if staff "
        "have set the influencer's availability to `AVAILABLE`. Staff see all accounts; "
        "advertisers see those of influencers with a participation in their campaigns; "
        "influencers see their own."
    )
)
class SocialAccount(Node):
    platform: Platform = strawberry.field(description="The account's platform.")
    external_id: str | None = strawberry.field(
        description=(
            "The account's id on its platform. For staff, services and the account's influencer; "
            "null for others."
        )
    )
    handle: str = strawberry.field(
        description="The account's name on its platform, as the platform shows it."
    )
    followers: int = strawberry.field(
        description=(
            "The account's number of followers when it was last connected, or updated by "
            "`upsertInfluencers`."
        )
    )
    connected_at: datetime = strawberry.field(
        description="The time when the account was connected, the last time if several times."
    )
    disconnected_at: datetime | None = strawberry.field(
        description=(
            "The time when the account was disconnected. Null while the account is connected."
        )
    )
