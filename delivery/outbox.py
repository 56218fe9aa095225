"""The deliveries that there are to make, as the database holds them.

Each event that a webhook is to get is a row, made in the transaction that moves the webhook's place
in the feed on: so none is lost, and none made twice. One is due when its time has come and none of
the same webhook, campaign and influencer is pending before it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

import orjson

from database.session import BatchStatement, Step, locked_rows, rows, run
from database.transactions import transacted
from models.webhook import DeliveryStatus
from resolvers.deliveries_sql import REQUESTED_AGAIN
from resolvers.feed import FeedEvent, events_after
from workflow.facts import moment_of

MAX_AHEAD = 2_000
"""Pending deliveries of a webhook at which no more are made."""
MAX_PLANNED = 500
"""Events that are looked at in one transaction."""
RETENTION = timedelta(days=30)
"""So long a delivery is kept that is not pending."""
MAX_SWEPT = 1_000
"""Rows that are deleted in one statement."""


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook that is switched on, and how it does."""

    id: int
    url: str
    selection: str
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    planned_position: int
    failing_since: datetime | None
    "When it failed first after the last success; None if it does not fail."
    failures: int
    paused_until: datetime | None

    def secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign now."""
        previous = self.previous_secret
        if previous is None or self.previous_until is None or self.previous_until <= now:
            return [self.secret]
        return [self.secret, previous]


class Backlog(NamedTuple):
    """The pending deliveries of a webhook."""

    size: int
    oldest: datetime | None
    "The time since which the oldest is pending; None if all are to be sent again, and untried."
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose turn it is."""

    id: int
    webhook_id: int
    position: int
    message_id: str
    requests: int
    attempts: int
    failing_since: datetime | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What an attempt makes of a delivery."""

    due: Due
    status: DeliveryStatus
    status_code: int | None
    error: str | None
    failing_since: datetime | None
    next_attempt_at: datetime | None
    "None unless it stays pending."
    payload: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """How a webhook does after attempts."""

    failing_since: datetime | None
    failures: int
    paused_until: datetime | None
    disabled_reason: str | None = None
    "Why it is to be switched off; None: it is not."
    has_recovered: bool = False
    "Whether what waits, because all has failed for a while, is to be tried at once."


Decide: TypeAlias = Callable[[Target | None], tuple[Sequence[Change], Health | None]]
"""Says what attempts make of deliveries and of their webhook; None: it is switched off by now."""


async def targets() -> list[Target]:
    """Return the webhooks that are switched on."""
    return [_target(row) for row in await rows(f"{_TARGETS} ORDER BY w.id")]


async def backlogs() -> dict[int, Backlog]:
    """Return what is pending for the webhooks that are switched on; none where nothing is."""
    found = (_with_moments(row, 2, 3) for row in await rows(_BACKLOGS))
    return {row[0]: Backlog(*row[1:]) for row in found}


async def plan(webhook: int, now: datetime) -> bool:
    """Make the deliveries of the next events in the feed; return whether there may be more."""

    async def work() -> int:
        found = await locked_rows(_PLANNED, "FOR UPDATE", webhook=webhook)
        if not found:
            return 0
        position, actions, campaign = found[0]
        events = await events_after(position, MAX_PLANNED)
        wanted = set(_names(actions))
        taken = [
            event
            for event in events
            if (not wanted or event.action in wanted) and campaign in (None, event.campaign_id)
        ]
        await _insert(webhook, taken, now)
        if events:
            await run(_ADVANCE, webhook=webhook, position=events[-1].position)
        return len(events)

    return await transacted(work) == MAX_PLANNED


async def due(webhook: int, now: datetime, sending: Iterable[int], limit: int) -> list[Due]:
    """Return the deliveries whose turn it is, without those that are being sent."""
    found = await rows(_DUE, webhook=webhook, now=now, sending=list(sending), limit=limit)
    return [Due(*_with_moments(row, 6, 7)) for row in found]


async def record(webhook: int, decide: Decide, now: datetime) -> Health | None:
    """Keep what came of attempts, and how the webhook does, as is decided under its lock.

    An attempt counts no more if its delivery was asked for again meanwhile. Return how the webhook
    does, if that has changed.
    """

    async def work() -> Health | None:
        found = await locked_rows(_LOCK, "FOR UPDATE", webhook=webhook)
        target = _target(found[0]) if found else None
        changes, health = decide(target)
        if changes:
            await _record([_given(change) for change in changes])
        if target is not None and health is not None:
            await _keep(webhook, health, now)
        return health

    return await transacted(work)


async def sweep(now: datetime) -> bool:
    """Delete deliveries that are old, and webhooks that are; return whether there may be more."""
    old = await run(_SWEEP, before=now - RETENTION, limit=MAX_SWEPT)
    of_deleted = await run(_SWEEP_DELETED, limit=MAX_SWEPT)
    await run(_CLEAR, before=now - timedelta(minutes=10))
    return MAX_SWEPT in (old, of_deleted)


def message_id(webhook: int, event: FeedEvent) -> str:
    """Return the id of the message that carries an event to a webhook.

    It is the same whenever it is made: also once the delivery has been swept, or the database was
    put back. By its time the event is told from another that stands in its place then.
    """
    named = f"{webhook} {event.position} {event.mark} {event.event_id}".encode()
    return f"msg_{blake2b(named, digest_size=16).hexdigest()}"


async def _insert(webhook: int, events: Iterable[FeedEvent], now: datetime) -> None:
    """Insert pending deliveries; one that is there already is asked for again."""
    given = [
        {
            "webhook_id": webhook,
            "position": event.position,
            "event_id": event.event_id,
            "campaign_id": event.campaign_id,
            "influencer_id": event.influencer_id,
            "message_id": message_id(webhook, event),
            "now": str(now),
        }
        for event in events
    ]
    if given:
        await _insert_pending(given)


async def _keep(webhook: int, health: Health, now: datetime) -> None:
    await run(
        _HEALTH,
        webhook=webhook,
        failing_since=health.failing_since,
        failures=health.failures,
        paused_until=health.paused_until,
        is_enabled=health.disabled_reason is None,
        disabled_reason=health.disabled_reason,
    )
    if health.has_recovered:
        await run(_AT_ONCE, webhook=webhook, now=now)


def _target(row: Sequence[Any]) -> Target:
    return Target(*_with_moments(row, 5, 7, 9))


def _given(change: Change) -> dict[str, Any]:
    due = change.due
    return {
        "id": due.id,
        "requests": due.requests,
        "status": change.status,
        "status_code": change.status_code,
        "error": change.error,
        "failing_since": None if change.failing_since is None else str(change.failing_since),
        "next_attempt_at": None if change.next_attempt_at is None else str(change.next_attempt_at),
        "payload": change.payload,
    }


def _with_moments(row: Sequence[Any], *places: int) -> list[Any]:
    """Return the columns, of which those at these places are moments."""
    return [
        moment_of(value) if place in places and value is not None else value
        for place, value in enumerate(row)
    ]


def _names(stored: Any) -> list[str]:
    return orjson.loads(stored) if isinstance(stored, str | bytes) else stored


_ENABLED = "w.is_enabled AND w.deleted_at IS NULL"
_TARGETS = f"""
SELECT w.id, w.url, w.selection, w.secret, w.previous_secret, w.previous_until,
    w.planned_position, w.failing_since, w.failures, w.paused_until
