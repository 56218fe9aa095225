"""`setApplicantStatus`: decide applications."""

from collections.abc import Collection, Sequence

from resolvers.context import Context
from resolvers.pipeline.bulk import ParticipationsOutcome, decide_participations, parse_ids
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NOTE, Form
from workflow.enums import Action, ApplicantStatus, ErrorCode, ParticipationStatus
from workflow.table import Command

_ACTIONS = {
    ApplicantStatus.APPLIED: Action.SET_APPLIED,
    ApplicantStatus.REVIEWING: Action.SET_REVIEWING,
    ApplicantStatus.APPROVED: Action.APPROVE,
    ApplicantStatus.REJECTED: Action.REJECT,
}


async def set_applicant_status(
    context: Context,
    *,
    participation_ids: Sequence[str],
    status: ApplicantStatus,
    reason: str | None,
    message: str | None,
    if_status: Collection[ApplicantStatus] | None,
    if_version: int | None,
) -> ParticipationsOutcome:
    """Set applicants to a status; with `if_status` or `if_version` only those that are so now."""
    caller = caller_in(context)
    form = Form()
    keys = parse_ids(form, participation_ids, "Participation", "participationIds")
    reason = form.optional(reason, MAX_NOTE, "reason")
    message = form.optional(message, MAX_NOTE, "message")
    if if_version is not None and len(participation_ids) > 1:
        wrong = "A version is one participation's: give a single id with it, or leave it out."
        form.refuse(ErrorCode.INVALID_INPUT, wrong, "ifVersion")
    if form.refusals:
        return ParticipationsOutcome(user_errors=form.refusals)
    command = Command(
        action=_ACTIONS[status],
        role=caller.role,
        if_status=frozenset(map(ParticipationStatus, if_status or ())),
        if_version=if_version,
    )
    unit = UnitOfWork(actor_of(caller), reason=reason, message=message)
    return await decide_participations(context, unit, command, participation_ids, keys)
