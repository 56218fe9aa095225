"""`selectSocialMedia`: say which platforms will be used where posts are not tracked."""

from typing import Any

from projection import Completed
from resolvers.context import Context
from resolvers.pipeline.results import ParticipationPayload, refused
from resolvers.pipeline.single import answered, no_participation, own_case
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import Form
from workflow.decisions import Command
from workflow.enums import Action, ErrorCode, Role, mask_of


async def select_social_media(info: MutationInfo, input: Any) -> Completed:
    """Select the platforms that a participant will use (`SelectSocialMediaInput`)."""
    return await write(info, (Role.STAFF, Role.INFLUENCER), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ParticipationPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    form = Form()
    if not input.platforms:
        form.refuse(ErrorCode.INVALID_INPUT, "Give at least one platform.", "platforms")
        return refused(*form.errors)
    case = await own_case(context, input.participation_id)
    if case is None:
        return no_participation()
    command = Command(
        action=Action.SELECT_SOCIAL_MEDIA, role=caller.role, platforms=mask_of(input.platforms)
    )
    ledger = Ledger(actor_of(caller), context.now)
    verdict = ledger.decide(case, command, "platforms")
    await ledger.write()
    return answered(verdict, case)
