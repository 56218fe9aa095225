"""`selectSocialMedia`: select platforms where posts are not tracked."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.select_social_media import select_social_media as resolve
from resolvers.pipeline.single import ParticipationOutcome
from resolvers.pipeline.transaction import write
from schema.enums import Outcome, Platform
from schema.fields import DryRun, Info, answers
from schema.mutations.results import Payload, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(
    description=(
        "The input of `selectSocialMedia`: a participation, and the platforms that its influencer "
        "uses."
    )
)
class SelectSocialMediaInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The id of the participation, which is `APPROVED` or `JOINED` in an affiliate campaign "
            "without post tracking."
        )
    )
    platforms: list[Platform] = strawberry.field(
        description=(
            "The platforms that the influencer uses: at least one, each one of the campaign's. "
            "They replace those selected before."
        )
    )


@strawberry.type(description="The payload of `selectSocialMedia`.")
class SelectSocialMediaPayload(Payload):
    outcome: Outcome = strawberry.field(
        description="The outcome of the mutation; `REFUSED` if `userErrors` has an entry."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null if it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. Empty unless the outcome is `REFUSED`."
    )


@answers(SelectSocialMediaPayload | None)
async def select_social_media(
    info: Info,
    input: Annotated[
        SelectSocialMediaInput,
        strawberry.argument(description="The participation, and the platforms."),
    ],
    dry_run: DryRun = False,
) -> Completed[ParticipationOutcome]:
    """Select the platforms that a joined influencer uses. For staff, and that influencer.

    In affiliate campaigns without post tracking. Can be changed later.
    """
    return await write(
        info,
        (Role.STAFF, Role.INFLUENCER),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            platforms=input.platforms,
        ),
        dry_run=dry_run,
    )
