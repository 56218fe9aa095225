"""What payloads are made of, before the engine fills in what the client asked for.

Where a payload's field is of a type that has a table, these hold keys: ids, and a pair (campaign,
influencer) for a candidate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from projection import Known
from workflow.enums import CandidateStatus, ErrorCode, Outcome, ParticipationStatus


@dataclass(frozen=True, slots=True)
class UserError:
    """Why something was refused, in a way that the user can act on."""

    code: ErrorCode
    message: str
    field: list[str] | None = None
    "The path to what is wrong in the arguments, from `input` on."


@dataclass(frozen=True, slots=True)
class BulkSummary:
    """How many items of a bulk call came out how."""

    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class ParticipationResult(NamedTuple):
    """How it came out for one participation of a bulk call."""

    participation_id: str
    "As given."
    outcome: Outcome
    participation: int | None = None
    status: ParticipationStatus | None = None
    error: UserError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationsPayload:
    """How it came out for each, in the order given; or what is wrong with the call."""

    results: Sequence[ParticipationResult] = ()
    summary: BulkSummary = field(default_factory=BulkSummary)
    user_errors: Sequence[UserError] = ()
    known: Known | None = None
    "Not for the client: what is written need not be read."


class CandidateResult(NamedTuple):
    """How it came out for one influencer of a bulk call on a campaign."""

    influencer_id: str
    "As given."
    outcome: Outcome
    candidate: tuple[int, int] | None = None
    participation: int | None = None
    candidate_status: CandidateStatus | None = None
    error: UserError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesPayload:
    """How it came out for each, in the order given; or what is wrong with the call."""

    campaign: int | None = None
    results: Sequence[CandidateResult] = ()
    summary: BulkSummary = field(default_factory=BulkSummary)
    user_errors: Sequence[UserError] = ()
    known: Known | None = None
    "Not for the client: what is written need not be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationPayload:
    """How it came out for the one participation that a call is about."""

    outcome: Outcome
    participation: int | None = None
    user_errors: Sequence[UserError] = ()
    known: Known | None = None
    "Not for the client: what is written need not be read."


def known_statuses(statuses: Iterable[tuple[int | None, ParticipationStatus | None]]) -> Known:
    """What the engine need not read of participations with these statuses; those that are None."""
    rows = {
        number: {"t.id": number, "t.status": status.value}
        for number, status in statuses
        if number is not None and status is not None
    }
    return {"Participation": rows}


class Result(Protocol):
    """One item of a bulk call."""

    @property
    def outcome(self) -> Outcome:
        """How it came out."""
        ...


def refused(*errors: UserError | None) -> ParticipationPayload:
    """The payload of a call that did nothing."""
    told = [error for error in errors if error]
    return ParticipationPayload(outcome=Outcome.REFUSED, user_errors=told)


def summarize(results: Iterable[Result]) -> BulkSummary:
    """The results, counted."""
    outcomes = [result.outcome for result in results]
    return BulkSummary(
        changed=outcomes.count(Outcome.CHANGED),
        unchanged=outcomes.count(Outcome.UNCHANGED),
        refused=outcomes.count(Outcome.REFUSED),
    )
