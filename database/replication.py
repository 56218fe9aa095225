"""Replicas: hot standbys of the primary, for reads that may be a little late.

Each process asks the primary and every replica, again and again, how far they are in the
write-ahead log. A replica is as late as the newest position of the primary that it has replayed, so
a primary that rests makes nobody late, and neither clocks nor a replica's own word count. What was
not heard of in time is late too. A read that fails on a replica belongs on the primary.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any

from database.engines.asyncpg import JoineryPostgresClient
from database.failures import is_outage
from database.hosts import urls_by_host
from database.options import DatabaseOptions
from database.positions import NOWHERE, Position
from database.postgres_url import with_service
from database.session import connection, rows
from database.snapshots import Reading
from telemetry.outages import database as outages

LOOK_SECONDS = 1.0
"""Between two looks at most; a quarter of the lag that is allowed, where that is less."""
ANSWER_SECONDS = 1.0
"""So long a server may take to say how far it is."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def replicating(options: DatabaseOptions) -> AsyncGenerator["Replicas | None"]:
    """Watch the replicas of the options beside the connected primary; None where there are none."""
    if options.replica_url is None:
        yield None
        return
    replicas = Replicas(options.replica_url, options)
    looking = asyncio.create_task(replicas.look_again())
    try:
        yield replicas
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await replicas.close()


