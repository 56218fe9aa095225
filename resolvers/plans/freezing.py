"""Freezing the list of a plan: those who match, with the answer of the rules for each."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from background.isolation import isolating
from background.worker import Worker
from database.failures import is_general_outage
from database.log import empty_log
from database.session import database, dumps, locked_rows, rows, run
from database.snapshots import Reading
from database.statement import Row
from database.transactions import transacted
from projection import ListRun, Terms
from projection.listing import Page, page_values
from resolvers.context import Context, utc_now
from resolvers.errors import RequestError
from resolvers.plans.expiry import delete_items, pause
from resolvers.plans.facts import campaign_row, facts_of, read_rows
from resolvers.plans.frozen import FrozenList, Item
from resolvers.plans.request import LaterRequestError, Request
from resolvers.plans.undoing import Member, done_items
from telemetry.metrics import PLANS_GIVEN_UP
from workflow.enums import ErrorCode, PlanAction, Role
from workflow.facts import CampaignRow
from workflow.plans import MAX_ITEMS, command_of

READY_TIME = timedelta(hours=24)
"""Time within which a READY plan can be applied."""
PAGE = 50_000
"""Influencers that are listed at a time."""
BATCH = 1_000
"""Influencers whose facts are read at a time, while those before are decided and stored."""
SLICE = 100
"""Influencers that are decided at a time; in between the process does its other work."""
SECONDS = 1
"""Seconds between two turns of the worker."""
FAILURES = 5
"""Attempts that may fail for no outage, but of this list, such as a slow statement."""
ATTEMPTS = 10
"""Attempts in all, also those that ended by an outage or with the process: the list may be why."""
RETRY_TIME = timedelta(seconds=10)
"""Time between the first two attempts; it doubles each time."""

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
    failures: int


async def freeze_all() -> None:
    """Freeze the lists that are asked for, those with the fewest attempts first."""
    with isolating(_log) as isolated:
        for [plan] in await rows(_PREPARING, now=utc_now()):
            with isolated(f"the list of plan {plan} was not frozen"):
                await freeze(plan)
            with isolated("the write-ahead log was not emptied"):
                await empty_log()  # which an erasure could not, beside the snapshot of the list


# A lease of few seconds would be lost where a renewal is slow, and a long list begun anew.
worker = Worker("plans", freeze_all, SECONDS)


async def freeze(key: int) -> None:
    """Freeze the list of a plan that is PREPARING, and make the plan READY or FAILED.

    Where it could not, but may be able to later, the plan stays PREPARING.
    """
    plan = await transacted(partial(_begin, key))
    if plan is None:
        return
    if plan.attempt > ATTEMPTS:
        _log.warning("the list of plan %d was not frozen in %d attempts", key, ATTEMPTS)
        await _give_up(plan)
        return
    try:
        await _clear(plan)
        await _freeze(plan, utc_now())
    except TooManyItemsError:
        await _fail(plan, ErrorCode.TOO_MANY_ITEMS)
    except RequestError:
        await _fail(plan, ErrorCode.INVALID_INPUT)
    except Exception as error:
        if is_general_outage(error) or isinstance(error, LaterRequestError):
            raise
        await _put_off(plan, error)


async def _begin(key: int) -> _Plan | None:
    """Begin an attempt; None if the plan is not PREPARING any more.

    When the next one may begin is stored now: if the process dies, nobody could later.
    """
    found = await locked_rows(_PLAN, "FOR UPDATE", id=key)
    if not found:
        return None
    plan = _Plan(*found[0])
    await run(_BEGIN, id=key, retry_at=utc_now() + RETRY_TIME * 2**plan.attempt)
    return plan._replace(attempt=plan.attempt + 1)


async def _clear(plan: _Plan) -> None:
    """Delete what was stored before a crash, a few items at a time."""
    while await transacted(partial(_delete_some, plan)):
        await pause()


async def _delete_some(plan: _Plan) -> int:
    return await delete_items(plan.id) if await _lock(plan) else 0


async def _freeze(plan: _Plan, now: datetime) -> None:
    """Decide and store the items, of one moment, and make the plan READY."""
    frozen = FrozenList(command_of(PlanAction(plan.action)))
    with Reading(("plan", plan.id)):
        terms = await campaign_row(plan.campaign_id)
        async for members in _members(plan):
            if len(frozen) + len(members) > MAX_ITEMS:
                raise TooManyItemsError
            if not await _freeze_page(plan, frozen, terms, members, now):
                return
    await _store(plan, frozen.take())
    await _end(
        plan,
        _READY,
        expires_at=utc_now() + READY_TIME,
        size=len(frozen),
        refusals=frozen.refusals,
        **frozen.counts,
    )


async def _freeze_page(
    plan: _Plan,
    frozen: FrozenList,
    terms: CampaignRow,
    members: Sequence[Member],
    now: datetime,
) -> bool:
    """Add these members to the list; return whether the plan still waits for it.

    A batch is decided while the next one is read, and the one before is stored.
    """
    starts = range(0, len(members), BATCH)
    batches = [*(members[start : start + BATCH] for start in starts), ()]
    found = await _read(plan.campaign_id, batches[0])
    for batch, following in pairwise(batches):
        try:
            async with asyncio.TaskGroup() as group:
                storing = group.create_task(_store(plan, frozen.take()))
                reading = group.create_task(_read(plan.campaign_id, following))
                group.create_task(_decide(frozen, batch, terms, found, now))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        if not storing.result():
            return False
        found = reading.result()
    return True


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


async def _store(plan: _Plan, items: Sequence[Item]) -> bool:
    """Store these items; return whether the plan still waits for them."""
    return await transacted(partial(_insert, plan, items))


async def _insert(plan: _Plan, items: Sequence[Item]) -> bool:
    if not await _lock(plan):
        return False
    await run(_INSERT, plan=plan.id, items=dumps(items))
    return True


async def _lock(plan: _Plan) -> bool:
    """Lock the plan; return whether it still waits for the items of this attempt."""
    return bool(await locked_rows(_MINE, "FOR UPDATE", id=plan.id, attempt=plan.attempt))


async def _fail(plan: _Plan, code: ErrorCode) -> int:
    return await _end(plan, _FAILED, error=code.value, now=utc_now())


async def _put_off(plan: _Plan, error: Exception) -> None:
    """Count an attempt that failed, and have the next one wait; with the last one give up."""
    failures = plan.failures + 1
    words = "the list of plan %d was not frozen, in attempt %d of %d"
    _log.warning(words, plan.id, failures, FAILURES, exc_info=error)
    if failures < FAILURES:
        retry_at = utc_now() + RETRY_TIME * 2**plan.failures
        await _end(plan, _PUT_OFF, failures=failures, retry_at=retry_at)
    else:
        await _give_up(plan)


async def _give_up(plan: _Plan) -> None:
    if await _fail(plan, ErrorCode.FREEZING_FAILED):
        PLANS_GIVEN_UP.add()


async def _end(plan: _Plan, statement: str, **values: object) -> int:
    """Change the plan if it still waits for this attempt; return whether it did."""
    return await run(statement, id=plan.id, attempt=plan.attempt, **values)


_NO_FIELD: tuple[str, Mapping[str, Any], Terms] = (
    "",
    {},
    Terms(invalid="INVALID_INPUT", forbidden="FORBIDDEN"),
)
"""The field of pages without cursors of clients, which a field would bind."""
_PREPARING = """
SELECT id FROM plan WHERE status = 'PREPARING' AND (retry_at IS NULL OR retry_at <= :now)
ORDER BY attempt, id"""
_PLAN = f"""
SELECT {", ".join(_Plan._fields)} FROM plan WHERE id = :id AND status = 'PREPARING'"""
_BEGIN = "UPDATE plan SET attempt = attempt + 1, retry_at = :retry_at WHERE id = :id"
_INSERT = """
INSERT INTO plan_item (plan_id, place, influencer_id, outcome, from_status, to_status, error)
SELECT :plan::bigint, (j.value->>0)::int, (j.value->>1)::bigint, (j.value->>2)::smallint,
    (j.value->>3)::smallint, (j.value->>4)::smallint, (j.value->>5)::smallint
FROM json_array_elements(:items::json) AS j(value)"""
_MINE = "SELECT 1 FROM plan WHERE id = :id AND attempt = :attempt AND status = 'PREPARING'"
# Texts without a list may be about somebody who has been erased since the plan was made.
_READY = """
UPDATE plan SET status = 'READY', expires_at = :expires_at, request = NULL, refusals = :refusals,
    changes = :changes, unchanged = :unchanged, refused = :refused,
    reason = CASE WHEN :size > 0 THEN reason END, message = CASE WHEN :size > 0 THEN message END
WHERE id = :id AND attempt = :attempt AND status = 'PREPARING'"""
_PUT_OFF = """
UPDATE plan SET failures = :failures, retry_at = :retry_at
WHERE id = :id AND attempt = :attempt AND status = 'PREPARING'"""
_FAILED = """
UPDATE plan SET status = 'FAILED', error = :error, ended_at = :now, request = NULL
WHERE id = :id AND attempt = :attempt AND status = 'PREPARING'"""
