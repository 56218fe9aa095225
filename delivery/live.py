"""Live updates: each subscription's results, to all of its subscribers in this process.

The process goes through the feed once for all of them. What is new is read once, its results are
made once for all who want the same, and handed to each as the same bytes. A subscriber with a
cursor is first told what came since then, at its own pace, and joins the others where they are by
then. Between its last look at their position and its joining nothing is awaited, so no event is
left out or told twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol

from delivery.news import News
from execution.errors import code_of, to_client_error
from execution.subscriptions import Subscription, to_request_error
from resolvers.errors import RequestError
from resolvers.feed import FeedCursor, FeedEvent, events_after, last_cursor, still_stands

PAGE = 100
"""Events of the feed that one subscriber is told at a time, of those since its cursor."""
BATCH = 500
"""Events of the feed that all are told at a time."""
RETRY_SECONDS = 0.5
"""Until it is tried again to read what is new, where that failed."""
ATTEMPTS = 20
"""To read a subscription's results while the database is away; then its streams are ended."""
RENDER_SECONDS = 10.0
"""So long the results of a batch may take; then their streams are ended, as others wait."""
_TOO_LONG = "This took too long, while others wait: select less, or subscribe to one campaign."
_PUT_BACK = "The database was put back to an earlier state. Read what you show again."


class Subscriber(Protocol):
    """Who gets the results of a subscription. Nothing here may raise, nor take long."""

    def deliver(self, payload: bytes) -> None:
        """Send a result: an ExecutionResult as JSON."""
        ...

    def end(self, error: RequestError | None) -> None:
        """Send that the stream has ended, with this error; nothing comes after that."""
        ...

    async def ready(self) -> None:
        """Wait until there is room for a page of results."""
        ...


class _Member:
    """A subscriber among those who get the same."""

    def __init__(self, subscription: Subscription, subscriber: Subscriber) -> None:
        self.subscription = subscription
        self.subscriber = subscriber
        self.position = 0
        "Of the last event that it was told, or need not be told."
        self.is_over = False


class _Audience(NamedTuple):
    """What events concern a subscription: those of a campaign, of an influencer, or all."""

    campaign: int | None = None
    influencer: int | None = None


class _Target(NamedTuple):
    """What some members are told next."""

    subscription: Subscription
    members: Sequence[_Member]
    positions: Sequence[int]


