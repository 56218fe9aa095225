"""What mutations on one participation share: finding it, and the outcome."""

from dataclasses import dataclass

from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import known_statuses, not_found
from resolvers.pipeline.loading import LockedCandidate, lock_participations
from resolvers.pipeline.transaction import MutationOutcome
from resolvers.pipeline.unit_of_work import Evaluation
from resolvers.pipeline.validation import Refusal
from workflow.enums import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationOutcome(MutationOutcome):
    """The outcome for the one participation that a call is about."""

    outcome: Outcome
    participation: int | None = None


async def load_participation(context: Context, gid: str) -> LockedCandidate | None:
    """Return the candidate whose participation an id names; None if it is not the caller's."""
    key = decode(gid, "Participation")
    if key is None:
        return None
    return (await lock_participations(context, {key})).get(key)


def unknown_participation() -> ParticipationOutcome:
    """Return the outcome for a participation that does not exist, or is not the caller's."""
    return refused(not_found("participation", "participationId").refusal)


def refused(*refusals: Refusal | None) -> ParticipationOutcome:
    """Return the outcome of a call that changed nothing."""
    return ParticipationOutcome(
        outcome=Outcome.REFUSED, user_errors=[refusal for refusal in refusals if refusal]
    )


def outcome_of(
    evaluation: Evaluation, candidate: LockedCandidate, refusal: Refusal | None = None
) -> ParticipationOutcome:
    """Return the outcome of a decision that was written; `refusal` in place of its own."""
    shown = refusal or evaluation.refusal
    return ParticipationOutcome(
        outcome=evaluation.outcome,
        participation=candidate.participation_id,
        user_errors=[shown] if shown else (),
        known=known_statuses([(candidate.participation_id, evaluation.status)]),
    )
