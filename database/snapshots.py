"""Snapshots: all that one operation reads is of one moment.

An operation is a *reading*, from which its resolvers get their rows. Its first statement makes it
wait for a *turn* (`database/coalescing.py`); the turn's snapshot is taken then, so that the
operation sees what was committed before it asked. Readings of a turn share the executions of equal
statements. A reading that is known to ask for one statement needs no snapshot, because a statement
is of one moment by itself.
"""

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol, TypeAlias, cast

from database.capabilities import Capabilities
from database.failures import AbandonedError, is_passing
from database.statement import Database, Execution, Row, bind, bind_values, fetch, note
from database.tracing import TracedStatement, current_trace
from telemetry.requests import waited

RowsByKey: TypeAlias = Mapping[Any, Sequence[Row]]
"""Rows by their last column, the key."""


async def fetch_by(
    database: Database, sql: str, values: Mapping[str, Any], keys: Iterable[Any]
) -> Sequence[Row]:
    """Return the rows of a statement with `= ANY(:keys)`, whose last column is the key.

    They come key by key, in the statement's order for each; no keys have no rows.
    """
    wanted = list(dict.fromkeys([key for key in keys if key is not None]))
    if not wanted:
        return ()
    if not isinstance(database, Reading):
        found = await fetch(database, sql, {**values, "keys": wanted})
        return _of_keys(_by_key(found), wanted)
    found, began, milliseconds = await database.execute_by(sql, values, wanted)
    rows = _of_keys(found, wanted)
    note(sql, Execution(rows, began, milliseconds))
    if (trace := current_trace.get()) is not None:
        text, given = bind_values(sql, {**values, "keys": wanted}, database.capabilities)
        trace.statements.append(TracedStatement(text, given, len(rows), milliseconds))
    return rows


class Reader(Protocol):
    """A connection for reading, whose first statement takes the snapshot of a turn."""

    async def execute(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """Return the rows of a statement."""
        ...

    async def renew(self) -> None:
        """Give up the snapshot, so that the next statement takes another."""
        ...


class Turns(Protocol):
    """Gives operations their turns (`database/coalescing.py`)."""

    capabilities: Capabilities

    def join(self, reading: "Reading") -> None:
        """Give an operation, which asks for its first statement, a turn."""
        ...

    def leave(self, reading: "Reading") -> None:
        """Forget an operation that asked, and was given up before its turn."""
        ...


class Source(Protocol):
    """A database to read snapshots of."""

    @property
    def coalescer(self) -> Turns:
        """Return what gives snapshots."""
        ...

    @property
    def single_coalescer(self) -> Turns:
        """Return what runs single statements."""
        ...


@dataclass(slots=True, eq=False)
class Request:
    """The rows that an operation asks for, of a statement that others may ask for too."""

    reading: "Reading"
    statement: Hashable
    sql: str
    values: Any
    "By name where there are keys; else by position, the statement being in the dialect."
    keys: Sequence[Any] | None
    future: asyncio.Future[Any]

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for the rows."""
        return self.reading.is_open and not self.future.done()


class Reading:
    """All that one operation reads: it is of one moment (a `database.statement.Database`).

    It is a context: all that a block reads outside of transactions is read in one snapshot, which
    may be shared with other blocks of this kind, which should read much the same. The snapshot is
    of the connected database, or of a replica of it, the source.
    """

    def __init__(self, kind: Hashable, source: Source | None = None) -> None:
        self.kind = kind
        self._source = source
        self.is_open = True
        self.is_single = False
        "Whether it asks for one statement and no more."
        self.is_spoiled = False
        "Whether it ended too early for no fault of its own: what read so can be run again."
        self.has_failed = False
        "Whether a statement that it asked for has failed."
        self.early: list[Request] = []
        "The requests before its turn."
        self.since = 0.0
        self.asked = 0.0
        "By `perf_counter`, which is finer than the clock of the loop."
        self.waited = 0.0
        "Seconds until its turn came."
        self.turn: Turn | None = None
        self._coalescer: Turns | None = None
        self._single_coalescer: Turns | None = None

    def __enter__(self) -> "Reading":
        """Begin."""
        self._token = current_reading.set(self)
        return self

    def __exit__(self, *_error: object) -> None:
        """Ask for nothing more."""
        current_reading.reset(self._token)
        self.close()
        waited(self.waited)

    def of(self, coalescer: Turns, single_coalescer: Turns) -> "Reading":
        """Return itself, reading in a snapshot of the first, or one statement of the second.

        Those are of the connected database; a source of its own comes before them.
        """
        if self._source is not None:
            coalescer, single_coalescer = self._source.coalescer, self._source.single_coalescer
        self._coalescer, self._single_coalescer = coalescer, single_coalescer
        return self

    def expect_one(self) -> None:
        """Take the next statement for the only one, unless another was asked for before it."""
        self.is_single |= not self._has_asked

    @property
    def _has_asked(self) -> bool:
        return self.turn is not None or bool(self.early)

    @property
    def _turns(self) -> Turns:
        turns = self._single_coalescer if self.is_single else self._coalescer
        assert turns is not None
        return turns

    @property
    def capabilities(self) -> Capabilities:
        """Return what the database can do."""
        return self._turns.capabilities

    async def execute(self, sql: str, values: list[Any]) -> Execution:
        """Return the rows of a statement in the database's dialect, with values by position."""
        return await self._ask((sql, *map(_hashable, values)), sql, values, None)

    async def execute_by(
        self, sql: str, values: Mapping[str, Any], keys: Sequence[Any]
    ) -> Execution:
        """Return the rows of these keys, and perhaps of others."""
        names = bind(sql, self.capabilities)[1]
        statement = sql, *(_hashable(values[name]) for name in names if name != "keys")
        return await self._ask(statement, sql, values, keys)

    def close(self) -> None:
        """Ask for nothing more."""
        self.is_open = False
        if self.turn is not None:
            self.turn.leave(self)
        elif self.early:
            self.waited = perf_counter() - self.asked
            self._turns.leave(self)

    def _ask(
        self, statement: Hashable, sql: str, values: Any, keys: Sequence[Any] | None
    ) -> asyncio.Future[Any]:
        if self.is_single and self._has_asked:
            raise RuntimeError("What was to ask for one statement asks for another.")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        request = Request(self, statement, sql, values, keys, future)
        if self.turn is not None:
            self.turn.ask(request)
        else:
            self.early.append(request)
            if len(self.early) == 1:
                self.asked = perf_counter()
                self._turns.join(self)
        return future


current_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)
"""The reading of the operation that is being worked on."""


