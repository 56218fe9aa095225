"""The results of subscriptions and webhooks: events at positions in the feed, and plans."""

from projection import Completed
from resolvers.answers import Info, allow, by_key, may_see
from resolvers.errors import RequestError
from resolvers.ids import decode
from resolvers.queries.influencers import is_known
from workflow.enums import Role

_NO_CAMPAIGN = "`campaignId` names no campaign that you may see."


async def of_participations(info: Info, campaign: str | None) -> Completed:
    """Return the changes at the context's positions that the caller may see, by position.

    Raises RequestError: FORBIDDEN, UNAUTHENTICATED, and INVALID_INPUT if the campaign does not
    exist or is not the caller's.
    """
    caller = allow(info, Role.STAFF, Role.ADVERTISER)
    if campaign is not None and not await may_see(caller, "Campaign", campaign):
        raise RequestError("INVALID_INPUT", _NO_CAMPAIGN)
    return await _changes(info)


async def of_own_jobs(info: Info) -> Completed:
    """Return the changes of the calling influencer's participations, by position.

    Raises RequestError UNAUTHENTICATED if the influencer has been erased.
    """
    caller = allow(info, Role.INFLUENCER)
    assert caller.influencer_id is not None, "a token of an influencer names them"
    if not await is_known(caller.influencer_id):
        raise RequestError("UNAUTHENTICATED", "The influencer of this token is not known any more.")
    return await _changes(info)


async def of_plan(info: Info, plan: str) -> Completed:
    """Return the plan as it is now, by its key.

    Raises RequestError: FORBIDDEN, UNAUTHENTICATED, and INVALID_INPUT if there is no such plan.
    """
    allow(info, Role.STAFF)
    key = decode(plan, "Plan")
    found = {} if key is None else await by_key(info, "Plan", {key: [()]})
    if not found:
        raise RequestError("INVALID_INPUT", "`id` names no plan.")
    return Completed(found)


async def _changes(info: Info) -> Completed:
    positions = info.context.positions
    return Completed(await by_key(info, "ParticipationChange", {each: [()] for each in positions}))
