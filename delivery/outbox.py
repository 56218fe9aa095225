"""The pending deliveries, as rows of the database.

There is a row for each event that a webhook is to get. It is inserted in the transaction that moves
the webhook's position in the feed, so none is lost, and none made twice. A delivery is due when its
time has come and no earlier one of the same webhook, campaign and influencer is pending.
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
"""Pending deliveries of a webhook; no more are made ahead."""
MAX_PLANNED = 500
"""Events read in one transaction."""
RETENTION = timedelta(days=30)
"""Time for which a delivery is kept that is not pending."""
MAX_SWEPT = 1_000
"""Rows deleted by one statement."""


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook that is switched on, with its health."""

    id: int
    url: str
    selection: str
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    planned_position: int
    failing_since: datetime | None
    "Time of the first failure after the last success; None if it does not fail."
    failures: int
    paused_until: datetime | None

    def secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign at this time."""
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
    """A delivery that can be sent now."""

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
    """The new state of a delivery after an attempt."""

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
    """The health of a webhook after attempts."""

    failing_since: datetime | None
    failures: int
    paused_until: datetime | None
    disabled_reason: str | None = None
    "Reason to switch it off; None to leave it on."
    has_recovered: bool = False
    "Whether deliveries that wait for their next attempt are to be tried at once."


class Recorded(NamedTuple):
    """The changes that were stored after attempts."""

    health: Health | None
    "The new health of the webhook; None if it has not changed."
    given_up: Sequence[Change]
    "The changes of deliveries that failed for good."


Decide: TypeAlias = Callable[[Target | None], tuple[Sequence[Change], Health | None]]
"""Returns the changes to deliveries and to the health of their webhook after attempts.

The target is None if the webhook has been switched off meanwhile.
"""


async def targets() -> list[Target]:
    """Return the webhooks that are switched on."""
    return [_target(row) for row in await rows(f"{_TARGETS} ORDER BY w.id")]


async def backlogs() -> dict[int, Backlog]:
    """Return the backlogs of the webhooks that are switched on and have one, by id."""
    found = (_with_moments(row, 2, 3) for row in await rows(_BACKLOGS))
    return {row[0]: Backlog(*row[1:]) for row in found}


async def plan(webhook: int, now: datetime) -> bool:
    """Insert deliveries of the next events in the feed; return whether there may be more events."""

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
    """Return deliveries that are due, without those that are being sent."""
    found = await rows(_DUE, webhook=webhook, now=now, sending=list(sending), limit=limit)
    return [Due(*_with_moments(row, 6, 7)) for row in found]


async def record(webhook: int, decide: Decide, now: datetime) -> Recorded:
    """Store the changes that `decide` returns under the webhook's lock.

    Changes of a delivery that was asked for again meanwhile are left out.
    """

    async def work() -> Recorded:
        found = await locked_rows(_LOCK, "FOR UPDATE", webhook=webhook)
        target = _target(found[0]) if found else None
        changes, health = decide(target)
        stored = await _record([_given(change) for change in changes]) if changes else ()
        if target is not None and health is not None:
            await _keep(webhook, health, now)
        return Recorded(health, _given_up(changes, {row[0] for row in stored}))

    return await transacted(work)


async def sweep(now: datetime) -> bool:
    """Delete old deliveries, and deleted webhooks; return whether there may be more."""
    old = await run(_SWEEP, before=now - RETENTION, limit=MAX_SWEPT)
    of_deleted = await run(_SWEEP_DELETED, limit=MAX_SWEPT)
    await run(_CLEAR, before=now - timedelta(minutes=10))
    return MAX_SWEPT in (old, of_deleted)


def message_id(webhook: int, event: FeedEvent) -> str:
    """Return the id of the message that carries an event to a webhook.

    It is the same each time, also after the delivery was swept, or the database was restored. The
    event's time is part of it: after a restore another event may have the same id and position.
    """
    named = f"{webhook} {event.position} {event.mark} {event.event_id}".encode()
    return f"msg_{blake2b(named, digest_size=16).hexdigest()}"


async def _insert(webhook: int, events: Iterable[FeedEvent], now: datetime) -> None:
    """Insert pending deliveries; reset those that exist."""
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


def _given_up(changes: Iterable[Change], stored: set[int]) -> list[Change]:
    failed = DeliveryStatus.FAILED
    return [change for change in changes if change.status is failed and change.due.id in stored]


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
    """Return the columns, with those at these places parsed as moments."""
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
# After `redeliver` from an earlier position, deliveries beyond the planned position have to wait.
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
# Not at once: a reader may be about to read a payload.
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
# An influencer may have been erased while the message was sent: their data is not stored.
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
