"""`markJoined`: force-join influencers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.enums import Action, CandidateStatus, Outcome, Role
from models.workflow import Command, candidate_status
from projection import Completed
from resolvers.bulk_call import candidates, decide_each, keys_of, unknown_campaign
from resolvers.context import Context
from resolvers.facts import Case, Pair, lock_campaigns
from resolvers.ids import decode
from resolvers.recording import Ledger, Verdict, actor_of
from resolvers.results import BulkSummary, UserError, summarize
from resolvers.text_input import NOTE_LENGTH, Form
from resolvers.writing import MutationInfo, caller_in, write

_COMMAND = Command(action=Action.MARK_JOINED, role=Role.STAFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkJoinedResult:
    """How it came out for one influencer."""

    influencer_id: str
    "As given."
    outcome: Outcome
    candidate: Pair | None = None
    participation: int | None = None
    candidate_status: CandidateStatus | None = None
    error: UserError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkJoinedPayload:
    """How it came out for each, in the order given; or what is wrong with the call."""

    campaign: int | None = None
    results: Sequence[MarkJoinedResult] = ()
    summary: BulkSummary = field(default_factory=BulkSummary)
    user_errors: Sequence[UserError] = ()


async def mark_joined(info: MutationInfo, input: Any) -> Completed:
    """Force-join influencers (`MarkJoinedInput`)."""
    return await write(info, (Role.STAFF,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> MarkJoinedPayload:
    """The same within a transaction, with keys in the payload."""
    form = Form()
    keys = keys_of(form, input.influencer_ids, "Influencer", "influencerIds")
    reason = form.optional(input.reason, NOTE_LENGTH, "reason")
    message = form.optional(input.message, NOTE_LENGTH, "message")
    if form.errors:
        return MarkJoinedPayload(user_errors=form.errors)
    campaign = decode(input.campaign_id, "Campaign")
    if campaign is None or not await lock_campaigns({campaign}):
        return MarkJoinedPayload(user_errors=unknown_campaign())
    cases = await candidates(context, campaign, keys)
    ledger = Ledger(actor_of(caller_in(context)), context.now, reason=reason, message=message)
    verdicts = decide_each(ledger, _COMMAND, cases, "influencer", "influencerIds")
    await ledger.write()
    results = [
        _result(gid, case, verdict)
        for gid, case, verdict in zip(input.influencer_ids, cases, verdicts, strict=True)
    ]
    return MarkJoinedPayload(campaign=campaign, results=results, summary=summarize(results))


def _result(gid: str, case: Case | None, verdict: Verdict) -> MarkJoinedResult:
    if case is None:
        return MarkJoinedResult(influencer_id=gid, outcome=verdict.outcome, error=verdict.error)
    return MarkJoinedResult(
        influencer_id=gid,
        outcome=verdict.outcome,
        candidate=case.pair,
        participation=case.participation_id,
        candidate_status=candidate_status(verdict.status, not case.facts.unavailable_reasons),
        error=verdict.error,
    )
