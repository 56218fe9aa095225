"""`markJoined`: force-join influencers."""

from collections.abc import Sequence

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
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.unit_of_work import UnitOfWork, actor_of
from resolvers.pipeline.validation import MAX_NOTE, Form
from workflow.enums import Action, Role
from workflow.table import Command

_COMMAND = Command(action=Action.MARK_JOINED, role=Role.STAFF)


async def mark_joined(
    context: Context,
    *,
    campaign_id: str,
    influencer_ids: Sequence[str],
    reason: str | None,
    message: str | None,
) -> CandidatesOutcome:
    """Force-join influencers to a campaign, in the order given."""
    form = Form()
    keys = parse_ids(form, influencer_ids, "Influencer", "influencerIds")
    reason = form.optional(reason, MAX_NOTE, "reason")
    message = form.optional(message, MAX_NOTE, "message")
    campaign = decode(campaign_id, "Campaign")
    if form.refusals:
        return CandidatesOutcome(campaign=campaign, user_errors=form.refusals)
    candidates = None if campaign is None else await load_candidates(context, campaign, keys)
    if campaign is None or candidates is None:
        return CandidatesOutcome(user_errors=unknown_campaign())
    unit = UnitOfWork(actor_of(caller_in(context)), reason=reason, message=message)
    evaluations = decide_each(unit, _COMMAND, candidates, "influencer", "influencerIds")
    await unit.write()
    return candidates_outcome(campaign, influencer_ids, candidates, evaluations)
