"""`upsertInfluencers`: keep influencers in step with the agency's own database."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers.mutations.upsert_influencers import InfluencerFields
from resolvers.mutations.upsert_influencers import upsert_influencers as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Platform
from schema.fields import Info, answers, given_values
from schema.influencer import Influencer
from schema.mutations.results import UserError
from schema.participation import Participation
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(description="An account that an influencer has connected.")
class AccountInput:
    platform: Platform = strawberry.field(description="The platform.")
    external_id: str = strawberry.field(
        description="The platform's own id of it. 1 to 200 characters."
    )
    handle: str = strawberry.field(description="Its name on the platform. 1 to 200 characters.")
    followers: int = strawberry.field(description="How many it has, from 0.")


@strawberry.input(
    description=(
        "An influencer as the agency knows them: created where the external id is new, else "
        "brought in step. `email`, `country` and `avatarUrl` stay as they are where left out, and "
        "are cleared by null."
    )
)
class InfluencerInput:
    """What is left out is UNSET: it stays as it is."""

    external_id: str = strawberry.field(
        description="Their id in the agency's own database. 1 to 200 characters; once in a call."
    )
    name: str = strawberry.field(description="Display name. 1 to 200 characters.")
    email: str | None = strawberry.field(
        default=UNSET, description="Personal data. Null clears it; left out, it stays."
    )
    country: str | None = strawberry.field(
        default=UNSET,
        description=(
            "ISO 3166-1 alpha-2, upper case, such as `JP`. Null clears it; left out, it stays."
        ),
    )
    categories: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "All of theirs, which replace those stored: at most 50, of at most 100 characters each."
        ),
    )
    avatar_url: URL | None = strawberry.field(
        default=UNSET,
        description="Their picture. At most 2,048 characters. Null clears it; left out, it stays.",
    )
    accounts: list[AccountInput] = strawberry.field(
        default_factory=list,
        description=(
            "Accounts to connect, or to bring in step, at most 50. Those left out stay as they "
            "are; one that they had disconnected is connected again."
        ),
    )


@strawberry.input(description="Influencers to create or bring in step.")
class UpsertInfluencersInput:
    influencers: list[InfluencerInput] = strawberry.field(
        description="1 to 1,000, each all or nothing, none refused because of another."
    )


@strawberry.type(description="What came of it.")
class UpsertInfluencersPayload:
    influencers: list[Influencer] = strawberry.field(
        description="The influencers as stored, in the order given, without those refused."
    )
    created: int = strawberry.field(description="How many were new.")
    updated: int = strawberry.field(description="How many were known, and changed in something.")
    advanced: list[Participation] = strawberry.field(
        description=(
            "The participations that waited for exactly an account given here and that it moved "
            "on: one that was not connected before, for a mere change of followers moves nobody."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Who was refused and why, with the path to them; or what is wrong with the call, and "
            "then nothing was done."
        )
    )


@answers(UpsertInfluencersPayload)
async def upsert_influencers(
    info: Info,
    input: Annotated[UpsertInfluencersInput, strawberry.argument(description="The influencers.")],
) -> Completed:
    """Create influencers, or bring them in step with the agency's own database. Staff.

    By their external id; up to 1,000 with their accounts. A participation that waited for
    exactly an account given here moves on.
    """
    influencers: list[InfluencerFields] = given_values(input.influencers)
    return await write(info, (Role.STAFF,), lambda: resolve(info.context, influencers=influencers))
