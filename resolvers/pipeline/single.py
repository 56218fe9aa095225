"""What the mutations on one participation have in common: finding it, and the answer."""

from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import not_found, participations
from resolvers.pipeline.loading import Case
from resolvers.pipeline.results import ParticipationPayload, UserError, known_statuses, refused
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import Verdict


async def own_case(context: Context, gid: str) -> Case | None:
    """The case of the participation that an id names; None for what the caller has not."""
    [case] = await participations(context, caller_in(context), [decode(gid, "Participation")])
    return case


def no_participation() -> ParticipationPayload:
    """The answer about a participation that is not there, or not the caller's."""
    return refused(not_found("participation", "participationId").error)


def answered(verdict: Verdict, case: Case, error: UserError | None = None) -> ParticipationPayload:
    """The answer of a decision that was written; `error` where it is told in another way."""
    told = error or verdict.error
    return ParticipationPayload(
        outcome=verdict.outcome,
        participation=case.participation_id,
        user_errors=[told] if told else (),
        known=known_statuses([(case.participation_id, verdict.status)]),
    )
