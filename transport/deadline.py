"""The deadline of an operation."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from resolvers.errors import RequestError

WATCH_SECONDS = 1.0
"""So long an operation runs before it is watched whether its client is still there."""

T = TypeVar("T")


async def in_time(work: Coroutine[Any, Any, T], seconds: float, receive: Receive) -> T:
    """Return what the work returns; cancel it when its time is over, or its client has gone.

    `receive` gives what comes from the client, who has sent all that the work needs. Raises
    RequestError: UNAVAILABLE.
    """
    deadline = asyncio.timeout(seconds)
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
        message = (
            f"This took longer than {seconds:g} seconds and was given up. Try again later;"
            " a mutation may have been done, so repeat it with its Idempotency-Key."
        )
        raise RequestError("UNAVAILABLE", message) from None


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
        if not self._deadline.expired():
            self._deadline.reschedule(0)
