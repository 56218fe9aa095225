"""`markJoined`: force-join influencers."""

from typing import Any

from projection import Completed
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import (
    candidates,
    candidates_payload,
    decide_each,
    keys_of,
    unknown_campaign,
)
from resolvers.pipeline.results import CandidatesPayload
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, actor_of
from resolvers.pipeline.validation import NOTE_LENGTH, Form
from workflow.decisions import Command
from workflow.enums import Action, Role

_COMMAND = Command(action=Action.MARK_JOINED, role=Role.STAFF)


async def mark_joined(info: MutationInfo, input: Any) -> Completed:
    """Force-join influencers (`MarkJoinedInput`)."""
    return await write(info, (Role.STAFF,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> CandidatesPayload:
    """The same within a transaction, with keys in the payload."""
    form = Form()
    keys = keys_of(form, input.influencer_ids, "Influencer", "influencerIds")
    reason = form.optional(input.reason, NOTE_LENGTH, "reason")
    message = form.optional(input.message, NOTE_LENGTH, "message")
    if form.errors:
        return CandidatesPayload(user_errors=form.errors)
    campaign = decode(input.campaign_id, "Campaign")
    cases = None if campaign is None else await candidates(context, campaign, keys)
    if campaign is None or cases is None:
        return CandidatesPayload(user_errors=unknown_campaign())
    ledger = Ledger(actor_of(caller_in(context)), context.now, reason=reason, message=message)
    verdicts = decide_each(ledger, _COMMAND, cases, "influencer", "influencerIds")
    await ledger.write()
    return candidates_payload(campaign, input.influencer_ids, cases, verdicts)
