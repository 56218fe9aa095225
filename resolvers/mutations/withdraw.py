"""`withdraw`: step back from a participation."""

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
from resolvers.pipeline.validation import MAX_NOTE, Form
from workflow.enums import Action
from workflow.table import Command


async def withdraw(
    context: Context, *, participation_id: str, reason: str | None
) -> ParticipationOutcome:
    """Withdraw the caller from a campaign."""
    caller = caller_in(context)
    form = Form()
    reason = form.optional(reason, MAX_NOTE, "reason")
    if form.refusals:
        return refused(*form.refusals)
    candidate = await load_participation(context, participation_id)
    if candidate is None:
        return unknown_participation()
    unit = UnitOfWork(actor_of(caller), reason=reason)
    command = Command(action=Action.WITHDRAW, role=caller.role)
    evaluation = unit.decide(candidate, command, "participationId")
    await unit.write()
    return outcome_of(evaluation, candidate)
