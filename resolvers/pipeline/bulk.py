"""What mutations over many ids share: reading the ids, and one item of the outcome for each.

A resolver returns an outcome, from which the read engine makes the payload that clients see. What
it returns has other names than the payload's types in `schema/mutations`, because it holds keys
where they hold objects: an id, and for a candidate the pair (campaign, influencer). `…Outcome` is
of a whole call, `…Item` of one item of a bulk call, `Summary` counts items, and `Refusal`
(`resolvers/pipeline/validation.py`) says why one was refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from projection import Known
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.loading import LockedCandidate, lock_candidates, lock_participations
from resolvers.pipeline.transaction import MutationOutcome
from resolvers.pipeline.unit_of_work import Evaluation, UnitOfWork
from resolvers.pipeline.validation import Form, Refusal, path_of
from workflow.decisions import Decision
from workflow.enums import CandidateStatus, ErrorCode, Outcome, ParticipationStatus
from workflow.screens import CANDIDATE_STATUS
from workflow.table import Command

MAX_ITEMS = 1_000


@dataclass(frozen=True, slots=True)
class Summary:
    """The items of a bulk call, counted by outcome."""

    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class ParticipationItem(NamedTuple):
    """The outcome for one participation of a bulk call."""

    participation_id: str
    "As given."
    outcome: Outcome
    participation: int | None = None
    status: ParticipationStatus | None = None
    error: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationsOutcome(MutationOutcome):
    """An item for each participation, in the order given; or why the whole call is refused."""

    results: Sequence[ParticipationItem] = ()
    summary: Summary = field(default_factory=Summary)


class CandidateItem(NamedTuple):
    """The outcome for one influencer of a bulk call on a campaign."""

    influencer_id: str
    "As given."
    outcome: Outcome
    candidate: tuple[int, int] | None = None
    participation: int | None = None
    candidate_status: CandidateStatus | None = None
    error: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesOutcome(MutationOutcome):
    """An item for each influencer, in the order given; or why the whole call is refused."""

    campaign: int | None = None
    results: Sequence[CandidateItem] = ()
    summary: Summary = field(default_factory=Summary)


# Reading the ids


def check_count(
    form: Form, items: Sequence[object], noun: str, name: str, most: int = MAX_ITEMS
) -> bool:
    """Return whether one call takes so many items; refuse none, and too many."""
    if not items:
        form.refuse(ErrorCode.INVALID_INPUT, f"Give at least one {noun}.", name)
        return False
    if len(items) > most:
        message = f"These are {len(items):,} {noun}s: at most {most:,} are taken in one call."
        form.refuse(ErrorCode.TOO_MANY_ITEMS, message, name)
        return False
    return True


def parse_ids(form: Form, ids: Sequence[str], type_name: str, name: str) -> list[int | None]:
    """Return the keys that global ids of a type hold; None for one that is malformed.

    Refuse a list that is empty, too long, or has an object twice. `name` is the list's.
    """
    if not check_count(form, ids, "id", name):
        return []
    keys = [decode(gid, type_name) for gid in ids]
    seen = set[int | str]()
    for index, (gid, key) in enumerate(zip(ids, keys, strict=True)):
        item = gid if key is None else key
        if item in seen:
            message = "It is in the list already: give each id once."
            form.refuse(ErrorCode.INVALID_INPUT, message, name, index)
        seen.add(item)
    return keys


# Candidates of a campaign


async def load_candidates(
    context: Context, campaign: int, influencers: Sequence[int | None]
) -> list[LockedCandidate | None] | None:
    """Return the candidates for these influencers, in their order; None without such a campaign.

    In place of an influencer who does not exist, or has been erased, the list has None.
    """
    keys = {key for key in influencers if key is not None}
    locked = await lock_candidates(context, campaign, keys)
    if locked is None:
        return None
    found = {key: one for key, one in locked.items() if not one.influencer.is_erased}
    return [None if key is None else found.get(key) for key in influencers]


def decide_each(
    unit: UnitOfWork,
    command: Command,
    candidates: Sequence[LockedCandidate | None],
    noun: str,
    name: str,
) -> list[Evaluation]:
    """Decide the command for each candidate, in the order given. `name` is the list's."""
    return [
        unit.decide(candidate, command, name, index) if candidate else not_found(noun, name, index)
        for index, candidate in enumerate(candidates)
    ]


