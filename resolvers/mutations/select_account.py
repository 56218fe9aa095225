"""`selectAccount`: select the account to take part with."""

from resolvers.context import Context
from resolvers.mutations.apply import about_account, account_key
from resolvers.pipeline.single import (
    ParticipationOutcome,
    load_participation,
    outcome_of,
    unknown_participation,
)
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from workflow.enums import Action
from workflow.table import Command


async def select_account(
    context: Context, *, participation_id: str, account_id: str
) -> ParticipationOutcome:
    """Select the account with which the caller takes part."""
    caller = caller_in(context)
    candidate = await load_participation(context, participation_id)
    if candidate is None:
        return unknown_participation()
    command = Command(
        action=Action.SELECT_ACCOUNT, role=caller.role, account=account_key(account_id)
    )
    unit = UnitOfWork(actor_of(caller))
    evaluation = unit.decide(candidate, command)
    await unit.write()
    return outcome_of(evaluation, candidate, about_account(evaluation, "participationId"))
