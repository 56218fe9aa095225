"""`setAvailability`: show or hide a campaign, whatever the audience rules say."""

from collections.abc import Sequence
from typing import Any

from database.bulk import insert
from database.session import dumps, run
from models.campaign import AvailabilityOverride
from projection import Completed
from resolvers.availability.counts import append
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import (
    candidates,
    candidates_payload,
    decide_each,
    keys_of,
    unknown_campaign,
)
from resolvers.pipeline.loading import Case
from resolvers.pipeline.results import CandidatesPayload
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import NOTE_LENGTH, Form
from workflow.decisions import Command
from workflow.enums import Action, Availability, Outcome, Role


async def set_availability(info: MutationInfo, input: Any) -> Completed:
    """Override the audience rules of a campaign for influencers (`SetAvailabilityInput`)."""
    return await write(info, (Role.STAFF,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> CandidatesPayload:
    """The same within a transaction, with keys in the payload."""
    form = Form()
    keys = keys_of(form, input.influencer_ids, "Influencer", "influencerIds")
    reason = form.optional(input.reason, NOTE_LENGTH, "reason")
    if form.errors:
        return CandidatesPayload(user_errors=form.errors)
    campaign = decode(input.campaign_id, "Campaign")
    cases = None if campaign is None else await candidates(context, campaign, keys)
    if campaign is None or cases is None:
        return CandidatesPayload(user_errors=unknown_campaign())
    availability: Availability | None = input.availability
    command = Command(action=Action.SET_AVAILABILITY, role=Role.STAFF, availability=availability)
    ledger = Ledger(actor_of(caller_in(context)), context.now, reason=reason)
    verdicts = decide_each(ledger, command, cases, "influencer", "influencerIds")
    changed = [
        case
        for case, verdict in zip(cases, verdicts, strict=True)
        if case and verdict.outcome is Outcome.CHANGED
    ]
    await _store(changed, availability, context)
    await ledger.write()
    now = [
        case.with_override(availability) if case and verdict.outcome is Outcome.CHANGED else case
        for case, verdict in zip(cases, verdicts, strict=True)
    ]
    await append({campaign: _gained(cases, now)})
    return candidates_payload(campaign, input.influencer_ids, now, verdicts)


def _gained(before: Sequence[Case | None], after: Sequence[Case | None]) -> int:
    """How many more of them the campaign is available to; nobody who takes part is overridden."""
    return sum(
        bool(old.facts.unavailable_reasons) - bool(new.facts.unavailable_reasons)
        for old, new in zip(before, after, strict=True)
        if old and new
    )


async def _store(
    changed: Sequence[Case], availability: Availability | None, context: Context
) -> None:
    """Put the override where it is to be, in place of any that was there."""
    if any(case.override for case in changed):
        await run(_REMOVE, pairs=dumps([case.pair for case in changed]))
    if availability is not None:
        rows = [_row(case, availability, context) for case in changed]
        await insert(AvailabilityOverride, rows)


def _row(case: Case, availability: Availability, context: Context) -> dict[str, Any]:
    return {
        "campaign_id": case.campaign.id,
        "influencer_id": case.influencer.id,
        "availability": availability,
        "set_at": context.now,
    }


_REMOVE = """
DELETE FROM availability_override WHERE (campaign_id, influencer_id) IN
(SELECT (j.value->>0)::bigint, (j.value->>1)::bigint
FROM json_array_elements(:pairs::json) AS j(value))"""
