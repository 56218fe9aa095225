"""PostgreSQL, by a URL as libpq takes it, itself or behind a pooler of connections."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from time import monotonic
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from database.capabilities import POSTGRES
from database.coalescing import Coalescer
from database.engines.noted import Noted
from database.failures import MIXED_UP, AbandonedError, is_lost, is_read_only
from database.hosts import AnyHost
from database.options import DatabaseOptions
from database.pool import Connections
from database.postgres_url import read_url
from database.snapshots import Reader
from database.statement import Row

STATEMENT_CACHE = 1_000
CLOSE_SECONDS = 2
"""For taking leave of a database that may not answer any more."""
SERVER_SETTINGS = {
    "jit": "off",
    # Statements settle in their text what a planner would guess from values, so that none needs
    # to be planned again: that would cost small ones more than running them.
    "plan_cache_mode": "force_generic_plan",
}

END_SECONDS = 2.0
"""So long a statement that was cancelled may take to end; then its connection is dropped."""

IDLE_SECONDS = 60.0
"""So long PostgreSQL keeps a transaction, and its locks, that nobody goes on with."""
_log = logging.getLogger(__name__)

_FAILURES = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # see `database/failures.py`
    asyncpg.PostgresError,
)
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PooledConnection(asyncpg.Connection):
    """A connection that knows how old it is, and costs nothing when it is given back."""

    def __init__(self, protocol: Any, transport: Any, *rest: Any) -> None:
        driver: Any = super()  # which has no types
        driver.__init__(protocol, transport, *rest)
        self.born = monotonic()
        self.socket: socket.socket = transport.get_extra_info("socket")

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  # the pool's
        """Roll back a transaction that is open.

        The usual reset costs a round trip after each statement, and nothing here leaves more
        behind: no session setting, no temporary table, no LISTEN outside its own connection.
        """
        self._top_xact = None
        driver: Any = self
        if driver.is_in_transaction():
            await driver.execute("ROLLBACK", timeout=timeout)


class Lent:
    """A connection of the pool for a block."""

    __slots__ = ("_driver", "_pool")

    def __init__(self, pool: "JoineryPostgresClient") -> None:
        self._pool = pool

    async def __aenter__(self) -> Any:
        """Wait for a connection."""
        self._driver = await self._pool.borrow()
        return self._driver

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Give it back, in whatever state it is."""
        await self._pool.give_back(self._driver, error)


class LentInTransaction(Lent):
    """A connection of the pool for a block, which is a transaction."""

    __slots__ = ("_transaction",)

    async def __aenter__(self) -> Any:
        """Wait for a connection, and begin."""
        driver = await super().__aenter__()
        self._transaction = driver.transaction()
        try:
            await self._transaction.start()
            await self._pool.set_locally(driver)
        except BaseException as error:
            await self._pool.give_back(driver, error)
            raise
        return driver

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Commit, or roll back where there is an error, and give the connection back."""
        if error is None:
            try:
                await self._transaction.commit()
            except BaseException as failure:
                await self._pool.give_back(self._driver, failure)
                raise
        await super().__aexit__(kind, error, trace)


class RetryableTransaction(Noted, TransactionWrapper):
    """A transaction with an error of its own if it could not begin, so that it can be retried."""

    def __init__(self, pool: "JoineryPostgresClient") -> None:
        super().__init__(pool)
        self._client = pool

    @property
    def is_over(self) -> bool:
        """Whether it was committed or rolled back."""
        return self._finalized

    @property
    def driver(self) -> Any:
        """The connection that it runs on."""
        return self._connection

    @driver.setter
    def driver(self, driver: Any) -> None:
        self._connection = driver

    async def begin(self) -> None:
        """Begin. Raises TransactionManagementError where the connection has been lost."""
        try:
            await super().begin()  # pyright: ignore[reportUnknownMemberType]
            await self._client.set_locally(self._connection)
        except _FAILURES as error:
            raise TransactionManagementError(error) from error


class TransactionInTurn(TransactionContext):
    """A transaction on a connection of the pool, of which so many run at once as there are turns.

    Whatever ends it, nobody waits for a database that does not answer: what is not committed is
    rolled back beside, and the turn is over when that is done.
    """

    def __init__(self, pool: "JoineryPostgresClient", turns: asyncio.Semaphore) -> None:
        self._transaction = self.client = RetryableTransaction(pool)
        self._pool = pool
        self._turns = turns

    async def __aenter__(self) -> TransactionalDBClient:
        """Begin the transaction; see `RetryableTransaction.begin`."""
        await self._turns.acquire()
        try:
            self._transaction.driver = await self._pool.borrow()
        except BaseException:
            self._turns.release()
            raise
        self._token = get_connections().set(self._transaction.connection_name, self._transaction)
        try:
            await self._transaction.begin()
        except BaseException as error:
            await self._end(error)
            raise
        return self._transaction

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Commit, or roll back where there is an error."""
        if error is None and not self._transaction.is_over:
            try:
                await self._transaction.commit()
            except BaseException as failure:
                await self._end(failure)
                raise
        await self._end(error)

    async def _end(self, error: BaseException | None) -> None:
        get_connections().reset(self._token)
        await self._pool.give_back(self._transaction.driver, error, self._turns.release)


