"""Influencers, also called creators, and the filter on them."""

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


@strawberry.input
class InfluencerConditions:
    """The conditions that every filter on influencers has."""

    search: str | None = strawberry.field(
        description=(
            "Only influencers whose name and handles of connected accounts contain each word of "
            "this text, in any order and script and without regard to case, width or an `@` before "
            "a word. At most 200 characters."
        )
    )
    countries: list[str] | None = strawberry.field(
        description=(
            "Only influencers in one of these countries (ISO 3166-1 alpha-2 codes, such as `JP`, "
            "or `XK` for Kosovo)."
        )
    )
    categories: list[str] | None = strawberry.field(
        description=(
            "Only influencers with at least one of these categories, without regard to case and "
            "width."
        )
    )
    platforms: list[Platform] | None = strawberry.field(
        description="Only influencers with a connected account on at least one of these platforms."
    )
    followers_min: int | None = strawberry.field(
        description="Only influencers with at least this number of followers."
    )
    followers_max: int | None = strawberry.field(
        description="Only influencers with at most this number of followers."
    )


@strawberry.input(
    description=(
        "A filter on influencers. All given conditions must hold; null and an empty list are no "
        "condition. With `platforms`, bounds on followers mean one connected account on one of "
        "these platforms; without, the influencer's largest connected account."
    )
)
class InfluencerFilter(InfluencerConditions):
    external_ids: list[str] | None = strawberry.field(
        description=(
            "Only influencers with one of these ids in the agency's own database. At most 1,000."
        )
    )


@strawberry.input
class TabFilter(InfluencerConditions):
    """The conditions that the filter of every tab of a campaign has."""

    influencer_ids: list[strawberry.ID] | None = strawberry.field(
        description=(
            "Only rows of these influencers, by their global ids. At most 1,000; an id that is "
            "nobody's finds no row."
        )
    )


@strawberry.type(
    description=(
        "A person who can take part in campaigns, also called creator. Staff see all influencers; "
        "advertisers see those with a participation in their campaigns; influencers see "
        "themselves."
    )
)
class Influencer(Node):
    external_id: str | None = strawberry.field(
        description=(
            "The influencer's id in the agency's own database. For staff, services and the "
            "influencer; null for others."
        )
    )
    name: str = strawberry.field(
        description=(
            "The influencer's display name. `Erased` once the influencer's data have been erased."
        )
    )
    country: str | None = strawberry.field(
        description=(
            "The influencer's country, an ISO 3166-1 alpha-2 code such as `JP`, or `XK` for "
            "Kosovo. Null if it is unknown, which fails every country rule."
        )
    )
    categories: list[str] = strawberry.field(
        description="The categories that the influencer posts about."
    )
    avatar_url: URL | None = strawberry.field(
        description="The URL of the influencer's picture. Null if there is none."
    )
    followers: int = strawberry.field(
        description=(
            "The number of followers of the influencer's largest connected account; 0 without one."
        )
    )
    email: str | None = strawberry.field(
        description=(
            "The influencer's email address, which is personal data. For staff, services and "
            "the influencer; null for others, and if it is unknown."
        )
    )

    @projected
    def accounts(
        self,
        include_disconnected: Annotated[
            bool | None,
            strawberry.argument(
                description="Whether the list includes accounts that are disconnected."
            ),
        ] = False,
    ) -> list[SocialAccount]:
        """The influencer's accounts, most followers first."""
        ...

    @projected
    def participations(
        self,
        filter: Annotated[
            Annotated["ParticipationFilter", strawberry.lazy("schema.participation")] | None,
            strawberry.argument(description="A filter on the participations. Left out: all."),
        ] = UNSET,
        order_by: Annotated[
            ParticipationOrder | None,
            strawberry.argument(description="The order of the participations."),
        ] = ParticipationOrder.UPDATED_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Annotated["Participation", strawberry.lazy("schema.participation")]] | None:
        """The influencer's participations, removed ones included.

        Advertisers see those in their own campaigns.
        """
        ...
