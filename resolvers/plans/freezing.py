"""Freezing the list of a plan: those who match, with the answer of the rules for each."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from background.lease import BRISK
from background.worker import Worker
from database.failures import is_outage
from database.session import database, locked_rows, rows, run
from database.snapshots import Reading
from database.statement import Row
from database.transactions import transacted
from projection import ListRun, Terms
from projection.listing import Page, page_values
from resolvers.context import Context, utc_now
from resolvers.errors import RequestError
from resolvers.plans.facts import campaign_row, facts_of, read_rows
from resolvers.plans.frozen import FrozenList
from resolvers.plans.keeping import PAUSE, keep
from resolvers.plans.request import Request
from resolvers.plans.undoing import Member, done_items
from workflow.enums import ErrorCode, PlanAction, Role
from workflow.facts import CampaignRow
from workflow.plans import command_of

MAX_ITEMS = 1_000_000
READY_TIME = timedelta(hours=24)
"""Time within which a READY plan can be applied."""
PAGE = 50_000
"""Influencers that are listed at a time."""
BATCH = 1_000
"""Influencers whose facts are read at a time, while the batch before is decided."""
SLICE = 100
"""Influencers that are decided at a time; in between the process does its other work."""
STORED = 10_000
"""Items that are stored in one transaction."""
SECONDS = 1
"""Seconds between two turns of the worker."""

_log = logging.getLogger(__name__)


class TooManyItemsError(Exception):
    """More influencers match than a list may have."""


class _Plan(NamedTuple):
    """A plan whose list is being frozen."""

    id: int
    campaign_id: int
    action: str
    undoes_id: int | None
    request: str | None
    attempt: int


async def freeze_all() -> None:
    """Freeze the lists that are asked for, the oldest first; then keep to the times of others."""
    outage: Exception | None = None
    for [plan] in await rows(_PREPARING):
        try:
            await freeze(plan)
        except Exception as error:  # noqa: BLE001
            # It may be of this list alone, such as a statement that takes too long.
            if is_outage(error):
                outage = error
            else:
                _log.warning("the list of plan %d was not frozen", plan, exc_info=True)
    await keep(utc_now())
    if outage is not None:
        raise outage


worker = Worker("plans", freeze_all, SECONDS, BRISK)


async def freeze(key: int) -> None:
    """Freeze the list of a plan that is PREPARING, and make the plan READY or FAILED."""
    plan = await transacted(partial(_begin, key))
    if plan is None:
        return
    try:
        frozen = await _decide_all(plan, utc_now())
    except TooManyItemsError:
        await _fail(plan, ErrorCode.TOO_MANY_ITEMS)
    except RequestError:
        await _fail(plan, ErrorCode.INVALID_INPUT)
    else:
        await _store(plan, frozen)


async def _begin(key: int) -> _Plan | None:
    """Begin anew: delete what was stored before a crash. None if it is not PREPARING any more."""
    found = await locked_rows(_PLAN, "FOR UPDATE", id=key)
    if not found:
        return None
    await run("DELETE FROM plan_item WHERE plan_id = :id", id=key)
    await run("UPDATE plan SET attempt = attempt + 1 WHERE id = :id", id=key)
    plan = _Plan(*found[0])
    return plan._replace(attempt=plan.attempt + 1)


async def _decide_all(plan: _Plan, now: datetime) -> FrozenList:
    """Return the list, of one moment."""
    with Reading(("plan", plan.id)):
        frozen = FrozenList(command_of(PlanAction(plan.action)))
        terms = await campaign_row(plan.campaign_id)
        async for members in _members(plan):
            if len(frozen) + len(members) > MAX_ITEMS:
                raise TooManyItemsError
            await _decide_page(frozen, plan.campaign_id, terms, members, now)
        return frozen


async def _decide_page(
    frozen: FrozenList,
    campaign: int,
    terms: CampaignRow,
    members: Sequence[Member],
    now: datetime,
) -> None:
    """Add these members to the list in batches, and read the next one meanwhile."""
    starts = range(0, len(members), BATCH)
    batches = [*(members[start : start + BATCH] for start in starts), ()]
    found = await _read(campaign, batches[0])
    for batch, following in pairwise(batches):
        deciding = _decide(frozen, batch, terms, found, now)
        _, found = await asyncio.gather(deciding, _read(campaign, following))


async def _read(campaign: int, members: Sequence[Member]) -> Mapping[int, Row]:
    influencers = [member.influencer for member in members]
    return await read_rows(campaign, influencers) if influencers else {}


async def _decide(
    frozen: FrozenList,
    members: Sequence[Member],
    terms: CampaignRow,
    found: Mapping[int, Row],
    now: datetime,
) -> None:
    """Add these members to the list; who has no row has been erased."""
    for place, (influencer, refusal) in enumerate(members):
        if place % SLICE == 0:
            await asyncio.sleep(0)
        row = found.get(influencer)
        known = facts_of(terms, row, now) if row else None
        if known is None:
            frozen.refuse(influencer, None, ErrorCode.NOT_FOUND)
        elif refusal is not None:
            frozen.refuse(influencer, known.status, refusal)
        else:
            frozen.decide(influencer, known)


async def _members(plan: _Plan) -> AsyncIterator[Sequence[Member]]:
    """Yield who is on the list, in pages."""
    if plan.undoes_id is not None:
        async for members in done_items(plan.undoes_id, PAGE):
            yield members
        return
    assert plan.request is not None
    request = Request.of_json(plan.request)
    excepted = frozenset(request.excepted)
    left = MAX_ITEMS + 1 if request.limit is None else request.limit
    size = min(PAGE, left + len(excepted))
    async for page in _pages(request, plan.campaign_id, size):
        members = [Member(influencer) for influencer in page if influencer not in excepted][:left]
        yield members
        left -= len(members)
        if left == 0:
            return


async def _pages(request: Request, campaign: int, size: int) -> AsyncIterator[Sequence[int]]:
    """Yield the influencers of the screen's list, in its order, in pages."""
    reading = reading_run(Context())
    listing = await request.listing(reading, campaign)
    columns = ", ".join(["t.influencer_id", *(order.sql for order in listing.orders)])
    values = {**listing.values, "parent": campaign}
    # A statement reads one row more than its page has.
    page = Page(size - 1, forward=True, cursor=None, after=True, asked=_NO_FIELD)
    while True:
        statement = listing.rows(columns, "", page, [campaign])
        found = await reading.fetch(statement, {**values, **page_values(page)})
        yield [row[0] for row in found]
        if len(found) < size:
            return
        page = replace(page, cursor=tuple(found[-1][1 : 1 + len(listing.orders)]))


