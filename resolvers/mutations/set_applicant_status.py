"""`setApplicantStatus`: decide applications."""

from typing import Any

from projection import Completed
from resolvers.context import Context
from resolvers.pipeline.bulk import decide_participations, keys_of
from resolvers.pipeline.results import ParticipationsPayload
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import NOTE_LENGTH, Form
from workflow.decisions import Command
from workflow.enums import Action, ApplicantStatus, ErrorCode, ParticipationStatus, Role

_ACTIONS = {
    ApplicantStatus.APPLIED: Action.SET_APPLIED,
    ApplicantStatus.REVIEWING: Action.SET_REVIEWING,
    ApplicantStatus.APPROVED: Action.APPROVE,
    ApplicantStatus.REJECTED: Action.REJECT,
}


async def set_applicant_status(info: MutationInfo, input: Any) -> Completed:
    """Decide applications (`SetApplicantStatusInput`)."""
    return await write(info, (Role.STAFF, Role.ADVERTISER), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ParticipationsPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    form = Form()
    keys = keys_of(form, input.participation_ids, "Participation", "participationIds")
    reason = form.optional(input.reason, NOTE_LENGTH, "reason")
    message = form.optional(input.message, NOTE_LENGTH, "message")
    if input.if_version is not None and len(keys) > 1:
        wrong = "A version is one participation's: give a single id with it, or leave it out."
        form.refuse(ErrorCode.INVALID_INPUT, wrong, "ifVersion")
    if form.errors:
        return ParticipationsPayload(user_errors=form.errors)
    command = Command(
        action=_ACTIONS[input.status],
        role=caller.role,
        if_status=frozenset(ParticipationStatus(status) for status in input.if_status or ()),
        if_version=input.if_version,
    )
    ledger = Ledger(actor_of(caller), context.now, reason=reason, message=message)
    return await decide_participations(context, ledger, command, input.participation_ids, keys)
