"""The progress of plans, for those who subscribe to it.

The process looks at the rows of all plans that are followed at once. Where one has changed, the
result is made once for all who have the same subscription; with its end their streams end.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from database.session import rows
from delivery.live import RENDER_SECONDS, RETRY_SECONDS, Subscriber
from execution.errors import code_of, to_client_error
from execution.subscriptions import Subscription, to_request_error
from resolvers.errors import RequestError
from workflow.enums import PlanStatus

LOOK_SECONDS = 0.25
"""Seconds between two reads of the plans."""
OPEN = frozenset((PlanStatus.PREPARING, PlanStatus.READY, PlanStatus.APPLYING))
"""The statuses that are not the end of a plan."""

_State: TypeAlias = tuple[Any, ...]


class _Follower:
    """A subscriber with its subscription, and the state of the plan that was sent last."""

    def __init__(self, subscription: Subscription, subscriber: Subscriber) -> None:
        self.subscription = subscription
        self.subscriber = subscriber
        self.sent: _State | None = None


class Progress:
    """All subscriptions of this process to the progress of plans."""

    def __init__(self) -> None:
        self._followers: dict[_Follower, None] = {}
        self._joining = set[asyncio.Task[None]]()
        self._has_joined = asyncio.Event()

    def subscribe(self, subscription: Subscription, subscriber: Subscriber) -> Callable[[], None]:
        """Deliver the plan as it is now, and again whenever it has come further, to its end.

        If the caller may not have it, the subscriber is ended with the error. Returns a function
        that unsubscribes, without calling `end`.
        """
        follower = _Follower(subscription, subscriber)
        task = asyncio.create_task(self._join(follower))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

        def leave() -> None:
            task.cancel()
            self._followers.pop(follower, None)

        return leave

    async def run(self) -> None:
        """Look at the plans that are followed until cancelled."""
        while True:
            if not self._followers:
                await self._has_joined.wait()
            self._has_joined.clear()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001
                to_client_error(error)  # for the log
                await asyncio.sleep(RETRY_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_joined.wait(), LOOK_SECONDS)

    async def close(self) -> None:
        """Cancel the joining of all subscribers that have not joined yet."""
        joining = [*self._joining]
        for task in joining:
            task.cancel()
        await asyncio.gather(*joining, return_exceptions=True)

    async def _join(self, follower: _Follower) -> None:
        try:
            await follower.subscription.check()
        except Exception as error:  # noqa: BLE001
            follower.subscriber.end(to_request_error(error))
            return
        self._followers[follower] = None
        self._has_joined.set()

    async def _look(self) -> None:
        """Send each follower what has changed since it was sent something last."""
        plans = {follower.subscription.plan_id for follower in self._followers}
        if not plans:
            return
        states = {row[0]: tuple(row) for row in await rows(_STATES, ids=[*plans])}
        groups = self._groups(states).values()
        await asyncio.gather(
            *(self._send(group, states[group[0].subscription.plan_id]) for group in groups)
        )

    def _groups(self, states: Mapping[Any, _State]) -> Mapping[Hashable, list[_Follower]]:
        """Return who is to be sent something, by the key of their subscription."""
        groups: dict[Hashable, list[_Follower]] = {}
        for follower in self._followers:
            if states.get(follower.subscription.plan_id) not in (None, follower.sent):
                groups.setdefault(follower.subscription.key, []).append(follower)
        return groups

    async def _send(self, followers: Sequence[_Follower], state: _State) -> None:
        plan = state[0]
        try:
            # It has one result, by the plan's key in the place of a position in the feed.
            async with asyncio.timeout(RENDER_SECONDS):
                result = (await followers[0].subscription.render((plan,)))[plan]
        except TimeoutError:
            return  # until the next look
        except Exception as error:  # noqa: BLE001
            ending = to_request_error(error)
            if code_of(ending) != "UNAVAILABLE":  # else at the next look
                self._end(followers, ending)
            return
        for follower in followers:
            if follower in self._followers:
                follower.sent = state
                follower.subscriber.deliver(result)
        if state[1] not in OPEN:
            self._end(followers, None)

    def _end(self, followers: Iterable[_Follower], error: RequestError | None) -> None:
        for follower in followers:
            if follower in self._followers:
                del self._followers[follower]
                follower.subscriber.end(error)


_STATES = """
SELECT id, status, changes, changed, drifted FROM plan WHERE id = ANY(:ids)"""
