"""`removeParticipants`: take out influencers whom staff put in, or who wait or joined."""

from collections.abc import Collection, Sequence

from resolvers.context import Context
from resolvers.pipeline.bulk import ParticipationsOutcome, decide_participations, parse_ids
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NOTE, Form
from workflow.enums import Action, ParticipationStatus
from workflow.table import Command


async def remove_participants(
    context: Context,
    *,
    participation_ids: Sequence[str],
    reason: str,
    message: str | None,
    if_status: Collection[ParticipationStatus] | None,
) -> ParticipationsOutcome:
    """Remove participants; with `if_status` only those in one of these statuses."""
    caller = caller_in(context)
    form = Form()
    keys = parse_ids(form, participation_ids, "Participation", "participationIds")
    cleaned_reason = form.reason(reason, "reason")
    message = form.optional(message, MAX_NOTE, "message")
    if form.refusals:
        return ParticipationsOutcome(user_errors=form.refusals)
    command = Command(action=Action.REMOVE, role=caller.role, if_status=frozenset(if_status or ()))
    unit = UnitOfWork(actor_of(caller), reason=cleaned_reason, message=message)
    return await decide_participations(context, unit, command, participation_ids, keys)
