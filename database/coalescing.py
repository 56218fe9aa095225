"""Coalescing: operations that read at the same time share a snapshot, and executions in it.

*Workers*, each with a connection, take *turns*: a turn is for operations of one kind that wait for
it, and ends when the last of them has all its rows. So the fixed costs of statements, snapshots and
connections are shared under load; without load no operation waits; and a slow operation holds up
its like alone.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager
from contextvars import Context

from database.capabilities import Capabilities
from database.failures import is_passing
from database.snapshots import Reader, Reading, Turn, fail

EAGER_WORKERS = 2
"""One reads while the answers of the other's turn are made."""
MAX_BATCH = 8
"""Operations that share a turn. If all did, server and database would wait for each other."""
MAX_WAIT = 0.02
"""Seconds that an operation waits before one more worker starts: the others are slow."""
LINGER = 0.1
"""Seconds that an eager worker keeps its connection when nobody waits; others give it back."""


class Coalescer:
    """The operations that wait for their turn on one database, and the workers who take turns.

    There are two: one whose turns have snapshots, one for operations of a single statement.
    `max_workers` is 2 or more (`DatabaseOptions.max_readers`).
    """

    def __init__(
        self,
        capabilities: Capabilities,
        connect: Callable[[], AbstractAsyncContextManager[Reader]],
        max_workers: int,
    ) -> None:
        self.capabilities = capabilities
        self.max_turns = max_workers - 1
        "Of one kind at once: however many of it there are and however slow, the others go on."
        self._connect = connect
        self._max_workers = max_workers
        self._waiting: dict[Hashable, list[Reading]] = {}
        "By kind, in the order of their turns."
        self._turns = Counter[Hashable]()
        "The number of turns of each kind now."
        self._workers = set[asyncio.Task[None]]()
        self._idle: list[asyncio.Future[bool]] = []
        "Workers that nobody needs, each with a connection; true: take a turn."
        self._coming = 0
        "Workers that were called and have not yet looked who waits."
        self._timer: asyncio.TimerHandle | None = None

    def join(self, reading: Reading) -> None:
        """Give an operation, which asks for its first statement, a turn."""
        reading.since = asyncio.get_running_loop().time()
        self._waiting.setdefault(reading.kind, []).append(reading)
        if self._coming >= len(self._waiting):
            return
        if self._busy < EAGER_WORKERS:
            self._call_worker()
        else:
            self._watch()

    def leave(self, reading: Reading) -> None:
        """Forget an operation that asked, and was given up before its turn."""
        waiting = self._waiting.get(reading.kind, [])
        if reading in waiting:
            waiting.remove(reading)
            if not waiting:
                del self._waiting[reading.kind]

    @property
    def _busy(self) -> int:
        return len(self._workers) - len(self._idle)

    @property
    def connections(self) -> int:
        """The number of connections that workers hold."""
        return len(self._workers)

    @property
    def waiting(self) -> int:
        """The number of operations that wait for their turn."""
        return sum(map(len, self._waiting.values()))

    async def close(self) -> None:
        """Give back all connections; what is being read fails."""
        workers = list(self._workers)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        self._fail(asyncio.CancelledError())

    def _call_worker(self) -> None:
        self._coming += 1
        if self._idle:
            self._idle.pop().set_result(True)
            return
        # It begins when all that is ready to ask has asked. It works for many operations, so it
        # takes over no context, such as the trace, of the one that happens to start it.
        task = asyncio.get_running_loop().create_task(self._work(), context=Context())
        self._workers.add(task)
        task.add_done_callback(self._workers.discard)

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MAX_WAIT, self._check)

    def _check(self) -> None:
        """Call one more worker if an operation has been waiting for too long."""
        self._timer = None
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        due = min(readings[0].since for readings in self._waiting.values()) + MAX_WAIT
        if due <= loop.time():
            if self._busy < self._max_workers and self._has_turn:
                self._call_worker()
            due = loop.time() + MAX_WAIT
        self._timer = loop.call_at(due, self._check)

    async def _work(self) -> None:
        """Take turns until nobody has been waiting for a while."""
        is_connected = False
        try:
            async with self._connect() as reader:
                is_connected = True
                self._coming -= 1
                while self._has_turn or await self._called():
                    if self._has_turn:
                        await self._take_turn(reader)
                        await reader.renew()
        except Exception as error:  # noqa: BLE001
            # Without a connection nobody who waits can read. One that is lost later, or whose
            # statement was abandoned, has failed its turn alone.
            if not is_connected:
                self._fail(error)
        finally:
            if not is_connected:
                self._coming -= 1
        if self._has_turn:
            self._call_worker()

    async def _called(self) -> bool:
        """Wait to be needed; return whether that came to be."""
        if len(self._idle) == EAGER_WORKERS:
            return False
        called: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._idle.append(called)
        timer = called.get_loop().call_later(LINGER, self._dismiss, called)
        try:
            is_needed = await called
        finally:
            timer.cancel()
            self._forget(called)
        self._coming -= is_needed
        return is_needed

    def _dismiss(self, worker: asyncio.Future[bool]) -> None:
        if not worker.done():
            self._forget(worker)
            worker.set_result(False)

    def _forget(self, worker: asyncio.Future[bool]) -> None:
        if worker in self._idle:
            self._idle.remove(worker)

    @property
    def _has_turn(self) -> bool:
        return any(self._turns[kind] < self.max_turns for kind in self._waiting)

    async def _take_turn(self, reader: Reader) -> None:
        """Take a turn of the kind that comes first; raise what it fails with."""
        kind = next(kind for kind in self._waiting if self._turns[kind] < self.max_turns)
        self._turns[kind] += 1
        try:
            await self._next(kind).run(reader)
        finally:
            self._turns[kind] -= 1
            if not self._turns[kind]:
                del self._turns[kind]

    def _next(self, kind: Hashable) -> Turn:
        """Begin a turn of a kind; those beyond the batch wait for the next."""
        waiting = self._waiting.pop(kind)
        if later := waiting[MAX_BATCH:]:
            self._waiting[kind] = later
        if self._waiting:
            self._watch()
        return Turn(waiting[:MAX_BATCH])

    def _fail(self, error: BaseException) -> None:
        while self._waiting:
            for reading in self._waiting.popitem()[1]:
                reading.is_spoiled = is_passing(error)
                fail(reading.early, error)
                reading.early.clear()
