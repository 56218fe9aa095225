"""How long plans have waited, for the metrics: as long as one process tells, all are told of."""

import asyncio
from datetime import datetime

from background.worker import Worker
from database.session import rows
from resolvers.context import utc_now
from telemetry.metrics import PLAN_AGE
from workflow.enums import PlanStatus
from workflow.facts import moment_of

LOOK_SECONDS = 10
"""Seconds between two looks."""
SECONDS = 1
"""Seconds until the next turn, where one has failed."""
_WAITING = (PlanStatus.PREPARING, PlanStatus.APPLYING)


async def watch() -> None:
    """Measure until cancelled. The lease is held meanwhile, as the ages of all are added up."""
    try:
        while True:
            await measure(utc_now())
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        _tell({}, utc_now())


worker = Worker("plans watched", watch, SECONDS)


async def measure(now: datetime) -> None:
    """Measure how long ago the oldest plan of either kind came further."""
    _tell({status: moment_of(since) for status, since in await rows(_SINCE)}, now)


def _tell(since: dict[str, datetime | None], now: datetime) -> None:
    for status in _WAITING:
        age = (now - (since.get(status) or now)).total_seconds()
        PLAN_AGE.set(max(age, 0), status)


_SINCE = """
SELECT status, min(coalesce(progressed_at, created_at)) FROM plan
WHERE status IN ('PREPARING', 'APPLYING') GROUP BY status"""
