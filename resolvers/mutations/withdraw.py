"""`withdraw`: take part no longer."""

from typing import Any

from projection import Completed
from resolvers.context import Context
from resolvers.pipeline.results import ParticipationPayload, refused
from resolvers.pipeline.single import answered, no_participation, own_case
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import NOTE_LENGTH, Form
from workflow.decisions import Command
from workflow.enums import Action, Role


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
