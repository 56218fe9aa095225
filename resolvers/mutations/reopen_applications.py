"""`reopenApplications`: make rejected influencers applicants again."""

from typing import Any

from projection import Completed
from resolvers.context import Context
from resolvers.pipeline.bulk import decide_participations, keys_of
from resolvers.pipeline.results import ParticipationsPayload
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import NOTE_LENGTH, Form
from workflow.decisions import Command
from workflow.enums import Action, Role

_COMMAND = Command(action=Action.REOPEN, role=Role.STAFF)


async def reopen_applications(info: MutationInfo, input: Any) -> Completed:
    """Open new rounds for rejected applications (`ReopenApplicationsInput`)."""
    return await write(info, (Role.STAFF,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ParticipationsPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    form = Form()
    keys = keys_of(form, input.participation_ids, "Participation", "participationIds")
    reason = form.reason(input.reason, "reason")
    message = form.optional(input.message, NOTE_LENGTH, "message")
    if form.errors:
        return ParticipationsPayload(user_errors=form.errors)
    ledger = Ledger(actor_of(caller), context.now, reason=reason, message=message)
    return await decide_participations(context, ledger, _COMMAND, input.participation_ids, keys)
