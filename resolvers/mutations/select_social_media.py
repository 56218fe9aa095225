"""`selectSocialMedia`: select the platforms to be used where posts are not tracked."""

from collections.abc import Collection

from resolvers.context import Context
from resolvers.pipeline.single import (
    ParticipationOutcome,
    load_participation,
    outcome_of,
    refused,
    unknown_participation,
)
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import Refusal, path_of
from workflow.enums import Action, ErrorCode, Platform, mask_of
from workflow.table import Command


async def select_social_media(
    context: Context, *, participation_id: str, platforms: Collection[Platform]
) -> ParticipationOutcome:
    """Select the platforms that a participant will use."""
    caller = caller_in(context)
    if not platforms:
        message = "Give at least one platform."
        return refused(Refusal(ErrorCode.INVALID_INPUT, message, path_of("platforms")))
    candidate = await load_participation(context, participation_id)
    if candidate is None:
        return unknown_participation()
    command = Command(
        action=Action.SELECT_SOCIAL_MEDIA, role=caller.role, platforms=mask_of(platforms)
    )
    unit = UnitOfWork(actor_of(caller))
    evaluation = unit.decide(candidate, command, "platforms")
    await unit.write()
    return outcome_of(evaluation, candidate)
