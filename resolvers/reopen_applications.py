"""`reopenApplications`: make rejected influencers applicants again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.enums import Action, Role
from models.workflow import Command
from projection import Completed
from resolvers.bulk_call import decide_each, keys_of, participation_results, participations
from resolvers.context import Context
from resolvers.recording import Ledger, actor_of
from resolvers.results import BulkSummary, ParticipationResult, UserError, summarize
from resolvers.text_input import NOTE_LENGTH, Form
from resolvers.writing import MutationInfo, caller_in, write

_COMMAND = Command(action=Action.REOPEN, role=Role.STAFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenApplicationsPayload:
    """How it came out for each, in the order given; or what is wrong with the call."""

    results: Sequence[ParticipationResult] = ()
    summary: BulkSummary = field(default_factory=BulkSummary)
    user_errors: Sequence[UserError] = ()


async def reopen_applications(info: MutationInfo, input: Any) -> Completed:
    """Open new rounds for rejected applications (`ReopenApplicationsInput`)."""
    return await write(info, (Role.STAFF,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ReopenApplicationsPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    form = Form()
    keys = keys_of(form, input.participation_ids, "Participation", "participationIds")
    reason = form.reason(input.reason, "reason")
    message = form.optional(input.message, NOTE_LENGTH, "message")
    if form.errors:
        return ReopenApplicationsPayload(user_errors=form.errors)
    cases = await participations(context, caller, keys)
    ledger = Ledger(actor_of(caller), context.now, reason=reason, message=message)
    verdicts = decide_each(ledger, _COMMAND, cases, "participation", "participationIds")
    await ledger.write()
    results = participation_results(input.participation_ids, cases, verdicts)
    return ReopenApplicationsPayload(results=results, summary=summarize(results))