class StatementReader:
    """A connection without a transaction: each statement has its own snapshot (a `Reader`)."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    async def execute(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """Return the rows of a statement."""
        return await self._driver.fetch(sql, *values)

    async def renew(self) -> None:
        """Do nothing."""


class SnapshotReader(StatementReader):
    """A connection in a transaction whose first statement takes its snapshot (a `Reader`)."""

    def __init__(self, driver: Any, pool: "JoineryPostgresClient") -> None:
        super().__init__(driver)
        self._pool = pool

    async def renew(self) -> None:
        """End the transaction and begin another, in one round trip."""
        await self._pool.begin(self._driver, f"COMMIT; {_BEGIN}")


class JoineryPostgresClient(Noted, AsyncpgDBClient):
    """Tortoise's client, with a pool that mends itself and asks nothing of a session.

    A pooler in between may give each transaction another session. Where it refuses settings at the
    start of one, each transaction makes them; where nothing is prepared by name, all is done in
    transactions, so that what is prepared is there when it is to run.
    """

    def __init__(self, dsn: str, options: DatabaseOptions, **credentials: Any) -> None:
        super().__init__(minsize=1, maxsize=options.pool_size, **credentials)
        self.url = read_url(dsn)
        self.extra.pop("dsn", None)
        self.prepares = options.prepared_statements
        self.is_fit = not self.prepares
        "Whether what is in between, if anything, is known to keep prepared statements."
        self._options = options
        self._hosts = AnyHost(self.url.dsn)
        self._local_settings = ""
        "Statements that make the settings for a transaction, where they are not the session's."
        self._turns = asyncio.Semaphore(options.max_transactions)
        self._expired_at = 0.0
        "Older connections are not used any more."
        self._ending = set[asyncio.Task[None]]()
        self._probes: Any = None
        "A pool of one connection."
        self.coalescer = Coalescer(POSTGRES, self._snapshot_reader, options.max_readers)
        self.single_coalescer = Coalescer(POSTGRES, self._statement_reader, options.max_readers)

    async def close(self) -> None:
        """Give back the connections of readers, and close the pool; cut off what takes too long."""
        if self._probes:
            self._probes.terminate()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.coalescer.close()
                await self.single_coalescer.close()
                await asyncio.gather(*self._ending)
                await super().close()
        except TimeoutError:
            pool: Any = self._pool
            if pool:
                pool.terminate()
            self._pool = None

    async def probe(self, sql: str) -> Sequence[Row]:
        """Return the rows of a statement, by a connection that nothing else is done with."""
        if not self._probes:
            self._probes = await self.create_pool(min_size=0, max_size=1)
        driver = await self._probes.acquire()
        try:
            async with driver.transaction():
                rows = await driver.fetch(sql)
        except BaseException as error:
            self._suspect_pooler(error)
            driver.terminate()
            raise
        await self._probes.release(driver)
        return rows

    @property
    def connections(self) -> Connections:
        """The connections that there are now."""
        pool: Any = self._pool
        size, idle = (pool.get_size(), pool.get_idle_size()) if pool else (0, 0)
        return Connections(size - idle, idle, self._options.pool_size)

    def acquire_connection(self) -> Any:
        """Return the context of a connection for a block."""
        return Lent(self) if self.prepares else LentInTransaction(self)

    async def begin(self, driver: Any, begin: str) -> None:
        """Begin a transaction with its settings, in one round trip."""
        await driver.execute(begin + self._local_settings, timeout=END_SECONDS)

    async def set_locally(self, driver: Any) -> None:
        """Make the settings of the transaction that has begun."""
        if self._local_settings:
            await driver.execute(self._local_settings, timeout=END_SECONDS)

    async def borrow(self) -> Any:
        """Wait for a connection of the pool, which must be given back."""
        if not self._pool:
            async with self._pool_init_lock:
                if not self._pool:
                    await self.create_connection(with_db=True)
        pool: Any = self._pool
        while True:
            driver = await pool.acquire()
            if driver.born > self._expired_at:
                return driver
            driver.terminate()  # the pool opens another in its place

    async def give_back(
        self,
        driver: Any,
        error: BaseException | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Give a connection back, and call `then` when that is done.

        `error` is how its use ended. Where a statement was cancelled, which the database may not
        even hear of, nobody waits for its end.
        """
        if error is not None and (is_lost(error) or is_read_only(error)):
            self.expire()
        self._suspect_pooler(error)
        if error is None or not isinstance(error, asyncio.CancelledError | AbandonedError):
            await self._end(driver, then)
            return
        ending = asyncio.create_task(self._end(driver, then), context=Context())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    def _suspect_pooler(self, error: BaseException | None) -> None:
        """Have readiness look at the pooler again, where a statement was missing."""
        if isinstance(error, MIXED_UP):
            self.is_fit = not self.prepares

    def expire(self) -> None:
        """Use no connection of now again: where one was lost, others may be without knowing it."""
        self._expired_at = monotonic()

    async def _end(self, driver: Any, then: Callable[[], None]) -> None:
        """Roll back what is open, cancel what is under way, and put a connection into the pool."""
        pool: Any = self._pool
        try:
            await pool.release(driver, timeout=END_SECONDS)
        except _FAILURES:
            self.expire()  # and the pool has dropped it
        finally:
            then()

    @asynccontextmanager
    async def _statement_reader(self) -> AsyncGenerator[Reader]:
        if self._local_settings or not self.prepares:
            async with self._snapshot_reader() as reader:
                yield reader
            return
        async with Lent(self) as driver:
            yield StatementReader(driver)

    @asynccontextmanager
    async def _snapshot_reader(self) -> AsyncGenerator[Reader]:
        async with Lent(self) as driver:
            reader = SnapshotReader(driver, self)
            await self.begin(driver, _BEGIN)
            yield reader

    def _in_transaction(self) -> TransactionContext:
        return TransactionInTurn(self, self._turns)

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """Create a pool of connections to the URL."""
        sizes = {name: kwargs[name] for name in ("min_size", "max_size")}
        return await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType]
            self.url.dsn, connect=self.connect, connection_class=PooledConnection, **sizes
        )

    async def connect(self, _dsn: str | None = None, **given: Any) -> Any:
        """Open a connection; its settings are its session's where a pooler does not refuse them."""
        options: dict[str, Any] = {
            "connection_class": PooledConnection,
            "timeout": self.url.connect_timeout or self._options.connect_timeout,
            "statement_cache_size": STATEMENT_CACHE if self.prepares else 0,
            **({"ssl": True} if self.url.trusts_system else {}),
            **given,
        }
        driver = await self._connect(options)
        _set_options(driver.socket, self.url.socket_options)
        return driver

    async def _connect(self, options: dict[str, Any]) -> Any:
        name = {"application_name": self.url.application_name}
        settings = SERVER_SETTINGS | _timeouts(self._options)
        if not self._local_settings:
            try:
                return await self._hosts.connect(server_settings=name | settings, **options)
            except asyncpg.ProtocolViolationError as error:
                _log.info("settings are made in each transaction, because of a pooler: %s", error)
        connected = await self._hosts.connect(server_settings=name, **options)
        self._local_settings = "".join(
            f"; SET LOCAL {setting} = '{value}'" for setting, value in settings.items()
        )
        return connected


def _set_options(connection: socket.socket, options: Mapping[str, int]) -> None:
    """Have the system notice where the other end of an idle connection is gone."""
    if connection.family in (socket.AF_INET, socket.AF_INET6):
        for name, value in options.items():
            level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
            if hasattr(socket, name):  # not on every system
                connection.setsockopt(level, getattr(socket, name), value)


def _timeouts(options: DatabaseOptions) -> dict[str, str]:
    """Return the server settings of these time-outs."""
    seconds = {
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
        "lock_timeout": options.lock_timeout,
        "statement_timeout": options.statement_timeout,
    }
    return {name: str(round(1000 * value)) for name, value in seconds.items()}


client_class = JoineryPostgresClient
