"""`setAvailability`: show or hide a campaign, whatever its audience rules say."""

from collections.abc import Sequence
from typing import Any

from database.bulk import insert
from database.session import dumps, run
from models.campaign import AvailabilityOverride
from resolvers.availability.writers import append
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import (
    CandidatesOutcome,
    candidates_outcome,
    decide_each,
    load_candidates,
    parse_ids,
    unknown_campaign,
)
from resolvers.pipeline.loading import LockedCandidate
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NOTE, Form
from workflow.enums import Action, Availability, Outcome, Role
from workflow.table import Command, nobody_takes_part


async def set_availability(
    context: Context,
    *,
    campaign_id: str,
    influencer_ids: Sequence[str],
    availability: Availability | None,
    reason: str | None,
) -> CandidatesOutcome:
    """Override the audience rules of a campaign for influencers; None ends the override."""
    form = Form()
    keys = parse_ids(form, influencer_ids, "Influencer", "influencerIds")
    reason = form.optional(reason, MAX_NOTE, "reason")
    campaign = decode(campaign_id, "Campaign")
    if form.refusals:
        return CandidatesOutcome(campaign=campaign, user_errors=form.refusals)
    before = None if campaign is None else await load_candidates(context, campaign, keys)
    if campaign is None or before is None:
        return CandidatesOutcome(user_errors=unknown_campaign())
    command = Command(action=Action.SET_AVAILABILITY, role=Role.STAFF, availability=availability)
    unit = UnitOfWork(actor_of(caller_in(context)), reason=reason)
    evaluations = decide_each(unit, command, before, "influencer", "influencerIds")
    is_changed = [evaluation.outcome is Outcome.CHANGED for evaluation in evaluations]
    changed = [one for one, is_new in zip(before, is_changed, strict=True) if one and is_new]
    await _store(changed, availability)
    await unit.write()
    after = [
        one.with_override(availability) if one and is_new else one
        for one, is_new in zip(before, is_changed, strict=True)
    ]
    await append({campaign: _count_gained(before, after)})
    return candidates_outcome(campaign, influencer_ids, after, evaluations)


def _count_gained(
    before: Sequence[LockedCandidate | None], after: Sequence[LockedCandidate | None]
) -> int:
    """Count how many more of them the campaign is available to: of those who do not take part."""
    return sum(
        bool(old.facts.unavailable_reasons) - bool(new.facts.unavailable_reasons)
        for old, new in zip(before, after, strict=True)
        if old and new and nobody_takes_part(old.facts.status)
    )


async def _store(changed: Sequence[LockedCandidate], availability: Availability | None) -> None:
    """Store the override in place of earlier ones."""
    if any(candidate.override for candidate in changed):
        await run(_DELETE, pairs=dumps([candidate.pair for candidate in changed]))
    if availability is not None:
        await insert(AvailabilityOverride, [_row(candidate, availability) for candidate in changed])


def _row(candidate: LockedCandidate, availability: Availability) -> dict[str, Any]:
    return {
        "campaign_id": candidate.campaign.id,
        "influencer_id": candidate.influencer.id,
        "availability": availability,
        "set_at": candidate.now,
    }


_DELETE = """
DELETE FROM availability_override WHERE (campaign_id, influencer_id) IN
(SELECT (j.value->>0)::bigint, (j.value->>1)::bigint
FROM json_array_elements(:pairs::json) AS j(value))"""
