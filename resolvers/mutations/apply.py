"""`apply`: take part of one's own accord."""

from dataclasses import replace
from typing import Any

from projection import Completed
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.loading import of_pairs
from resolvers.pipeline.results import ParticipationPayload, UserError, refused
from resolvers.pipeline.single import answered
from resolvers.pipeline.transaction import MutationInfo, caller_in, write
from resolvers.pipeline.unit_of_work import Ledger, Verdict, actor_of
from workflow.decisions import Command
from workflow.enums import Action, ErrorCode, Role

UNKNOWN_ACCOUNT = 0
"""Stands for an id that names no account: no row has it."""

_ABOUT_ACCOUNT = frozenset(
    {
        ErrorCode.INVALID_INPUT,
        ErrorCode.NOT_FOUND,
        ErrorCode.ACCOUNT_REQUIRED,
        ErrorCode.ACCOUNT_NOT_RELEVANT,
        ErrorCode.ACCOUNT_NOT_QUALIFYING,
    }
)


async def apply(info: MutationInfo, input: Any) -> Completed:
    """Apply for a campaign, or join it (`ApplyInput`)."""
    return await write(info, (Role.INFLUENCER,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> ParticipationPayload:
    """The same within a transaction, with keys in the payload."""
    caller = caller_in(context)
    assert caller.influencer_id is not None, "influencers have theirs"
    campaign = decode(input.campaign_id, "Campaign")
    cases = await of_pairs({(campaign or 0, caller.influencer_id)}, context.now)
    if not cases:
        return refused(_no_campaign())
    [case] = cases.values()
    account = account_key(input.account_id)
    ledger = Ledger(actor_of(caller), context.now)
    command = Command(action=Action.APPLY, role=caller.role, account=account)
    verdict = ledger.decide(case, command)
    await ledger.write()
    if verdict.error and case.facts.is_hidden:
        return refused(_no_campaign())
    return answered(verdict, case, about_account(verdict, "campaignId"))


def account_key(gid: str | None) -> int | None:
    """The account that an id names; `UNKNOWN_ACCOUNT` where it names none."""
    if gid is None:
        return None
    return decode(gid, "SocialAccount") or UNKNOWN_ACCOUNT


def about_account(verdict: Verdict, otherwise: str) -> UserError | None:
    """The refusal with its path: of the account to `accountId`, all others to `otherwise`."""
    if verdict.error is None:
        return None
    field = "accountId" if verdict.error.code in _ABOUT_ACCOUNT else otherwise
    return replace(verdict.error, field=["input", field])


def _no_campaign() -> UserError:
    message = "There is no such campaign, or you cannot see it."
    return UserError(ErrorCode.NOT_FOUND, message, ["input", "campaignId"])
