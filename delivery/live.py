"""Live updates: the results of each subscription, for all of its subscribers in this process.

The process reads new events of the feed once for all subscribers. It renders each result once for
all who have the same subscription, and gives each of them the same bytes. A subscriber with a
cursor first catches up, at its own pace, and then joins the others. Nothing is awaited between its
last look at their position and its joining, so that it misses no event and gets none twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol, TypeVar

from delivery.news import News
from execution.errors import code_of, to_client_error
from execution.subscriptions import Subscription, to_request_error
from resolvers.errors import RequestError
from resolvers.feed import FeedCursor, FeedEvent, events_after, last_cursor, still_stands
from telemetry.requests import current_request

PAGE = 100
"""Events that are read at a time for a subscriber that catches up."""
BATCH = 500
"""Events that are read at a time for all subscribers that have caught up."""
GATHER_SECONDS = 0.01
"""Seconds after events were delivered in which the next ones gather, to be read together."""
RETRY_SECONDS = 0.5
"""Seconds until the next attempt to read the feed, after one that failed."""
ATTEMPTS = 20
"""Attempts to read the results of a batch while the database is away; then its streams end."""
PATIENCE_SECONDS = 0.25
"""Seconds that those who have their results wait for the others before the feed is read on."""
RENDER_SECONDS = 10.0
"""Seconds that the results of a batch may take; then its streams end."""
_TOO_LONG = (
    "Reading the changes took too long. Subscribe again, with `after`; if it happens often, select"
    " less, or subscribe to one campaign."
)
_PUT_BACK = "The database was put back to an earlier state. Read what you show again."


class Subscriber(Protocol):
    """The receiver of a subscription's results. Its methods must not raise.

    `deliver` and `end` must return at once: they are called for many subscribers in turn.
    """

    def deliver(self, payload: bytes) -> None:
        """Send a result: an ExecutionResult as JSON."""
        ...

    def end(self, error: RequestError | None) -> None:
        """End the stream, with this error if there is one. Nothing is sent after it."""
        ...

    async def ready(self) -> None:
        """Wait until there is room for a page of results."""
        ...


class _Member:
    """A subscriber with its subscription and its position in the feed."""

    def __init__(self, subscription: Subscription, subscriber: Subscriber) -> None:
        self.subscription = subscription
        self.subscriber = subscriber
        self.position = 0
        "The position up to which the subscriber has all events that concern it."
        self.is_over = False


class _Audience(NamedTuple):
    """The events of a subscription: those of one campaign, of one influencer, or all."""

    campaign: int | None = None
    influencer: int | None = None


class _Group:
    """Members that share a subscription: their results are read once, in a task of their own."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.members: dict[_Member, None] = {}
        self.waiting: list[int] = []
        "The positions of events that were not delivered to the members yet."
        self.telling: asyncio.Task[None] | None = None


