"""`selectAccount`: say with which account one takes part."""

from typing import Any

from projection import Completed
from resolvers.context import Context
from resolvers.mutations.apply import about_account, account_key
from resolvers.pipeline.results import ParticipationPayload
from resolvers.pipeline.single import answered, no_participation, own_case
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from workflow.decisions import Command
from workflow.enums import Action, Role


async def select_account(info: MutationInfo, input: Any) -> Completed:
    """Select one's account for a participation (`SelectAccountInput`)."""
    return await write(info, (Role.INFLUENCER,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ParticipationPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    case = await own_case(context, input.participation_id)
    if case is None:
        return no_participation()
    command = Command(
        action=Action.SELECT_ACCOUNT, role=caller.role, account=account_key(input.account_id)
    )
    ledger = Ledger(actor_of(caller), context.now)
    verdict = ledger.decide(case, command)
    await ledger.write()
    return answered(verdict, case, about_account(verdict, "participationId"))
