"""`selectAccount`: say with which account one takes part."""

from typing import Any

from models.enums import Action, Role
from models.workflow import Command
from projection import Completed
from resolvers.apply import account_key, answered
from resolvers.bulk_call import not_found, participations
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.recording import Ledger, actor_of
from resolvers.results import ParticipationPayload, refused
from resolvers.writing import MutationInfo, caller_in, write


async def select_account(info: MutationInfo, input: Any) -> Completed:
    """Select one's account for a participation (`SelectAccountInput`)."""
    return await write(info, (Role.INFLUENCER,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ParticipationPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    key = decode(input.participation_id, "Participation")
    [case] = await participations(context, caller, [key])
    if case is None:
        return refused(not_found("participation", "participationId").error)
    command = Command(
        action=Action.SELECT_ACCOUNT, role=caller.role, account=account_key(input.account_id)
    )
    ledger = Ledger(actor_of(caller), context.now)
    verdict = ledger.decide(case, command)
    await ledger.write()
    return answered(verdict, case, "participationId")