class Replicas:
    """The replicas of the connected primary, and which of them is fresh enough."""

    def __init__(self, url: str, options: DatabaseOptions) -> None:
        self._max_lag = options.replica_max_lag
        primary: Any = connection()
        self._primary = _Line(primary.connect)
        urls = urls_by_host(with_service(url))
        self._replicas = [Replica(*each, options) for each in enumerate(urls, 1)]
        self._history = deque[tuple[float, Position]]()
        "Where the primary was, and when it was asked; oldest first."

    def choose(self, after: Position | None) -> "Replica | None":
        """Return a replica that is fresh enough and has replayed so far; None: ask the primary."""
        oldest = monotonic() - self._max_lag
        for replica in self._replicas:
            if replica.is_usable(oldest, after):
                # The next read goes to the next one.
                self._replicas.remove(replica)
                self._replicas.append(replica)
                return replica
        return None

    async def position(self) -> Position:
        """Return a position after all that has been committed; NOWHERE if it cannot be known."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                with Reading(_INSERTED) as reading:  # shared by those who ask at the same time
                    reading.expect_one()
                    return _position(*(await rows(_INSERTED))[0])
        except Exception as error:  # noqa: BLE001
            if is_outage(error):
                outages.failed(error)
            else:
                _log.warning("the position of a write is not known: %r", error)
            return NOWHERE

    @property
    def states(self) -> list[str]:
        """The state of each replica in words; `ok` where it is used."""
        now = monotonic()
        numbered = sorted(self._replicas, key=lambda replica: replica.number)
        return [self._state(replica, now) for replica in numbered]

    def _state(self, replica: "Replica", now: float) -> str:
        heard = self._history and now - self._history[-1][0] <= self._max_lag
        return replica.state(now, self._max_lag, is_primary_heard=bool(heard))

    @property
    def clients(self) -> Mapping[int, JoineryPostgresClient]:
        """The client of each replica, by its place in the setting."""
        return {replica.number: replica.source for replica in self._replicas}

    async def look_again(self) -> None:
        """Look until cancelled; one that is silent does not make the others late."""
        await self._look_at_primary()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again(self._look_at_primary))
            for replica in self._replicas:
                group.create_task(self._again(partial(self._look_at, replica)))

    async def close(self) -> None:
        """Close all connections."""
        self._primary.drop()
        for replica in self._replicas:
            await replica.close()

    async def _again(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            await look()
            await asyncio.sleep(min(LOOK_SECONDS, self._max_lag / 4))

    async def _look_at_primary(self) -> None:
        asked_at = monotonic()
        with suppress(Exception):  # who reads and writes there tells it
            self._note(asked_at, _position(*await self._primary.ask(_FLUSHED)))

    async def _look_at(self, replica: "Replica") -> None:
        await replica.look(self._history)
        replica.tell(self._state(replica, monotonic()))

    def _note(self, asked_at: float, found: Position) -> None:
        history = self._history
        if history and not history[-1][1].is_of(found):
            history.clear()  # after a failover
        history.append((asked_at, found))
        while len(history) > 1 and history[1][0] < asked_at - self._max_lag:
            history.popleft()


class Replica:
    """One replica: its connections, and how it was at the last look."""

    def __init__(self, number: int, url: str, options: DatabaseOptions) -> None:
        self.number = number
        "Its place in the setting, from 1."
        self.source = JoineryPostgresClient(url, options, connection_name=f"replica {number}")
        "For `Reading`."
        self._line = _Line(self.source.connect)
        self._replayed: Position | None = None
        self._fresh_at = float("-inf")
        "When the primary was where this replica is."
        self._fault: str | None = "not asked yet"
        self._told: str | None = None
        self._reads = set[asyncio.Timeout]()

    def is_usable(self, oldest: float, after: Position | None) -> bool:
        """Return whether it is as fresh as this time, and has replayed so far."""
        if self._replayed is None or self._fresh_at < oldest:
            return False
        return after is None or after.is_in(self._replayed)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[None]:
        """Read from it in a block. Raises TimeoutError as soon as it is known to be away."""
        async with asyncio.timeout(None) as limit:
            self._reads.add(limit)
            try:
                yield
            finally:
                self._reads.discard(limit)

    def suspend(self, fault: str) -> None:
        """Do not use it before the next look."""
        self._replayed, self._fault = None, fault

    async def look(self, history: deque[tuple[float, Position]]) -> None:
        """Ask how far it is."""
        try:
            is_standby, *row = await self._line.ask(_REPLAYED)
        except Exception as error:  # noqa: BLE001
            self.suspend(f"cannot be reached: {type(error).__name__}")
            self._end_reads()
            return
        if not is_standby:
            self.suspend("is no replica any more: it takes writes itself")
            return
        replayed = self._replayed = _position(*row)
        self._fault = None
        # A standby that still follows the timeline before a failover may have what others lost.
        self._fresh_at = float("-inf")
        for asked_at, position in reversed(history):
            if position.is_of(replayed) and position.lsn <= replayed.lsn:
                self._fresh_at = asked_at
                break

    def state(self, now: float, max_lag: float, *, is_primary_heard: bool) -> str:
        """Return how it is, in words."""
        if self._fault is not None:
            return self._fault
        if now - self._fresh_at <= max_lag:
            return "ok"
        if not is_primary_heard:
            return "may be late: the primary does not say how far it is"
        return f"more than {max_lag:g} seconds late"

    def tell(self, state: str) -> None:
        """Log how it is, if that has changed."""
        if state != self._told:
            level = logging.INFO if state == "ok" else logging.WARNING
            _log.log(level, "replica %d: %s", self.number, state)
            self._told = state

    async def close(self) -> None:
        """Close its connections."""
        self._line.drop()
        await self.source.close()

    def _end_reads(self) -> None:
        now = asyncio.get_running_loop().time()
        for limit in self._reads:
            if not limit.expired():
                limit.reschedule(now)


class _Line:
    """A connection to ask one server by, apart from any pool; after a failure a new one."""

    def __init__(self, connect: Callable[[], Awaitable[Any]]) -> None:
        self._connect = connect
        self._driver: Any = None

    async def ask(self, sql: str) -> Any:
        """Return the row of a statement."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._driver is None:
                    self._driver = await self._connect()
                async with self._driver.transaction():  # whatever pooler is in between
                    return await self._driver.fetchrow(sql)
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Close the connection without a word."""
        if self._driver is not None:
            self._driver.terminate()
            self._driver = None


def _position(system: int, timeline: int, lsn: int) -> Position:
    return Position(system & 0xFFFF_FFFF_FFFF_FFFF, timeline, lsn)


_AT = """
SELECT system_identifier, ('x' || substr(pg_walfile_name(at), 1, 8))::bit(32)::int,
    (at - '0/0'::pg_lsn)::bigint
FROM pg_control_system(), {}() AS at"""
_INSERTED = _AT.format("pg_current_wal_insert_lsn")
"""With all that was committed, where commits do not wait for the disk too."""
_FLUSHED = _AT.format("pg_current_wal_flush_lsn")
"""All that is sent to replicas: what is inserted may stay unwritten while nobody commits."""
# The control file alone may say for minutes that a standby follows the timeline before.
_REPLAYED = """
SELECT pg_is_in_recovery(), system_identifier, greatest(
    (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
    (SELECT received_tli FROM pg_stat_wal_receiver)
), (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint
FROM pg_control_system()"""
