"""`selectAccount`: say with which account one takes part."""

from typing import Any

from models.enums import Action, Role
from models.workflow import Command
from projection import Completed
from resolvers.apply import about_account, account_key
from resolvers.context import Context
from resolvers.recording import Ledger, actor_of
from resolvers.results import ParticipationPayload
from resolvers.single_call import answered, no_participation, own_case
from resolvers.writing import MutationInfo, caller_in, write


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
