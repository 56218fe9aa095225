"""The worker that sends the feed to webhooks, in one process at a time.

A turn records the attempts that have ended, makes deliveries of new events in the feed, and sends
the deliveries that are due. A delivery stays pending until its attempt is recorded, so that another
process sends it again if this one dies: a message arrives at least once, with the same id each
time. Deliveries of one webhook, campaign and influencer are sent one after the other, all others at
the same time.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import orjson

from background.isolation import Isolated, isolating
from background.lease import BRISK
from background.worker import Worker
from delivery import outbox
from delivery.addresses import Allowed
from delivery.outbox import Backlog, Change, Due, Health, Target
from delivery.retries import MANY_FAILURES, Attempt, judge
from delivery.selections import FIELD, SelectionError, Selections
from delivery.sending import MAX_CONNECTIONS, MAX_ERROR, Answer, Message, Sender
from resolvers.context import utc_now
from resolvers.errors import RequestError
from resolvers.feed import last_cursor
from telemetry.metrics import (
    WEBHOOK_ATTEMPTS,
    WEBHOOK_GIVEN_UP,
    WEBHOOK_OLDEST,
    WEBHOOKS_SWITCHED_OFF,
)

EVENT_TYPE = "participation.changed"
MAX_SENDING = 10
"""Messages to one webhook at the same time."""
TICK_SECONDS = 0.25
"""Seconds between two turns, unless an attempt ends earlier."""
SWEEP_SECONDS = 60
"""Seconds between two deletions of old deliveries."""
_NOT_SERVED = "the webhook {} could not be served"

_log = logging.getLogger(__name__)


class Payloads(Protocol):
    """A maker of payloads from selections (`delivery/selections.py`)."""

    async def render(self, selection: str, positions: Sequence[int]) -> Mapping[int, bytes]:
        """Return the result at each position. Raises SelectionError and RequestError."""
        ...

    def forget(self, but: set[str]) -> None:
        """Drop all cached selections but these."""
        ...


class WebhookRules:
    """The checks of a webhook's URL and selection (`resolvers.context.WebhookRules`)."""

    def __init__(self, allowed: Allowed, selections: Selections) -> None:
        self.problem_of_url = allowed.problem_of
        self.problem_of_selection = selections.problem_of


