"""Coalescing: requests that want rows of the same statement at the same time share one execution.

A request asks for rows by key. *Workers*, each with a connection, execute the pending statements
one after the other; a request joins a statement that is still pending, and gets rows that are read
after it asked. So the fixed costs of statements and connections are shared under load, and without
load no request waits.
"""

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias, cast
from weakref import WeakKeyDictionary

from database.statement import Database, Row, bind, bind_values, fetch
from database.tracing import TracedStatement, current_trace

MAX_WORKERS = 5
"""Half of the connections of the pool."""
MAX_BATCH = 8
"""Requests that share an execution. If all did, server and database would wait for each other."""
MAX_WAIT = 0.02
"""Seconds that a statement is pending before one more worker starts: the others are slow."""

RowsByKey: TypeAlias = Mapping[Any, Sequence[Row]]
"""Rows by their last column, the key."""


async def fetch_by(
    database: Database, sql: str, values: Mapping[str, Any], keys: Iterable[Any]
) -> Sequence[Row]:
    """Return the rows of a statement with `= ANY(:keys)`, whose last column is the key.

    They come key by key, in the statement's order for each; no keys have no rows.
    """
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    if not wanted:
        return ()
    if not database.is_shared:
        return _of_keys(_by_key(await fetch(database, sql, {**values, "keys": wanted})), wanted)
    found, milliseconds = await _coalescer().fetch(database, sql, values, wanted)
    rows = _of_keys(found, wanted)
    if (trace := current_trace.get()) is not None:
        text, given = bind_values(sql, {**values, "keys": wanted}, database.capabilities)
        trace.statements.append(TracedStatement(text, given, len(rows), milliseconds))
    return rows


class Execution(NamedTuple):
    """The result of one execution of a statement, for all requests that share it."""

    rows: RowsByKey
    milliseconds: float


@dataclass(slots=True)
class PendingStatement:
    """A statement that is to be executed, and the requests that wait for its rows."""

    sql: str
    values: Mapping[str, Any]
    since: float
    "In the event loop's time."
    waiting: list[tuple[Sequence[Any], asyncio.Future[Execution]]] = field(
        default_factory=list[tuple[Sequence[Any], asyncio.Future[Execution]]]
    )
    "The keys that each request wants, and where it waits for them."


class Coalescer:
    """The pending statements of one event loop, and the workers that execute them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pending: dict[Hashable, PendingStatement] = {}
        "In the order of their turns."
        self._workers = set[asyncio.Task[None]]()
        self._timer: asyncio.TimerHandle | None = None

    async def fetch(
        self, database: Database, sql: str, values: Mapping[str, Any], keys: Sequence[Any]
    ) -> Execution:
        """Return the rows of these keys, and perhaps of others."""
        names = bind(sql, database.capabilities)[1]
        statement = sql, *(_hashable(values[name]) for name in names if name != "keys")
        pending = self._pending.get(statement)
        if pending is None:
            pending = self._pending[statement] = PendingStatement(sql, values, self._loop.time())
        if not self._workers:
            self._start_worker(database)
        elif self._timer is None:
            self._timer = self._loop.call_later(MAX_WAIT, self._check, database)
        future: asyncio.Future[Execution] = self._loop.create_future()
        pending.waiting.append((keys, future))
        return await future

    def _start_worker(self, database: Database) -> None:
        # It starts to execute when all that is ready to ask has asked. It works for many requests,
        # so it takes over no context, such as the trace, of the one that happens to start it.
        self._workers.add(self._loop.create_task(self._work(database), context=Context()))

    def _check(self, database: Database) -> None:
        """Start one more worker if a statement has been pending for too long."""
        self._timer = None
        if not self._pending or len(self._workers) == MAX_WORKERS:
            return
        due = min(pending.since for pending in self._pending.values()) + MAX_WAIT
        if due <= self._loop.time():
            self._start_worker(database)
            due += MAX_WAIT
        self._timer = self._loop.call_at(due, self._check, database)

    async def _work(self, database: Database) -> None:
        """Execute pending statements until there are none."""
        try:
            async with database.held() as connection:
                while self._pending:
                    if not await _execute(connection, self._next()):
                        break
        except Exception as error:  # noqa: BLE001
            # There is no connection, so no pending statement can be executed.
            while self._pending:
                _fail(self._pending.popitem()[1], error)
        finally:
            self._workers.discard(cast("asyncio.Task[None]", asyncio.current_task()))
            if self._pending and not self._workers:
                self._start_worker(database)

    def _next(self) -> PendingStatement:
        """Take the first; requests beyond the batch go on waiting, behind the other statements."""
        statement = next(iter(self._pending))
        pending = self._pending.pop(statement)
        if later := pending.waiting[MAX_BATCH:]:
            self._pending[statement] = replace(pending, waiting=later)
            del pending.waiting[MAX_BATCH:]
        return pending


async def _execute(connection: Database, pending: PendingStatement) -> bool:
    """Execute a statement for all who wait for it; return whether that succeeded."""
    keys = list(dict.fromkeys(key for some, _ in pending.waiting for key in some))
    try:
        bound = bind_values(pending.sql, {**pending.values, "keys": keys}, connection.capabilities)
        begun = perf_counter()
        rows = await connection.execute(*bound)
        execution = Execution(_by_key(rows), (perf_counter() - begun) * 1000)
    except BaseException as error:
        _fail(pending, error)
        if not isinstance(error, Exception):
            raise
        return False
    for _, future in pending.waiting:
        if not future.done():
            future.set_result(execution)
    return True


def _fail(pending: PendingStatement, error: BaseException) -> None:
    for _, future in pending.waiting:
        if not future.done():
            future.set_exception(error)


def _coalescer() -> Coalescer:
    """Return the coalescer of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _COALESCERS.get(loop)
    if found is None:
        found = _COALESCERS[loop] = Coalescer(loop)
    return found


_COALESCERS: WeakKeyDictionary[asyncio.AbstractEventLoop, Coalescer] = WeakKeyDictionary()


def _hashable(value: Any) -> Hashable:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def _by_key(rows: Sequence[Row]) -> RowsByKey:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[-1], []).append(row)
    return found


def _of_keys(found: RowsByKey, keys: Sequence[Any]) -> Sequence[Row]:
    if len(keys) == 1:
        return found.get(keys[0], ())
    return [row for key in keys for row in found.get(key, ())]
