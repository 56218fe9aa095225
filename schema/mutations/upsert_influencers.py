"""`upsertInfluencers`: create influencers, or update them from the agency's own database."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from projection import Completed
from resolvers.mutations.upsert_influencers import InfluencerFields, UpsertInfluencersOutcome
from resolvers.mutations.upsert_influencers import upsert_influencers as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Platform
from schema.fields import DryRun, Info, answers, given_values
from schema.influencer import Influencer
from schema.mutations.results import Payload, UserError
from schema.participation import Participation
from schema.scalars import URL
from workflow.enums import Role


@strawberry.input(description="A connected account of an influencer in `upsertInfluencers`.")
class AccountInput:
    platform: Platform = strawberry.field(description="The account's platform.")
    external_id: str = strawberry.field(
        description="The account's id on its platform. 1 to 200 characters."
    )
    handle: str = strawberry.field(
        description="The account's name on its platform. 1 to 200 characters."
    )
    followers: int = strawberry.field(description="The account's number of followers, from 0.")


@strawberry.input(
    description=(
        "An influencer in `upsertInfluencers`: created if the external id is new, else updated. "
        "`email`, `country` and `avatarUrl` stay as they are if left out, and are cleared by null."
    )
)
class InfluencerInput:
    """What is left out is UNSET: it stays as it is."""

    external_id: str = strawberry.field(
        description=(
            "The influencer's id in the agency's own database. 1 to 200 characters; once in a call."
        )
    )
    name: str = strawberry.field(description="The influencer's display name. 1 to 200 characters.")
    email: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The influencer's email address, which is personal data. At most 320 characters. Null "
            "clears it; left out, it stays."
        ),
    )
    country: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The influencer's country, an ISO 3166-1 alpha-2 code in upper case, such as `JP`, or "
            "`XK` for Kosovo. Null clears it; left out, it stays."
        ),
    )
    categories: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "All categories that the influencer posts about, which replace those stored: at most "
            "50, of at most 100 characters each."
        ),
    )
    avatar_url: URL | None = strawberry.field(
        default=UNSET,
        description=(
            "The URL of the influencer's picture: http or https, at most 2,048 characters. Null "
            "clears it; left out, it stays."
        ),
    )
    accounts: list[AccountInput] = strawberry.field(
        default_factory=list,
        description=(
            "The influencer's accounts to connect or update, at most 50. Accounts that are left "
            "out stay as they are; a disconnected account is connected again."
        ),
    )


@strawberry.input(
    description="The input of `upsertInfluencers`: the influencers to create or update."
)
class UpsertInfluencersInput:
    influencers: list[InfluencerInput] = strawberry.field(
        description=(
            "The influencers, 1 to 1,000. Each is stored whole or refused, whatever becomes of the "
            "others."
        )
    )


@strawberry.type(description="The payload of `upsertInfluencers`.")
class UpsertInfluencersPayload(Payload):
    influencers: list[Influencer] = strawberry.field(
        description="The influencers as stored, in the order given, without those refused."
    )
    created: int = strawberry.field(description="The number of influencers that were new.")
    updated: int = strawberry.field(
        description="The number of known influencers of whom something changed."
    )
    advanced: list[Participation] = strawberry.field(
        description=(
            "The participations that waited for exactly one of the given accounts and moved on. "
            "Only an account that was not connected before does that, not a change of followers."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "The refused influencers, each with the path to it and the reason; or the faults of "
            "the call as a whole, and then nothing was done."
        )
    )


@answers(UpsertInfluencersPayload | None)
async def upsert_influencers(
    info: Info,
    input: Annotated[
        UpsertInfluencersInput,
        strawberry.argument(description="The influencers to create or update."),
    ],
    dry_run: DryRun = False,
) -> Completed[UpsertInfluencersOutcome]:
    """Create influencers, or update them from the agency's own database. For staff and services.

    Up to 1,000, known by their external ids, with their accounts. A participation that waited for
    exactly an account given here moves on.
    """
    influencers: list[InfluencerFields] = given_values(input.influencers)
    return await write(
        info,
        (Role.STAFF, Role.SERVICE),
        lambda: resolve(info.context, influencers=influencers),
        dry_run=dry_run,
    )