class Turn:
    """One snapshot, for as long as one of these operations reads."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._open = {reading for reading in readings if not reading.is_single}
        "The readings that may ask for more."
        self._pending: dict[Hashable, list[Request]] = {}
        "By statement, in the order of their execution."
        self._asked: asyncio.Future[None] | None = None
        self._executing: list[Request] = []
        self._worker: asyncio.Task[Any] | None = None
        self._is_abandoned = False
        self._failure: BaseException | None = None
        now = perf_counter()
        for reading in readings:
            reading.turn = self
            reading.waited = now - reading.asked
            for request in reading.early:
                self.ask(request)

    def ask(self, request: Request) -> None:
        """Have a statement executed."""
        if self._failure is not None:
            request.future.set_exception(self._failure)
            return
        self._pending.setdefault(request.statement, []).append(request)
        self._wake()

    def leave(self, reading: Reading) -> None:
        """Go on without this operation, and without a statement that nobody waits for any more."""
        self._open.discard(reading)
        if not self._open:
            self._wake()
        if self._executing and not any(request.is_wanted for request in self._executing):
            self._abandon()

    async def run(self, reader: Reader) -> None:
        """Execute what is asked for until all have left.

        Raises what has failed everybody, such as AbandonedError where nobody waited for a statement
        any more: it may not have ended.
        """
        self._worker = asyncio.current_task()
        try:
            while self._pending or self._open:
                if not self._pending:
                    self._asked = asyncio.get_running_loop().create_future()
                    await self._asked
                    continue
                requests = self._pending.pop(next(iter(self._pending)))
                self._executing = [each for each in requests if each.is_wanted]
                await _execute(reader, self._executing)
                self._executing = []
        except BaseException as error:
            failure = AbandonedError() if self._is_abandonment(error) else error
            self._fail(failure)
            if failure is error:
                raise
            raise failure from None
        for requests in self._pending.values():
            for request in requests:
                request.future.cancel()

    def _abandon(self) -> None:
        """Cancel the statement that is being executed."""
        if self._worker is not None and not self._is_abandoned:
            self._is_abandoned = True
            self._worker.cancel()

    def _is_abandonment(self, error: BaseException) -> bool:
        """Return whether the error came from `_abandon`, and from nobody else who cancels."""
        if not (self._is_abandoned and isinstance(error, asyncio.CancelledError)):
            return False
        return self._worker is not None and not self._worker.uncancel()

    def _wake(self) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(None)

    def _fail(self, error: BaseException) -> None:
        """Fail all requests; those whose operation can be run again may succeed then."""
        self._failure = error
        pending = [each for requests in self._pending.values() for each in requests]
        spoiled = self._open | {each.reading for each in pending}
        asked = {each.reading for each in self._executing}
        for reading in spoiled | asked if is_passing(error) else spoiled - asked:
            reading.is_spoiled = True
        fail((*self._executing, *pending), error)
        self._executing = []


async def _execute(reader: Reader, requests: Sequence[Request]) -> None:
    """Execute a statement once for all who wait for it."""
    if not requests:
        return
    first = requests[0]
    bound = first.sql, first.values
    if first.keys is not None:
        keys = list(dict.fromkeys(key for request in requests for key in request.keys or ()))
        named = {**first.values, "keys": keys}
        bound = bind_values(first.sql, named, first.reading.capabilities)
    begun = perf_counter()
    rows = await reader.execute(*bound)
    milliseconds = (perf_counter() - begun) * 1000
    found = Execution(rows if first.keys is None else _by_key(rows), begun, milliseconds)
    for request in requests:
        if not request.future.done():
            request.future.set_result(found)


def fail(requests: Iterable[Request], error: BaseException) -> None:
    """Raise the error where these are waited for."""
    for request in requests:
        request.reading.has_failed = True
        if not request.future.done():
            request.future.set_exception(error)


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
