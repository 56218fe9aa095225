"""`selectSocialMedia`: say which platforms will be used where posts are not tracked."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.select_social_media import select_social_media as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome, Platform
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(description="Which platforms someone who joined will use.")
class SelectSocialMediaInput:
    participation_id: strawberry.ID = strawberry.field(
        description="The participation: `JOINED`, in an affiliate campaign without post tracking."
    )
    platforms: list[Platform] = strawberry.field(
        description=(
            "All that will be used, at least one, each one of the campaign's. Replaces what was "
            "selected before."
        )
    )


@strawberry.type(description="How it came out.")
class SelectSocialMediaPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null where it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )


@answers(SelectSocialMediaPayload)
async def select_social_media(
    info: Info,
    input: Annotated[
        SelectSocialMediaInput,
        strawberry.argument(description="For which participation, and what."),
    ],
) -> Completed:
    """Say which platforms someone who joined will use. Staff, and influencers for themselves.

    In affiliate campaigns without post tracking. May be changed later.
    """
    return await write(
        info,
        (Role.STAFF, Role.INFLUENCER),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            platforms=input.platforms,
        ),
    )
