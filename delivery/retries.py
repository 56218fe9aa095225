"""The rules of retries: when a delivery is tried again or given up, a webhook switched off.

Pure functions: nothing here reads a clock or the database, or sends anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from delivery.outbox import Change, Due, Health, Target
from delivery.sending import MAX_ERROR, Answer
from models.webhook import DeliveryStatus

PATIENCE = timedelta(hours=24)
"""Time after which a failing delivery is given up, or a webhook where all fail is switched off."""
FIRST_WAIT = timedelta(seconds=2)
"""Time between the first two attempts; each later wait is twice the one before."""
MAX_WAIT = timedelta(hours=1)
"""The longest time between two attempts."""
MAX_ASKED_WAIT = timedelta(hours=1)
"""The longest wait that a receiver can ask for by `Retry-After`."""
MAX_PAUSE = timedelta(minutes=5)
"""The longest pause between two attempts at a receiver at which all fail."""
JITTER = 0.25
"""The share by which a wait is made longer or shorter at random, at most."""
MANY_FAILURES = 5
"""Failures in a row after which a receiver gets one message at a time, with pauses."""
GONE = 410
"""The status by which a receiver unsubscribes."""
BUSY = (429, 503)
"""Statuses whose `Retry-After` is about the receiver as a whole, not about one message."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that has ended."""

    due: Due
    began: datetime
    url: str
    payload: str | None
    "The body that was sent; None if it could not be made, which is not the receiver's fault."
    answer: Answer

    @property
    def has_arrived(self) -> bool:
        """Whether the receiver has the message."""
        return self.answer.error is None


def judge(
    target: Target | None,
    attempts: Sequence[Attempt],
    now: datetime,
    *,
    counted_at: datetime | None,
    chance: float,
) -> tuple[list[Change], Health | None]:
    """Return the changes to the deliveries of these attempts, and the new health of their webhook.

    The target is None if the webhook has been switched off meanwhile. Attempts that began before
    `counted_at`, the time of the last counted failure, do not count as another failure.
    """
    health = None if target is None else _health(target, attempts, now, counted_at, chance)
    failing_since = health.failing_since if health else target and target.failing_since
    fails_altogether = failing_since is not None and now - failing_since >= PATIENCE
    is_off = target is None or (health is not None and health.disabled_reason is not None)
    changes = [
        _change(attempt, now, chance, gives_up=not (is_off or fails_altogether))
        for attempt in attempts
    ]
    return changes, health


def _change(attempt: Attempt, now: datetime, chance: float, *, gives_up: bool) -> Change:
    due, answer, payload = attempt.due, attempt.answer, attempt.payload
    if attempt.has_arrived:
        delivered = DeliveryStatus.DELIVERED
        return Change(due, delivered, answer.status_code, None, None, None, payload)
    since = due.failing_since or attempt.began
    if gives_up and now - since >= PATIENCE:
        failed = DeliveryStatus.FAILED
        return Change(due, failed, answer.status_code, answer.error, since, None, payload)
    after = max(wait(due.attempts + 1, chance), asked_wait(answer.retry_after, now) or timedelta())
    pending = DeliveryStatus.PENDING
    return Change(due, pending, answer.status_code, answer.error, since, now + after, None)


def _health(
    target: Target,
    attempts: Sequence[Attempt],
    now: datetime,
    counted_at: datetime | None,
    chance: float,
) -> Health | None:
    """Return the new health of the webhook; None if it has not changed."""
    # An address that has been replaced meanwhile says nothing about the new one.
    answered = [each for each in attempts if each.payload is not None and each.url == target.url]
    asked = _asked_pause(answered, now, target.paused_until)
    if any(attempt.answer.status_code == GONE for attempt in answered):
        reason = "The receiver answered 410: it is gone for good."
        return Health(target.failing_since, target.failures, None, reason)
    if any(attempt.has_arrived for attempt in answered):
        if target.failing_since is None and asked == target.paused_until:
            return None
        recovered = target.failures >= MANY_FAILURES
        return Health(None, 0, asked, has_recovered=recovered)
    if not answered:
        return None
    since = target.failing_since or min(attempt.began for attempt in answered)
    if now - since >= PATIENCE:
        last = answered[-1].answer.error
        reason = f"Nothing arrived for 24 hours. The last attempt: {last}"[:MAX_ERROR]
        return Health(since, target.failures, None, reason)
    is_news = counted_at is None or max(attempt.began for attempt in answered) >= counted_at
    failures = target.failures + is_news
    if is_news and failures >= MANY_FAILURES:
        pause = now + wait(failures - MANY_FAILURES + 1, chance, MAX_PAUSE)
        asked = pause if asked is None else max(asked, pause)
    return Health(since, failures, asked)


def _asked_pause(
    attempts: Iterable[Attempt], now: datetime, pause: datetime | None
) -> datetime | None:
    """Return the end of the pause: as before, or later if the receiver asks for it."""
    waits = [
        asked
        for attempt in attempts
        if attempt.answer.status_code in BUSY
        and (asked := asked_wait(attempt.answer.retry_after, now)) is not None
    ]
    moments = [now + asked for asked in waits] + ([] if pause is None else [pause])
    return max(moments, default=None)


def wait(failures: int, chance: float, most: timedelta = MAX_WAIT) -> timedelta:
    """Return the wait after this number (1 or more) of failures; `chance` is from 0 to 1."""
    doublings = min(failures - 1, 32)
    return min(FIRST_WAIT * 2**doublings, most) * (1 + JITTER * (2 * chance - 1))


def asked_wait(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return the wait in a `Retry-After` header, which holds seconds or a date; None in others."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), MAX_ASKED_WAIT.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)  # dates in HTTP are in UTC
    return min(max(moment - now, timedelta()), MAX_ASKED_WAIT)
