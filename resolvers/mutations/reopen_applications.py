"""`reopenApplications`: make rejected influencers applicants again."""

from collections.abc import Sequence

from resolvers.context import Context
from resolvers.pipeline.bulk import ParticipationsOutcome, decide_participations, parse_ids
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NOTE, Form
from workflow.enums import Action, Role
from workflow.table import Command

_COMMAND = Command(action=Action.REOPEN, role=Role.STAFF)


async def reopen_applications(
    context: Context, *, participation_ids: Sequence[str], reason: str | None, message: str | None
) -> ParticipationsOutcome:
    """Start a new round for rejected applications."""
    form = Form()
    keys = parse_ids(form, participation_ids, "Participation", "participationIds")
    reason = form.optional(reason, MAX_NOTE, "reason")
    message = form.optional(message, MAX_NOTE, "message")
    if form.refusals:
        return ParticipationsOutcome(user_errors=form.refusals)
    actor = actor_of(caller_in(context))
    unit = UnitOfWork(actor, reason=reason, message=message)
    return await decide_participations(context, unit, _COMMAND, participation_ids, keys)
