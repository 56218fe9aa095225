"""`apply`: take part in a campaign, or ask to."""

from dataclasses import replace

from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.loading import lock_pairs
from resolvers.pipeline.single import ParticipationOutcome, outcome_of, refused
from resolvers.pipeline.transaction import caller_in, influencer_in
from resolvers.pipeline.unit_of_work import Evaluation, UnitOfWork, actor_of
from resolvers.pipeline.validation import Refusal, path_of
from workflow.enums import Action, ErrorCode
from workflow.table import Command

UNKNOWN_ACCOUNT = 0
"""The key of an id that names no account: no row has it."""

_ABOUT_ACCOUNT = frozenset(
    {
        ErrorCode.INVALID_INPUT,
        ErrorCode.NOT_FOUND,
        ErrorCode.ACCOUNT_REQUIRED,
        ErrorCode.ACCOUNT_NOT_RELEVANT,
        ErrorCode.ACCOUNT_NOT_QUALIFYING,
    }
)


async def apply(
    context: Context, *, campaign_id: str, account_id: str | None
) -> ParticipationOutcome:
    """Apply to a Selection campaign, or join another, for the calling influencer."""
    caller = caller_in(context)
    campaign = decode(campaign_id, "Campaign")
    candidates = await lock_pairs(context, {(campaign or 0, influencer_in(context))})
    if not candidates:
        return refused(_unknown_campaign())
    [candidate] = candidates.values()
    unit = UnitOfWork(actor_of(caller))
    command = Command(action=Action.APPLY, role=caller.role, account=account_key(account_id))
    evaluation = unit.decide(candidate, command)
    await unit.write()
    if evaluation.refusal and candidate.facts.is_hidden:
        return refused(_unknown_campaign())
    return outcome_of(evaluation, candidate, about_account(evaluation, "campaignId"))


def account_key(gid: str | None) -> int | None:
    """Return the key of the account that an id names; `UNKNOWN_ACCOUNT` if it names none."""
    if gid is None:
        return None
    return decode(gid, "SocialAccount") or UNKNOWN_ACCOUNT


def about_account(evaluation: Evaluation, otherwise: str) -> Refusal | None:
    """Return the refusal with a path: `accountId` where it is about that, else `otherwise`."""
    if evaluation.refusal is None:
        return None
    field = "accountId" if evaluation.refusal.code in _ABOUT_ACCOUNT else otherwise
    return replace(evaluation.refusal, field=path_of(field))


def _unknown_campaign() -> Refusal:
    message = "There is no such campaign, or you cannot see it."
    return Refusal(ErrorCode.NOT_FOUND, message, path_of("campaignId"))
