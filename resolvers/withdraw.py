"""`withdraw`: take part no longer."""

from typing import Any

from models.enums import Action, Role
from models.workflow import Command
from projection import Completed
from resolvers.context import Context
from resolvers.recording import Ledger, actor_of
from resolvers.results import ParticipationPayload, refused
from resolvers.single_call import answered, no_participation, own_case
from resolvers.text_input import NOTE_LENGTH, Form
from resolvers.writing import MutationInfo, caller_in, write


async def withdraw(info: MutationInfo, input: Any) -> Completed:
    """Withdraw from a campaign (`WithdrawInput`)."""
    return await write(info, (Role.INFLUENCER,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ParticipationPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    form = Form()
    reason = form.optional(input.reason, NOTE_LENGTH, "reason")
    if form.errors:
        return refused(*form.errors)
    case = await own_case(context, input.participation_id)
    if case is None:
        return no_participation()
    ledger = Ledger(actor_of(caller), context.now, reason=reason)
    command = Command(action=Action.WITHDRAW, role=caller.role)
    verdict = ledger.decide(case, command, "participationId")
    await ledger.write()
    return answered(verdict, case)