FROM webhook w WHERE {_ENABLED}"""
_BACKLOGS = f"""
SELECT d.webhook_id, count(*),
    min(CASE WHEN d.requests = 0 THEN d.created_at ELSE d.failing_since END),
    min(d.next_attempt_at)
FROM delivery d JOIN webhook w ON w.id = d.webhook_id
WHERE d.status = 'PENDING' AND d.position <= w.planned_position AND {_ENABLED}
GROUP BY d.webhook_id"""
_PLANNED = f"""
SELECT w.planned_position, w.actions, w.campaign_id FROM webhook w
WHERE w.id = :webhook AND {_ENABLED}"""
_ADVANCE = """
UPDATE webhook SET planned_position = :position WHERE id = :webhook"""
# What is planned anew from an earlier place comes before what was pending behind that place.
_DUE = """
SELECT d.id, d.webhook_id, d.position, d.message_id, d.requests, d.attempts, d.failing_since,
    e.occurred_at
FROM delivery d JOIN participation_event e ON e.id = d.event_id
WHERE d.webhook_id = :webhook AND d.status = 'PENDING' AND d.next_attempt_at <= :now
    AND d.position <= (SELECT w.planned_position FROM webhook w WHERE w.id = :webhook)
    AND NOT d.id = ANY(:sending) AND NOT EXISTS (
        SELECT 1 FROM delivery b
        WHERE b.webhook_id = d.webhook_id AND b.campaign_id = d.campaign_id
            AND b.influencer_id = d.influencer_id AND b.status = 'PENDING'
            AND b.position < d.position)
