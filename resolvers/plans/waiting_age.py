"""Measure how long plans have waited, for the metrics. One process measures for all."""

import asyncio
from datetime import datetime

from background.worker import Worker
from database.session import rows
from resolvers.context import utc_now
from telemetry.metrics import PLAN_AGE
from workflow.enums import PlanStatus
from workflow.facts import moment_of

MEASURE_SECONDS = 10
"""Seconds between two measurements."""
SECONDS = 1
"""Seconds until the next turn, where one has failed."""
_WAITING = (PlanStatus.PREPARING, PlanStatus.APPLYING)


async def measure_repeatedly() -> None:
    """Measure until cancelled. The lease is held meanwhile, as the ages of all are added up."""
    try:
        while True:
            await measure(utc_now())
            await asyncio.sleep(MEASURE_SECONDS)
    finally:
        _set_ages({}, utc_now())


worker = Worker("plan ages", measure_repeatedly, SECONDS)


async def measure(now: datetime) -> None:
    """Measure how long ago the oldest plan of either kind came further."""
    _set_ages({status: moment_of(since) for status, since in await rows(_SINCE)}, now)


def _set_ages(since: dict[str, datetime | None], now: datetime) -> None:
    for status in _WAITING:
        age = (now - (since.get(status) or now)).total_seconds()
        PLAN_AGE.set(max(age, 0), status)


_SINCE = """
SELECT status, min(coalesce(progressed_at, started_at, created_at)) FROM plan
WHERE status IN ('PREPARING', 'APPLYING') GROUP BY status"""
