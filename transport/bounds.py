"""Bounds for operations: how long one may take, and how many may be under way in a process."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from resolvers.errors import RequestError

WATCH_SECONDS = 1.0
"""So long an operation runs before it is watched whether its client is still there."""

T = TypeVar("T")


class Bounds:
    """The bounds of one process; an operation beyond them is UNAVAILABLE."""

    def __init__(self, seconds: float = 10.0, operations: int = 500) -> None:
        self._seconds = seconds
        self._operations = operations
        self._under_way = 0

    async def run(self, work: Coroutine[Any, Any, T], receive: Receive) -> T:
        """Return what the work returns; cancel it when its time is over, or its client has gone.

        `receive` gives what comes from the client, who has sent all that the work needs. Raises
        RequestError: UNAVAILABLE.
        """
        if self._under_way >= self._operations:
            work.close()
            raise RequestError("UNAVAILABLE", "Too many operations wait here. Try again later.")
        self._under_way += 1
        deadline = asyncio.timeout(self._seconds)
        try:
            async with deadline:
                watch = _Watch(receive, deadline)
                try:
                    return await work
                finally:
                    watch.end()
        except TimeoutError:
            if not deadline.expired():
                raise
            raise RequestError("UNAVAILABLE", self._too_long) from None
        finally:
            self._under_way -= 1

    @property
    def _too_long(self) -> str:
        return (
            f"This took longer than {self._seconds:g} seconds and was given up. Try again later;"
            " a mutation may have been done, so repeat it with its Idempotency-Key."
        )


class _Watch:
    """Lets the deadline of an operation be over as soon as its client has gone.

    Few operations run long enough for it to cost them more than a timer.
    """

    def __init__(self, receive: Receive, deadline: asyncio.Timeout) -> None:
        self._receive = receive
        self._deadline = deadline
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._begin)

    def end(self) -> None:
        """Watch no longer."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._deadline.reschedule(0)