class Live:
    """All subscriptions of this process."""

    def __init__(self) -> None:
        self._news = News()
        self._last: FeedCursor | None = None
        "Behind the last event that was told to all; None while nobody is there to be told."
        self._groups: dict[_Audience, dict[Hashable, dict[_Member, None]]] = {}
        "The members by what their subscription is about, and by its key."
        self._joining: dict[asyncio.Task[None], _Member] = {}
        self._is_wanted = asyncio.Event()
        self._started = asyncio.Lock()

    def subscribe(self, subscription: Subscription, subscriber: Subscriber) -> Callable[[], None]:
        """Tell the subscriber all results from now on, or from the subscription's cursor on.

        Where the caller may not have them, it is ended with the error. Call what is returned to
        leave; it is not ended then.
        """
        member = _Member(subscription, subscriber)
        # So that nothing from now on is left out, however long the joining takes.
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
        """Tell what is new until cancelled."""
        while True:
            await self._is_wanted.wait()
            try:
                async with self._news.watched():
                    await self._tell_all()
            except Exception as error:  # noqa: BLE001
                to_client_error(error)  # for the log
                await asyncio.sleep(RETRY_SECONDS)

    async def close(self) -> None:
        """Let nobody join any more."""
        joining = [*self._joining]
        for task in joining:
            task.cancel()
        await asyncio.gather(*joining, return_exceptions=True)

    # Joining

    async def _join(self, member: _Member) -> None:
        """Let a subscriber catch up, and join those who get the same."""
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
        groups = self._groups.setdefault(_audience(member.subscription), {})
        groups.setdefault(member.subscription.key, {})[member] = None
        self._is_wanted.set()

    async def _start(self) -> FeedCursor:
        """Return what all have been told; for the first one, where the feed ends now."""
        async with self._started:
            if self._last is None:
                self._last = await last_cursor()
                self._is_wanted.set()
            return self._last

    async def _catch_up(self, member: _Member) -> None:
        """Tell a member what came between its position and that of the others."""
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
        await self._end_if_put_back()  # as by a failover, if it was that which ended it before
        while self._groups or self._joining:
            assert self._last is not None
            self._news.clear()  # before the look: what comes later is news again
            events = await events_after(self._last.position, BATCH)
            if events:
                if not is_told:
                    self._news.missed()
                await self._tell(events)
            else:
                await self._end_if_put_back()
            is_told = bool(events) or await self._news.wait()
        self._last = None
        self._is_wanted.clear()

    async def _tell(self, events: Sequence[FeedEvent]) -> None:
        targets = [*self._targets(events)]
        # Who joins from now on has caught up to here.
        self._last = FeedCursor(events[-1].position, events[-1].mark)
        await asyncio.gather(*(self._tell_target(target) for target in targets))

    def _targets(self, events: Sequence[FeedEvent]) -> Iterable[_Target]:
        positions: dict[_Audience, list[int]] = {}
        for event in events:
            for audience in _concerned(event):
                if audience in self._groups:
                    positions.setdefault(audience, []).append(event.position)
        for audience, told in positions.items():
            for members in self._groups[audience].values():
                yield _Target(next(iter(members)).subscription, [*members], told)

    async def _tell_target(self, target: _Target) -> None:
        try:
            results = await _rendered(target)
        except Exception as error:  # noqa: BLE001
            self._end(target.members, to_request_error(error))
            return
        for position, result in sorted(results.items()):
            for member in target.members:
                if not member.is_over and member.position < position:
                    member.subscriber.deliver(result)
            # Those who send have their turn: else what a bulk call did would wait all at once.
            await asyncio.sleep(0)

    async def _end_if_put_back(self) -> None:
        """End all streams where the last event is not there any more: what they told is not so."""
        if self._last is None or await still_stands(self._last):
            return
        self._last = await last_cursor()
        error = RequestError("INVALID_INPUT", _PUT_BACK)
        self._end([*self._members(), *self._joining.values()], error)

    # Leaving

    def _members(self) -> list[_Member]:
        every = [group for groups in self._groups.values() for group in groups.values()]
        return [member for members in every for member in members]

    def _end(self, members: Iterable[_Member], error: RequestError) -> None:
        for member in members:
            if not member.is_over:
                member.is_over = True
                member.subscriber.end(error)
            self._remove(member)

    def _remove(self, member: _Member) -> None:
        audience, key = _audience(member.subscription), member.subscription.key
        groups = self._groups.get(audience, {})
        members = groups.get(key, {})
        members.pop(member, None)
        if not members:
            groups.pop(key, None)
        if not groups:
            self._groups.pop(audience, None)


def _audience(subscription: Subscription) -> _Audience:
    return _Audience(subscription.campaign_id, subscription.influencer_id)


def _concerned(event: FeedEvent) -> tuple[_Audience, ...]:
    of_campaign, of_influencer = event.campaign_id, event.influencer_id
    return _Audience(), _Audience(of_campaign), _Audience(influencer=of_influencer)


async def _rendered(target: _Target) -> Mapping[int, bytes]:
    """Return the results by position; raise what does not pass."""
    attempts = 0
    while True:
        try:
            async with asyncio.timeout(RENDER_SECONDS):
                return await target.subscription.render(target.positions)
        except TimeoutError:
            raise RequestError("COST_LIMIT", _TOO_LONG) from None
        except RequestError as error:
            attempts += 1
            if code_of(error) != "UNAVAILABLE" or attempts == ATTEMPTS:
                raise
        await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def running(live: Live) -> AsyncGenerator[Live]:
    """Tell subscribers what is new during the block."""
    telling = asyncio.create_task(live.run())
    try:
        yield live
    finally:
        telling.cancel()
        await asyncio.gather(telling, live.close(), return_exceptions=True)
