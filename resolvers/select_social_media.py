"""`selectSocialMedia`: say which platforms will be used where posts are not tracked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.enums import Action, ErrorCode, Outcome, Role, mask_of
from models.workflow import Command
from projection import Completed
from resolvers.bulk_call import not_found, participations
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.recording import Ledger, actor_of
from resolvers.results import UserError
from resolvers.text_input import Form
from resolvers.writing import MutationInfo, caller_in, write


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectSocialMediaPayload:
    """How it came out."""

    outcome: Outcome
    participation: int | None = None
    user_errors: Sequence[UserError] = ()


async def select_social_media(info: MutationInfo, input: Any) -> Completed:
    """Select the platforms that a participant will use (`SelectSocialMediaInput`)."""
    return await write(info, (Role.STAFF, Role.INFLUENCER), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> SelectSocialMediaPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    form = Form()
    if not input.platforms:
        form.refuse(ErrorCode.INVALID_INPUT, "Give at least one platform.", "platforms")
        return _refused(form.errors)
    key = decode(input.participation_id, "Participation")
    [case] = await participations(context, caller, [key])
    if case is None:
        error = not_found("participation", "participationId").error
        return _refused([error] if error else [])
    command = Command(
        action=Action.SELECT_SOCIAL_MEDIA, role=caller.role, platforms=mask_of(input.platforms)
    )
    ledger = Ledger(actor_of(caller), context.now)
    verdict = ledger.decide(case, command, "platforms")
    await ledger.write()
    return SelectSocialMediaPayload(
        outcome=verdict.outcome,
        participation=case.participation_id,
        user_errors=[verdict.error] if verdict.error else (),
    )


def _refused(errors: Sequence[UserError]) -> SelectSocialMediaPayload:
    return SelectSocialMediaPayload(outcome=Outcome.REFUSED, user_errors=errors)
