"""Rows by key that several requests want at the same time, read by one statement.

A *reader* holds a connection and runs what is wanted, statement by statement; whoever wants a
statement that waits for its turn joins it. Under load the fixed costs of statements and of
connections are shared, and without load nobody waits. What somebody gets was read after they
asked for it.
"""

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, cast
from weakref import WeakKeyDictionary

from database.statement import Database, Row, bind, fetch
from database.tracing import current_watch

MOST_READERS = 5
"""Half of the connections there are."""
MOST_SHARING = 8
"""Requests that share a run: were it all of them, server and database would wait in turns."""
PATIENCE = 0.02
"""Seconds until one more reader begins: something slow keeps the others."""

Found: TypeAlias = Mapping[Any, Sequence[Row]]
"""Rows by their last column, the key."""


async def fetch_by(
    database: Database, sql: str, values: Mapping[str, Any], keys: Iterable[Any]
) -> Sequence[Row]:
    """The rows of a statement over `:keys`, whose last column is the key; none without keys.

    They come key by key, in the statement's order for each.
    """
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    if not wanted:
        return ()
    if current_watch() is not None or not database.is_shared:
        found = _by_key(await fetch(database, sql, {**values, "keys": wanted}))
    else:
        found = await _gathering().found(database, sql, values, wanted)
    if len(wanted) == 1:
        return found.get(wanted[0], ())
    return [row for key in wanted for row in found.get(key, ())]


@dataclass(slots=True)
class _Wanted:
    """A statement that waits for its turn, and who wants which keys of it."""

    sql: str
    values: Mapping[str, Any]
    since: float
    "In the event loop's time."
    by: list[tuple[Sequence[Any], asyncio.Future[Found]]] = field(
        default_factory=list[tuple[Sequence[Any], asyncio.Future[Found]]]
    )


class Gathering:
    """The statements that are wanted on one event loop, and the readers who run them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._wanted: dict[Hashable, _Wanted] = {}
        "In the order of their turns."
        self._readers = set[asyncio.Task[None]]()
        self._timer: asyncio.TimerHandle | None = None

    async def found(
        self, database: Database, sql: str, values: Mapping[str, Any], keys: Sequence[Any]
    ) -> Found:
        """The rows of these keys, and perhaps of others."""
        names = bind(sql, database.capabilities)[1]
        statement = sql, *(_hashable(values[name]) for name in names if name != "keys")
        wanted = self._wanted.get(statement)
        if wanted is None:
            wanted = self._wanted[statement] = _Wanted(sql, values, self._loop.time())
        if not self._readers:
            self._begin(database)
        elif self._timer is None:
            self._timer = self._loop.call_later(PATIENCE, self._look, database)
        future: asyncio.Future[Found] = self._loop.create_future()
        wanted.by.append((keys, future))
        return await future

    def _begin(self, database: Database) -> None:
        # It takes its first turn when those who are about to ask have asked.
        self._readers.add(self._loop.create_task(self._read(database)))

    def _look(self, database: Database) -> None:
        """Begin one more reader where something has waited for too long."""
        self._timer = None
        if not self._wanted or len(self._readers) == MOST_READERS:
            return
        due = min(wanted.since for wanted in self._wanted.values()) + PATIENCE
        if due <= self._loop.time():
            self._begin(database)
            due += PATIENCE
        self._timer = self._loop.call_at(due, self._look, database)

    async def _read(self, database: Database) -> None:
        """Run what is wanted, until nothing is."""
        try:
            async with database.held() as connection:
                while self._wanted:
                    if not await _run(connection, self._next()):
                        break
        except Exception as error:  # noqa: BLE001
            # There is no connection, so none of those who wait can be served.
            while self._wanted:
                _refuse(self._wanted.popitem()[1], error)
        finally:
            self._readers.discard(cast("asyncio.Task[None]", asyncio.current_task()))
            if self._wanted and not self._readers:
                self._begin(database)

    def _next(self) -> _Wanted:
        """What comes first; who is too many for one run waits behind the other statements."""
        statement = next(iter(self._wanted))
        wanted = self._wanted.pop(statement)
        if later := wanted.by[MOST_SHARING:]:
            self._wanted[statement] = replace(wanted, by=later)
            del wanted.by[MOST_SHARING:]
        return wanted


async def _run(connection: Database, wanted: _Wanted) -> bool:
    """Run a statement for all who want it; whether that went well."""
    keys = dict.fromkeys(key for some, _ in wanted.by for key in some)
    try:
        found = _by_key(await fetch(connection, wanted.sql, {**wanted.values, "keys": list(keys)}))
    except BaseException as error:
        _refuse(wanted, error)
        if not isinstance(error, Exception):
            raise
        return False
    for _, future in wanted.by:
        if not future.done():
            future.set_result(found)
    return True


def _refuse(wanted: _Wanted, error: BaseException) -> None:
    for _, future in wanted.by:
        if not future.done():
            future.set_exception(error)


def _gathering() -> Gathering:
    """That of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _GATHERINGS.get(loop)
    if found is None:
        found = _GATHERINGS[loop] = Gathering(loop)
    return found


_GATHERINGS: WeakKeyDictionary[asyncio.AbstractEventLoop, Gathering] = WeakKeyDictionary()


def _hashable(value: Any) -> Hashable:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def _by_key(rows: Sequence[Row]) -> Found:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[-1], []).append(row)
    return found
