"""Influencers ("creators"), and how to find them."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from schema.account import SocialAccount
from schema.connection import Connection
from schema.enums import ParticipationOrder, Platform
from schema.fields import After, Before, First, Last, projected
from schema.node import Node
from schema.scalars import URL

if TYPE_CHECKING:
    from schema.participation import Participation, ParticipationFilter


@strawberry.input(
    description=(
        "Which influencers. All that is given must hold; an empty list or null is as left out. "
        "Followers together with platforms mean one connected account that fits both, without "
        "platforms the largest connected account."
    )
)
class InfluencerFilter:
    search: str | None = strawberry.field(
        description=(
            "Any part of the name or of a handle, whatever the case or width, in every script."
        )
    )
    countries: list[str] | None = strawberry.field(
        description="In one of these countries (ISO 3166-1 alpha-2, such as `JP`)."
    )
    categories: list[str] | None = strawberry.field(
        description="With at least one of these categories, whatever the case or width."
    )
    platforms: list[Platform] | None = strawberry.field(
        description="With a connected account on at least one of these platforms."
    )
    followers_min: int | None = strawberry.field(description="With at least so many followers.")
    followers_max: int | None = strawberry.field(description="With at most so many followers.")


@strawberry.type(
    description=(
        "Someone who may take part in campaigns. Staff see all, advertisers those with a "
        "participation in their campaigns, influencers themselves."
    )
)
class Influencer(Node):
    external_id: str | None = strawberry.field(
        description=(
            "Their id in the agency's own database. Staff, and the influencer; null for others."
        )
    )
    name: str = strawberry.field(
        description='Display name. Reads "Erased" once their data are erased.'
    )
    country: str | None = strawberry.field(
        description=(
            "ISO 3166-1 alpha-2, such as `JP`. Null where unknown, which fails every country rule."
        )
    )
    categories: list[str] = strawberry.field(description="What they post about.")
    avatar_url: URL | None = strawberry.field(description="Their picture. Null without one.")
    followers: int = strawberry.field(
        description="Followers of the largest connected account; 0 without one."
    )
    email: str | None = strawberry.field(
        description="Personal data: staff, and the influencer; null for others, and where unknown."
    )

    @projected
    def accounts(
        self,
        include_disconnected: Annotated[
            bool,
            strawberry.argument(
                description="Whether to give accounts too that are disconnected by now."
            ),
        ] = False,
    ) -> list[SocialAccount]:
        """Their accounts, most followers first."""
        ...

    @projected
    def participations(
        self,
        filter: Annotated[
            Annotated["ParticipationFilter", strawberry.lazy("schema.participation")] | None,
            strawberry.argument(description="Which of them. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            ParticipationOrder, strawberry.argument(description="How they are ordered.")
        ] = ParticipationOrder.UPDATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Annotated["Participation", strawberry.lazy("schema.participation")]]:
        """What they take or took part in, removed ones too; for an advertiser: in theirs."""
        ...
