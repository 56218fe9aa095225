"""What the mutations over many ids have in common: the list itself, and an answer for each id."""

from collections.abc import Sequence

from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.loading import Case, in_campaign, of_participations
from resolvers.pipeline.results import (
    CandidateResult,
    CandidatesPayload,
    ParticipationResult,
    ParticipationsPayload,
    UserError,
    known_statuses,
    summarize,
)
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import Ledger, Verdict
from resolvers.pipeline.validation import Form
from workflow.decisions import Command, Decision, candidate_status
from workflow.enums import ErrorCode, Outcome

MAX_ITEMS = 1_000


def is_one_call(form: Form, items: Sequence[object], what: str, field: str) -> bool:
    """Whether there are as many of them as one call takes; if not, the form refuses them."""
    if not items:
        form.refuse(ErrorCode.INVALID_INPUT, f"Give at least one {what}.", field)
        return False
    if len(items) > MAX_ITEMS:
        message = f"These are {len(items):,} {what}s: at most {MAX_ITEMS:,} are taken in one call."
        form.refuse(ErrorCode.TOO_MANY_ITEMS, message, field)
        return False
    return True


def keys_of(form: Form, ids: Sequence[str], type_name: str, field: str) -> list[int | None]:
    """The keys of the objects that the ids name; None for a malformed id or one of another type.

    The form refuses a list that is empty, too long, or has something twice.
    """
    if not is_one_call(form, ids, "id", field):
        return []
    keys = [decode(gid, type_name) for gid in ids]
    seen = set[int | str]()
    for index, (gid, key) in enumerate(zip(ids, keys, strict=True)):
        thing = gid if key is None else key
        if thing in seen:
            message = "It is in the list already: give each id once."
            form.refuse(ErrorCode.INVALID_INPUT, message, field, index)
        seen.add(thing)
    return keys


async def candidates(
    context: Context, campaign: int, influencers: Sequence[int | None]
) -> list[Case | None] | None:
    """The cases of these influencers in one campaign, in their order; None for who is not there.

    Whoever has been erased is not there. None instead of the list: the campaign is not there.
    """
    asked = {key for key in influencers if key is not None}
    cases = await in_campaign(campaign, asked, context.now)
    if cases is None:
        return None
    there = {key: case for key, case in cases.items() if not case.influencer.is_erased}
    return [None if key is None else there.get(key) for key in influencers]


async def participations(
    context: Context, caller: Caller, keys: Sequence[int | None]
) -> list[Case | None]:
    """The cases of these participations, in their order; None for what the caller has not."""
    known = {key for key in keys if key is not None}
    cases = await of_participations(known, caller, context.now)
    return [None if key is None else cases.get(key) for key in keys]


def decide_each(
    ledger: Ledger, command: Command, cases: Sequence[Case | None], what: str, field: str
) -> list[Verdict]:
    """What the command comes to for each, in the order given. `field` is the list's name."""
    return [
        ledger.decide(case, command, field, index) if case else not_found(what, field, index)
        for index, case in enumerate(cases)
    ]


async def decide_participations(
    context: Context,
    ledger: Ledger,
    command: Command,
    ids: Sequence[str],
    keys: Sequence[int | None],
) -> ParticipationsPayload:
    """What the command comes to for each of these participations, decided and written."""
    cases = await participations(context, caller_in(context), keys)
    verdicts = decide_each(ledger, command, cases, "participation", "participationIds")
    await ledger.write()
    results = [
        ParticipationResult(
            participation_id=gid,
            outcome=verdict.outcome,
            participation=case.participation_id if case else None,
            status=verdict.status,
            error=verdict.error,
        )
        for gid, case, verdict in zip(ids, cases, verdicts, strict=True)
    ]
    return ParticipationsPayload(
        results=results,
        summary=summarize(results),
        known=known_statuses((result.participation, result.status) for result in results),
    )


def candidates_payload(
    campaign: int,
    ids: Sequence[str],
    cases: Sequence[Case | None],
    verdicts: Sequence[Verdict],
) -> CandidatesPayload:
    """The answer for each of these influencers, as their cases are now."""
    results = [
        _candidate_result(gid, case, verdict)
        for gid, case, verdict in zip(ids, cases, verdicts, strict=True)
    ]
    return CandidatesPayload(
        campaign=campaign,
        results=results,
        summary=summarize(results),
        known=known_statuses(
            (result.participation, verdict.status)
            for result, verdict in zip(results, verdicts, strict=True)
        ),
    )


def _candidate_result(gid: str, case: Case | None, verdict: Verdict) -> CandidateResult:
    if case is None:
        return CandidateResult(influencer_id=gid, outcome=verdict.outcome, error=verdict.error)
    return CandidateResult(
        influencer_id=gid,
        outcome=verdict.outcome,
        candidate=case.pair,
        participation=case.participation_id,
        candidate_status=candidate_status(verdict.status, not case.facts.unavailable_reasons),
        error=verdict.error,
    )


def not_found(what: str, *path: str | int) -> Verdict:
    """The refusal of an id that names nothing, or nothing of the caller's."""
    message = f"There is no such {what}, or it is not yours."
    error = UserError(ErrorCode.NOT_FOUND, message, ["input", *map(str, path)])
    return Verdict(Decision(outcome=Outcome.REFUSED, error=ErrorCode.NOT_FOUND), error)


def unknown_campaign() -> list[UserError]:
    """What is wrong with a call about a campaign that is not there."""
    error = UserError(ErrorCode.NOT_FOUND, "There is no such campaign.", ["input", "campaignId"])
    return [error]