ORDER BY d.position LIMIT :limit"""
_LOCK = f"{_TARGETS} AND w.id = :webhook"
_HEALTH = """
UPDATE webhook SET failing_since = :failing_since, failures = :failures,
    paused_until = :paused_until, is_enabled = :is_enabled, disabled_reason = :disabled_reason
WHERE id = :webhook AND is_enabled"""
_AT_ONCE = """
UPDATE delivery SET next_attempt_at = :now
WHERE webhook_id = :webhook AND status = 'PENDING' AND next_attempt_at > :now"""
_SWEEP = """
DELETE FROM delivery WHERE id IN (
    SELECT id FROM delivery WHERE status <> 'PENDING' AND created_at < :before
    ORDER BY created_at LIMIT :limit)"""
_SWEEP_DELETED = """
DELETE FROM delivery WHERE id IN (
    SELECT d.id FROM delivery d JOIN webhook w ON w.id = d.webhook_id
    WHERE w.deleted_at IS NOT NULL LIMIT :limit)"""
# Not at once: a payload may be about to be read.
_CLEAR = """
DELETE FROM webhook WHERE deleted_at < :before
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.webhook_id = webhook.id)"""

_insert_pending = BatchStatement(
    {
        "webhook_id": "bigint",
        "position": "bigint",
        "event_id": "bigint",
        "campaign_id": "bigint",
        "influencer_id": "bigint",
        "message_id": "text",
        "now": "timestamptz",
    },
    Step(
        "planned",
        f"""INSERT INTO delivery (webhook_id, position, event_id, campaign_id, influencer_id,
            message_id, status, next_attempt_at, created_at)
        SELECT webhook_id, position, event_id, campaign_id, influencer_id, message_id,
            'PENDING', now, now FROM given WHERE true ORDER BY place
        ON CONFLICT (webhook_id, position) DO UPDATE SET status = 'PENDING',
            next_attempt_at = excluded.next_attempt_at, {REQUESTED_AGAIN}
        RETURNING id""",
    ),
)
# Whoever was erased while the message was under way has none of their data kept.
_IS_ERASED = """(delivery.is_erased OR EXISTS (SELECT 1 FROM influencer i
                WHERE i.id = delivery.influencer_id AND i.erased_at IS NOT NULL))"""
_record = BatchStatement(
    {
        "id": "bigint",
        "requests": "int",
        "status": "text",
        "status_code": "int",
        "error": "text",
        "failing_since": "timestamptz",
        "next_attempt_at": "timestamptz",
        "payload": "text",
    },
    Step(
        "recorded",
        f"""UPDATE delivery SET status = g.status, attempts = delivery.attempts + 1,
            last_status_code = g.status_code,
            last_error = CASE WHEN {_IS_ERASED} THEN NULL ELSE g.error END,
            failing_since = g.failing_since, next_attempt_at = g.next_attempt_at,
            payload = CASE WHEN {_IS_ERASED} THEN NULL ELSE g.payload END
        FROM given g WHERE g.id = delivery.id AND g.requests = delivery.requests
            AND delivery.status = 'PENDING'
        RETURNING delivery.id""",
    ),
)
