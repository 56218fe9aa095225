"""The list of a plan that takes another one back: what that one did, newest first."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import NamedTuple

from database.session import rows
from models.plan import OUTCOME_NUMBERS, STATUSES
from resolvers.queries.plans import HAS_NOT_DRIFTED
from workflow.enums import ErrorCode, ParticipationStatus, PlanAction, PlanItemOutcome
from workflow.plans import can_be_taken_back


class Member(NamedTuple):
    """An influencer of a list, with the refusal that needs no rules."""

    influencer: int
    refusal: ErrorCode | None = None


async def done_items(plan: int, page: int) -> AsyncIterator[Sequence[Member]]:
    """Yield the items that a plan has changed, in pages, the last one first.

    They are refused where no way leads back, or where anything has happened since.
    """
    [(campaign, action, before)] = await rows(_PLAN, id=plan)
    while items := await rows(_DONE, plan=plan, before=before, limit=page):
        before = items[-1][0]
        last = await last_plans(campaign, [item[1] for item in items])
        yield [
            Member(influencer, _refusal(PlanAction(action), source, last[influencer] == plan))
            for _, influencer, source in items
        ]


async def last_plans(campaign: int, influencers: Collection[int]) -> Mapping[int, int | None]:
    """Return which plan the last event of each influencer came of, but for SET_AVAILABILITY."""
    found = await rows(_LAST, campaign=campaign, ids=list(influencers))
    return {row[0]: row[1] for row in found}


def _refusal(action: PlanAction, source: int | None, is_last: bool) -> ErrorCode | None:
    before: ParticipationStatus | None = STATUSES[source - 1] if source else None
    if not can_be_taken_back(action, before):
        return ErrorCode.TRANSITION_IRREVERSIBLE
    return None if is_last else ErrorCode.DRIFTED


_PLAN = "SELECT campaign_id, action, applied_through + 1 FROM plan WHERE id = :id"
_DONE = f"""
SELECT t.place, t.influencer_id, t.from_status FROM plan_item t
WHERE t.plan_id = :plan AND t.place < :before
    AND t.outcome = {OUTCOME_NUMBERS[PlanItemOutcome.CHANGES]}
    AND {HAS_NOT_DRIFTED}
ORDER BY t.place DESC LIMIT :limit"""
_LAST = """
SELECT j.value, (SELECT e.plan_id FROM participation_event e
    WHERE e.influencer_id = j.value AND e.campaign_id = :campaign
        AND e.action <> 'SET_AVAILABILITY'
    ORDER BY e.id DESC LIMIT 1)
FROM unnest(:ids::bigint[]) AS j(value)"""
