"""Rows by key that several requests want at the same time, read by one statement.

Who finds the statement they need already running waits for its end; then all who waited are
served by one more run of it. Under load its fixed cost is shared, and without load nobody waits.
What somebody gets was read after they asked for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast
from weakref import WeakKeyDictionary

from projection.statement import Database, Row, bind, fetch
from projection.watching import current_watch

Found: TypeAlias = Mapping[Any, Sequence[Row]]
"""Rows by their last column, the key."""

Read: TypeAlias = Callable[[list[Any]], Awaitable[Sequence[Row]]]
"""Reads the rows of these keys."""


async def fetch_by(
    database: Database, sql: str, values: Mapping[str, Any], keys: Iterable[Any]
) -> Sequence[Row]:
    """The rows of a statement over `:keys`, whose last column is the key; none without keys.

    They come key by key, in the statement's order for each.
    """
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    if not wanted:
        return ()

    async def read(keys: list[Any]) -> Sequence[Row]:
        return await fetch(database, sql, {**values, "keys": keys})

    if current_watch() is not None or not database.is_shared:
        found = _by_key(await read(wanted))
    else:
        names = bind(sql, database.dialect)[1]
        others = tuple(_hashable(values[name]) for name in names if name != "keys")
        found = await _gathering().found((sql, others), wanted, read)
    return [row for key in wanted for row in found.get(key, ())]


class Gathering:
    """The statements of one event loop that are running, and who waits for their next run."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[tuple[Iterable[Any], asyncio.Future[Found]]]] = {}
        self._tasks = set[asyncio.Task[None]]()

    async def found(self, statement: Hashable, keys: Sequence[Any], read: Read) -> Found:
        """The rows of these keys, and perhaps of others.

        `statement` stands for all that `read` does but for the keys.
        """
        waiting = self._waiting.get(statement)
        if waiting is not None:
            future: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
            waiting.append((keys, future))
            return await future
        self._waiting[statement] = []
        try:
            return _by_key(await read(list(keys)))
        finally:
            self._go_on(statement, read)

    def _go_on(self, statement: Hashable, read: Read) -> None:
        """Serve those who waited for a run that has ended, by the next."""
        waiting = self._waiting.pop(statement)
        if waiting:
            self._waiting[statement] = []
            task = asyncio.ensure_future(self._serve(statement, waiting, read))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(
        self,
        statement: Hashable,
        waiting: Sequence[tuple[Iterable[Any], asyncio.Future[Found]]],
        read: Read,
    ) -> None:
        futures = [future for _, future in waiting if not future.done()]
        try:
            keys = dict.fromkeys(key for wanted, _ in waiting for key in wanted)
            found = _by_key(await read(list(keys)))
        except BaseException as error:
            for future in futures:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for future in futures:
                if not future.done():
                    future.set_result(found)
        finally:
            self._go_on(statement, read)


def _gathering() -> Gathering:
    """That of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _GATHERINGS.get(loop)
    if found is None:
        found = _GATHERINGS[loop] = Gathering()
    return found


_GATHERINGS: WeakKeyDictionary[asyncio.AbstractEventLoop, Gathering] = WeakKeyDictionary()


def _hashable(value: Any) -> Hashable:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def _by_key(rows: Sequence[Row]) -> Found:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[-1], []).append(row)
    return found