class Live:
    """All subscriptions of this process."""

    def __init__(self) -> None:
        self._news = News()
        self._last: FeedCursor | None = None
        "The cursor of the last event that was delivered to all; None without subscribers."
        self._groups: dict[_Audience, dict[Hashable, _Group]] = {}
        "The groups by audience and by the key of their subscription."
        self._joining: dict[asyncio.Task[None], _Member] = {}
        self._telling: set[asyncio.Task[None]] = set()
        "The tasks of groups."
        self._is_wanted = asyncio.Event()
        self._started = asyncio.Lock()

    def subscribe(self, subscription: Subscription, subscriber: Subscriber) -> Callable[[], None]:
        """Deliver all results from now on, or from the subscription's cursor on.

        If the caller may not have them, the subscriber is ended with the error. Returns a function
        that unsubscribes, without calling `end`.
        """
        member = _Member(subscription, subscriber)
        # From here on no event is missed, however long the joining takes.
        member.position = self._last.position if self._last else 0
        task = asyncio.create_task(self._join(member))
        self._joining[task] = member
        task.add_done_callback(self._joining.pop)

        def leave() -> None:
            member.is_over = True
            task.cancel()
            self._remove(member)

        return leave

    async def run(self) -> None:
        """Deliver new events until cancelled."""
        while True:
            await self._is_wanted.wait()
            try:
                async with self._news.watched():
                    await self._tell_all()
            except Exception as error:  # noqa: BLE001
                to_client_error(error)  # for the log
                await asyncio.sleep(RETRY_SECONDS)

    async def close(self) -> None:
        """Stop delivering, also to subscribers that have not caught up yet."""
        tasks = [*self._joining, *self._telling]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # Joining

    async def _join(self, member: _Member) -> None:
        """Let a subscriber catch up, then add it to the group of its subscription."""
        current_request.set(None)  # its record would note the statements of the stream without end
        try:
            start = await self._start()
            member.position = member.position or start.position
            await member.subscription.check()
            if member.subscription.after is not None:
                member.position = (await FeedCursor.read(member.subscription.after)).position
            await self._catch_up(member)
        except Exception as error:  # noqa: BLE001
            self._end([member], to_request_error(error))
            return
        if member.is_over:
            return
        subscription = member.subscription
        groups = self._groups.setdefault(_audience(subscription), {})
        groups.setdefault(subscription.key, _Group(subscription)).members[member] = None
        self._is_wanted.set()

    async def _start(self) -> FeedCursor:
        """Return the cursor of the last event delivered to all; for the first, the feed's end."""
        async with self._started:
            if self._last is None:
                self._last = await last_cursor()
                self._is_wanted.set()
            return self._last

    async def _catch_up(self, member: _Member) -> None:
        """Deliver to a member the events between its position and that of the others."""
        subscription = member.subscription
        while (upto := self._last.position if self._last else 0) > member.position:
            await member.subscriber.ready()
            events = await events_after(
                member.position,
                PAGE,
                upto=upto,
                campaign=subscription.campaign_id,
                influencer=subscription.influencer_id,
            )
            results = await subscription.render([event.position for event in events])
            for event in events:
                if event.position in results and not member.is_over:
                    member.subscriber.deliver(results[event.position])
            member.position = upto if len(events) < PAGE else events[-1].position

    # Telling

    async def _tell_all(self) -> None:
        is_told = True
        await self._end_if_put_back()  # a failover may have ended the last run
        while self._groups or self._joining:
            assert self._last is not None
            self._news.clear()  # before the read, so that a later notification is not lost
            events = await events_after(self._last.position, BATCH)
            if events:
                if not is_told:
                    self._news.missed()
                await self._tell(events)
                await asyncio.sleep(GATHER_SECONDS)
            else:
                await self._end_if_put_back()
            is_told = bool(events) or await self._news.wait()
        self._last = None
        self._is_wanted.clear()

    async def _tell(self, events: Sequence[FeedEvent]) -> None:
        groups = self._concerned(events)
        # Before the first await: whoever joins from now on has caught up to here.
        self._last = FeedCursor(events[-1].position, events[-1].mark)
        # Groups that take longer do not hold up the others.
        if telling := [self._task_of(group) for group in groups]:
            await asyncio.wait(telling, timeout=PATIENCE_SECONDS)

    def _concerned(self, events: Sequence[FeedEvent]) -> list[_Group]:
        """Return the groups that the events concern, which have to deliver them now."""
        found: dict[_Group, None] = {}
        for event in events:
            for audience in _audiences_of(event):
                for group in self._groups.get(audience, {}).values():
                    group.waiting.append(event.position)
                    found[group] = None
        return [*found]

    def _task_of(self, group: _Group) -> asyncio.Task[None]:
        """Return the task that delivers to a group, one at a time, so that events are in order."""
        if group.telling is None or group.telling.done():
            group.telling = asyncio.create_task(self._tell_group(group))
            self._telling.add(group.telling)
            group.telling.add_done_callback(self._telling.discard)
        return group.telling

    async def _tell_group(self, group: _Group) -> None:
        current_request.set(None)
        while group.waiting:
            positions, group.waiting = group.waiting, []
            try:
                results = await _rendered(group.subscription, positions)
            except Exception as error:  # noqa: BLE001
                self._end([*group.members], to_request_error(error))
                return
            for position, result in sorted(results.items()):
                for member in [*group.members]:
                    if not member.is_over and member.position < position:
                        member.subscriber.deliver(result)
                # Let the senders run: else all results of a bulk call would fill their queues.
                await asyncio.sleep(0)

    async def _end_if_put_back(self) -> None:
        """End all streams if the last event is gone: their clients show data that is undone."""
        if self._last is None or await still_stands(self._last):
            return
        self._last = await last_cursor()
        error = RequestError("INVALID_INPUT", _PUT_BACK)
        self._end([*self._members(), *self._joining.values()], error)

    # Leaving

    def _members(self) -> list[_Member]:
        every = [group for groups in self._groups.values() for group in groups.values()]
        return [member for group in every for member in group.members]

    def _end(self, members: Iterable[_Member], error: RequestError) -> None:
        for member in members:
            if not member.is_over:
                member.is_over = True
                member.subscriber.end(error)
            self._remove(member)

    def _remove(self, member: _Member) -> None:
        audience, key = _audience(member.subscription), member.subscription.key
        groups = self._groups.get(audience, {})
        if (group := groups.get(key)) is None:
            return
        group.members.pop(member, None)
        if not group.members:
            del groups[key]
        if not groups:
            del self._groups[audience]


def _audience(subscription: Subscription) -> _Audience:
    return _Audience(subscription.campaign_id, subscription.influencer_id)


def _audiences_of(event: FeedEvent) -> tuple[_Audience, ...]:
    of_campaign, of_influencer = event.campaign_id, event.influencer_id
    return _Audience(), _Audience(of_campaign), _Audience(influencer=of_influencer)


async def _rendered(subscription: Subscription, positions: Sequence[int]) -> Mapping[int, bytes]:
    """Return the results by position; try again while the database is away.

    Raises RequestError after `ATTEMPTS`, and at once for any other error.
    """
    attempts = 0
    while True:
        try:
            async with asyncio.timeout(RENDER_SECONDS):
                return await subscription.render(positions)
        except TimeoutError:
            raise RequestError("UNAVAILABLE", _TOO_LONG) from None
        except RequestError as error:
            attempts += 1
            if code_of(error) != "UNAVAILABLE" or attempts == ATTEMPTS:
                raise
        await asyncio.sleep(RETRY_SECONDS)


class Source(Protocol):
    """The source of the results of subscriptions."""

    async def run(self) -> None:
        """Deliver until cancelled."""
        ...

    async def close(self) -> None:
        """Give up the subscribers that are joining."""
        ...


S = TypeVar("S", bound=Source)


@asynccontextmanager
async def running(source: S) -> AsyncGenerator[S]:
    """Deliver what is new to subscribers during the block."""
    telling = asyncio.create_task(source.run())
    try:
        yield source
    finally:
        telling.cancel()
        await asyncio.gather(telling, source.close(), return_exceptions=True)