def reading_run(context: Context) -> ListRun:
    """Return what reads lists as staff see them."""
    return ListRun(database=database(), role=Role.STAFF, context=context)


async def _store(plan: _Plan, frozen: FrozenList) -> None:
    """Store the items, a few at a time; with the last ones the plan is READY."""
    for start in range(0, len(frozen), STORED):
        stop = min(start + STORED, len(frozen))
        if not await transacted(partial(_store_some, plan, frozen, start, stop)):
            return
        await asyncio.sleep(PAUSE)
    await _end(
        plan,
        _READY,
        expires_at=utc_now() + READY_TIME,
        refusals=frozen.refusals,
        **frozen.counts,
    )


async def _store_some(plan: _Plan, frozen: FrozenList, start: int, stop: int) -> bool:
    """Store items; return whether the plan still waits for them, and for those of this attempt."""
    if not await locked_rows(_MINE, "FOR UPDATE", id=plan.id, attempt=plan.attempt):
        return False
    await frozen.store(plan.id, start, stop)
    return True


async def _fail(plan: _Plan, code: ErrorCode) -> None:
    await _end(plan, _FAILED, error=code.value, now=utc_now())


async def _end(plan: _Plan, statement: str, **values: object) -> None:
    await run(statement, id=plan.id, attempt=plan.attempt, **values)


_NO_FIELD: tuple[str, Mapping[str, Any], Terms] = (
    "",
    {},
    Terms(invalid="INVALID_INPUT", forbidden="FORBIDDEN"),
)
"""The field of pages without cursors of clients, which a field would bind."""
_PREPARING = "SELECT id FROM plan WHERE status = 'PREPARING' ORDER BY attempt, id"
_PLAN = f"""
SELECT {", ".join(_Plan._fields)} FROM plan WHERE id = :id AND status = 'PREPARING'"""
_MINE = "SELECT 1 FROM plan WHERE id = :id AND attempt = :attempt AND status = 'PREPARING'"
_READY = """
UPDATE plan SET status = 'READY', expires_at = :expires_at, request = NULL, refusals = :refusals,
    changes = :changes, unchanged = :unchanged, refused = :refused
WHERE id = :id AND attempt = :attempt AND status = 'PREPARING'"""
_FAILED = """
UPDATE plan SET status = 'FAILED', error = :error, ended_at = :now, request = NULL
WHERE id = :id AND attempt = :attempt AND status = 'PREPARING'"""