class Deliverer:
    """The sender of all webhooks' deliveries. `clock` returns the time."""

    def __init__(
        self, payloads: Payloads, sender: Sender, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._payloads = payloads
        self._sender = sender
        self._clock = clock

    @property
    def worker(self) -> Worker:
        """The worker that every process runs; its lease lets one of them work at a time."""
        return Worker("webhooks", self.run, seconds=1, terms=BRISK)

    async def run(self) -> None:
        """Send deliveries until cancelled."""
        try:
            async with self._sender, asyncio.TaskGroup() as group:
                shift = Shift(self._payloads, self._sender, self._clock, group)
                while True:
                    if not await shift.turn():
                        await shift.rest()
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None  # so that the worker recognizes an outage
        finally:
            WEBHOOK_OLDEST.set(0)


class Shift:
    """The work of one process while it has the lease."""

    def __init__(
        self,
        payloads: Payloads,
        sender: Sender,
        clock: Callable[[], datetime],
        group: asyncio.TaskGroup,
    ) -> None:
        self._payloads = payloads
        self._sender = sender
        self._clock = clock
        self._group = group
        self._sending: dict[int, int] = {}
        "The webhook of each delivery that is being sent or is not recorded yet, by delivery."
        self._ended: list[Attempt] = []
        self._has_news = asyncio.Event()
        self._counted_at: dict[int, datetime] = {}
        "The time of the last counted failure, by webhook."
        self._sweeps_at: datetime | None = None
        self._turns = 0
        self._targets: Sequence[Target] = ()

    async def turn(self) -> bool:
        """Record attempts, make and send deliveries; return whether there is more to do at once."""
        self._has_news.clear()
        with isolating(_log) as isolated:
            await self._record(isolated)
            is_more = await self._serve_all(isolated)
        return await self._sweep() or is_more

    async def _serve_all(self, isolated: Isolated) -> bool:
        """Make and send deliveries of all webhooks; return whether there are more to make."""
        targets, backlogs = await outbox.targets(), await outbox.backlogs()
        self._targets = targets
        self._payloads.forget({target.selection for target in targets})
        self._measure(backlogs)
        end = (await last_cursor()).position
        is_more = False
        for target in self._in_turn(targets):
            with isolated(_NOT_SERVED.format(target.id)):
                is_more |= await self._serve(target, backlogs.get(target.id), end)
        return is_more

    def _in_turn(self, targets: Sequence[Target]) -> Sequence[Target]:
        """Return the targets, each time from another one on, so that none takes all connections."""
        self._turns += 1
        first = self._turns % len(targets) if targets else 0
        return [*targets[first:], *targets[:first]]

    async def _serve(self, target: Target, backlog: Backlog | None, end: int) -> bool:
        """Make and send deliveries of one webhook; return whether there are more to make."""
        is_more = False
        is_behind = end > target.planned_position
        if is_behind and (backlog is None or backlog.size < outbox.MAX_AHEAD):
            is_more = await outbox.plan(target.id, self._clock())
        elif not self._is_due(backlog):
            return False
        await self._send_due(target)
        return is_more

    async def rest(self) -> None:
        """Wait until an attempt has ended, or for `TICK_SECONDS`."""
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await self._has_news.wait()
        except TimeoutError:
            pass

    def _is_due(self, backlog: Backlog | None) -> bool:
        return backlog is not None and backlog.next_attempt_at <= self._clock()

    def _measure(self, backlogs: Mapping[int, Backlog]) -> None:
        now = self._clock()
        oldest = min((each.oldest for each in backlogs.values() if each.oldest), default=now)
        WEBHOOK_OLDEST.set(max((now - oldest).total_seconds(), 0))

    # Sending

    async def _send_due(self, target: Target) -> None:
        """Start to send the due deliveries of a webhook, up to the limits."""
        now = self._clock()
        room = self._room(target)
        if room <= 0 or (target.paused_until is not None and target.paused_until > now):
            return
        found = await outbox.due(target.id, now, self._sending, room)
        if not found:
            return
        try:
            texts = await self._texts(target, [due.position for due in found])
        except SelectionError as error:
            await self._switch_off(target, f"The selection is not valid any more: {error}")
            return
        for due in found:
            self._begin(target, due, _body(texts.get(due.position), due.occurred_at))

    def _room(self, target: Target) -> int:
        """Return the number of messages that may be sent to a webhook now.

        A connection is left for each webhook to which nothing is being sent, so that receivers that
        hang do not take them all.
        """
        most = 1 if target.failures >= MANY_FAILURES else MAX_SENDING
        busy = Counter(self._sending.values())
        left = sum(1 for each in self._targets if each.id not in busy and each.id != target.id)
        return min(most - busy[target.id], MAX_CONNECTIONS - len(self._sending) - left)

    async def _texts(self, target: Target, positions: Sequence[int]) -> Mapping[int, bytes]:
        """Return the results of the selection by position, without those that failed."""
        try:
            return await self._payloads.render(target.selection, positions)
        except RequestError as error:
            if len(positions) == 1:
                _log.warning("a payload of the webhook %s cannot be made: %s", target.id, error)
                return {}
        # One event may make the whole batch fail: try each alone.
        each = [await self._texts(target, [position]) for position in positions]
        return {position: text for made in each for position, text in made.items()}

    def _begin(self, target: Target, due: Due, body: str | None) -> None:
        began = self._clock()
        self._sending[due.id] = target.id
        if body is None:
            answer = Answer(error="The payload could not be made.")
            self._end(Attempt(due, began, target.url, None, answer))
            return
        message = Message(due.message_id, target.url, body, target.secrets(began))
        self._group.create_task(self._send(due, message, began))

    async def _send(self, due: Due, message: Message, began: datetime) -> None:
        try:
            answer = await self._sender.send(message)
        except Exception:  # noqa: BLE001  # the other messages are still to be sent
            _log.exception("the message %s could not be sent", message.id)
            answer = Answer(error="The message could not be sent; the server's log says why.")
        self._end(Attempt(due, began, message.url, message.body, answer))

    def _end(self, attempt: Attempt) -> None:
        self._ended.append(attempt)
        self._has_news.set()

    # Recording

    async def _record(self, isolated: Isolated) -> None:
        """Record the attempts that have ended."""
        ended, self._ended = self._ended, []
        by_webhook: dict[int, list[Attempt]] = {}
        for attempt in ended:
            by_webhook.setdefault(attempt.due.webhook_id, []).append(attempt)
        for webhook, attempts in by_webhook.items():
            unrecorded = attempts
            with isolated(_NOT_SERVED.format(webhook)):
                await self._record_of(webhook, attempts)
                unrecorded = []
                for attempt in attempts:
                    del self._sending[attempt.due.id]
            self._ended += unrecorded  # for the next turn

    async def _record_of(self, webhook: int, attempts: Sequence[Attempt]) -> None:
        now = self._clock()
        decide = partial(
            judge,
            attempts=attempts,
            now=now,
            counted_at=self._counted_at.get(webhook),
            chance=random.random(),  # noqa: S311  # not for cryptography
        )
        health, given_up = await outbox.record(webhook, decide, now)
        if health is not None and health.failures:
            self._counted_at[webhook] = now
        if health is not None and health.disabled_reason is not None:
            _log_switched_off(webhook, health.disabled_reason)
        for change in given_up:
            _told_given_up(webhook, change)
        for attempt in attempts:
            WEBHOOK_ATTEMPTS.add("arrived" if attempt.has_arrived else "failed")

    async def _switch_off(self, target: Target, reason: str) -> None:
        health = Health(target.failing_since, target.failures, None, reason[:MAX_ERROR])
        await outbox.record(target.id, lambda _: ((), health), self._clock())
        _log_switched_off(target.id, reason)

    async def _sweep(self) -> bool:
        """Delete old deliveries once in a while; return whether there may be more."""
        now = self._clock()
        if self._sweeps_at is not None and now < self._sweeps_at:
            return False
        is_more = await outbox.sweep(now)
        self._sweeps_at = now if is_more else now + timedelta(seconds=SWEEP_SECONDS)
        return is_more


def _log_switched_off(webhook: int, reason: str) -> None:
    WEBHOOKS_SWITCHED_OFF.add()
    _log.warning("the webhook %s is switched off: %s", webhook, reason)


def _told_given_up(webhook: int, change: Change) -> None:
    WEBHOOK_GIVEN_UP.add()
    _log.warning(
        "the webhook %s: the message %s was given up: %s",
        webhook,
        change.due.message_id,
        change.error,
    )


def _body(result: bytes | None, occurred_at: datetime) -> str | None:
    """Return the body of a message with the selection's result; None if the result is no use."""
    answer: Any = orjson.loads(result or b"{}")
    found: Any = answer.get("data") or {}
    data: Any = found.get(FIELD)
    if data is None or any(_is_ours(error) for error in answer.get("errors", ())):
        return None
    body: dict[str, Any] = {"type": EVENT_TYPE, "timestamp": occurred_at, "data": data}
    return orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()


def _is_ours(error: Any) -> bool:
    """Return whether an error is the server's, so that the next attempt may succeed."""
    return error["extensions"]["code"] in ("INTERNAL", "UNAVAILABLE")
