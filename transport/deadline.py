"""The deadlines of a request: for its body, and for the operation in it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from transport.errors import ClientGoneError

WATCH_SECONDS = 1.0
"""So long an operation runs before it is watched whether its client is still there."""
TICK_SECONDS = 0.1
"""Between two looks at the work under way. A timer for each would cost more than all of that."""

T = TypeVar("T")


class Deadline:
    """The time limit of each piece of work of one kind in this process.

    `error` is raised where one takes longer.
    """

    def __init__(self, seconds: float, error: Callable[[], Exception]) -> None:
        self._seconds = seconds
        self._error = error
        self._under_way: dict[_Run, None] = {}
        "In the order of their beginning."
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, work: Coroutine[Any, Any, T], receive: Receive | None = None) -> T:
        """Return what the work returns; cancel it when its time is over, or its client has gone.

        `receive` gives what comes from a client who has sent all that the work needs. Raises
        `error`, or ClientGoneError.
        """
        loop = asyncio.get_running_loop()
        run = _Run(loop.time(), receive)
        self._under_way[run] = None
        if self._timer is None:
            self._timer = loop.call_later(TICK_SECONDS, self._look)
        try:
            return await work
        except asyncio.CancelledError:
            if (reason := run.reason()) is None:
                raise
            raise reason from None
        finally:
            del self._under_way[run]
            if run.watching is not None:
                run.watching.cancel()

    def _look(self) -> None:
        """End what has run too long, and watch what has run for a while."""
        self._timer = None
        if not self._under_way:
            return
        loop = asyncio.get_running_loop()
        for run in self._under_way:
            seconds = loop.time() - run.began
            if seconds < min(WATCH_SECONDS, self._seconds):
                break
            if seconds >= self._seconds:
                run.end(self._error())
            else:
                run.watch()
        self._timer = loop.call_later(TICK_SECONDS, self._look)


class _Run:
    """Work under way, in the task that does it."""

    __slots__ = ("_cancels", "_reason", "_receive", "_task", "began", "watching")

    def __init__(self, began: float, receive: Receive | None) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.began = began
        self._task = task
        self._cancels = task.cancelling()
        self._receive = receive
        self._reason: Exception | None = None
        self.watching: asyncio.Task[None] | None = None

    def end(self, reason: Exception) -> None:
        """Cancel it."""
        if self._reason is None:
            self._reason = reason
            self._task.cancel()

    def reason(self) -> Exception | None:
        """Return why `end` has cancelled it, None where others did too; it goes on otherwise."""
        if self._reason is None or self._task.uncancel() > self._cancels:
            return None
        return self._reason

    def watch(self) -> None:
        """End it as soon as its client has gone."""
        if self.watching is None and self._receive is not None:
            self.watching = asyncio.create_task(self._wait_for_the_end(self._receive))

    async def _wait_for_the_end(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end(ClientGoneError())