def candidates_outcome(
    campaign: int,
    ids: Sequence[str],
    candidates: Sequence[LockedCandidate | None],
    evaluations: Sequence[Evaluation],
) -> CandidatesOutcome:
    """Return the outcome for these influencers, whose changes have been written."""
    items = [
        _candidate_item(gid, candidate, evaluation)
        for gid, candidate, evaluation in zip(ids, candidates, evaluations, strict=True)
    ]
    return CandidatesOutcome(
        campaign=campaign,
        results=items,
        summary=summarize(items),
        known=known_statuses(
            (item.participation, evaluation.status)
            for item, evaluation in zip(items, evaluations, strict=True)
        ),
    )


def _candidate_item(
    gid: str, candidate: LockedCandidate | None, evaluation: Evaluation
) -> CandidateItem:
    if candidate is None:
        return CandidateItem(gid, evaluation.outcome, error=evaluation.refusal)
    is_visible = not candidate.facts.unavailable_reasons
    return CandidateItem(
        influencer_id=gid,
        outcome=evaluation.outcome,
        candidate=candidate.pair,
        participation=candidate.participation_id,
        candidate_status=CANDIDATE_STATUS[evaluation.status, is_visible],
        error=evaluation.refusal,
    )


# Participations of any campaigns


async def decide_participations(
    context: Context,
    unit: UnitOfWork,
    command: Command,
    ids: Sequence[str],
    keys: Sequence[int | None],
) -> ParticipationsOutcome:
    """Decide the command for each of these participations, and write the changes."""
    locked = await lock_participations(context, {key for key in keys if key is not None})
    candidates = [None if key is None else locked.get(key) for key in keys]
    evaluations = decide_each(unit, command, candidates, "participation", "participationIds")
    await unit.write()
    items = [
        ParticipationItem(
            participation_id=gid,
            outcome=evaluation.outcome,
            participation=candidate.participation_id if candidate else None,
            status=evaluation.status,
            error=evaluation.refusal,
        )
        for gid, candidate, evaluation in zip(ids, candidates, evaluations, strict=True)
    ]
    return ParticipationsOutcome(
        results=items,
        summary=summarize(items),
        known=known_statuses((item.participation, item.status) for item in items),
    )


# Parts of outcomes


class Item(Protocol):
    """One item of a bulk call."""

    @property
    def outcome(self) -> Outcome:
        """Whether it was changed, unchanged or refused."""
        ...


def summarize(items: Iterable[Item]) -> Summary:
    """Return the items, counted."""
    outcomes = [item.outcome for item in items]
    return Summary(
        changed=outcomes.count(Outcome.CHANGED),
        unchanged=outcomes.count(Outcome.UNCHANGED),
        refused=outcomes.count(Outcome.REFUSED),
    )


def known_statuses(statuses: Iterable[tuple[int | None, ParticipationStatus | None]]) -> Known:
    """Return the columns of participations, by id, that follow from their statuses."""
    rows = {
        key: {"t.id": key, "t.status": status.value}
        for key, status in statuses
        if key is not None and status is not None
    }
    return {"Participation": rows}


def not_found(noun: str, *path: str | int) -> Evaluation:
    """Return the refusal of an id that names nothing, or nothing that the caller may change."""
    message = f"There is no such {noun}, or it is not yours."
    refusal = Refusal(ErrorCode.NOT_FOUND, message, path_of(*path))
    return Evaluation(Decision(outcome=Outcome.REFUSED, error=ErrorCode.NOT_FOUND), refusal)


def unknown_campaign() -> list[Refusal]:
    """Return the refusal of a call on a campaign that does not exist."""
    return [Refusal(ErrorCode.NOT_FOUND, "There is no such campaign.", path_of("campaignId"))]
