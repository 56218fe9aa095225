"""PostgreSQL by a URL that asyncpg reads itself, so that every form libpq takes is understood."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.exceptions import TransactionManagementError

from database.capabilities import POSTGRES
from database.coalescing import Coalescer
from database.options import DatabaseOptions
from database.pool import Connections
from database.snapshots import Reader
from database.statement import Row

STATEMENT_CACHE = 1_000
SERVER_SETTINGS = {
    "application_name": "joinery",
    "jit": "off",
    # Statements settle in their text what a planner would guess from values, so that none needs
    # to be planned again: that would cost small ones more than running them.
    "plan_cache_mode": "force_generic_plan",
}

_FAILURES = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # see `is_outage`
    asyncpg.PostgresError,
)


class UnresetConnection(asyncpg.Connection):
    """A pooled connection that is given back without a reset.

    The reset costs a round trip after each statement, and nothing here leaves state behind:
    no session setting, no temporary table, no LISTEN outside its own connection.
    """

    def get_reset_query(self) -> str:
        """Run no statement."""
        return ""


class RetryableTransaction(TransactionWrapper):
    """A transaction with an error of its own if it could not begin, so that it can be retried."""

    async def begin(self) -> None:
        """Begin. Raises TransactionManagementError where the connection has been lost."""
        try:
            await super().begin()  # pyright: ignore[reportUnknownMemberType]
        except _FAILURES as error:
            raise TransactionManagementError(error) from error


class ReleasingContext(TransactionContextPooled):
    """Takes turns; gives the connection back also where the transaction did not come to begin."""

    def __init__(
        self, client: RetryableTransaction, pool_init_lock: asyncio.Lock, turns: asyncio.Semaphore
    ) -> None:
        super().__init__(client, pool_init_lock)
        self._turns = turns

    async def __aenter__(self) -> TransactionalDBClient:
        """Begin the transaction; see `RetryableTransaction.begin`."""
        await self._turns.acquire()
        try:
            return await self._begin()
        except BaseException:
            self._turns.release()
            raise

    async def __aexit__(self, *raised: Any) -> None:
        """End the transaction, and let the next one begin."""
        try:
            await super().__aexit__(*raised)
        finally:
            self._turns.release()

    async def _begin(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException as error:
            # Before there is a token, there is no connection. What has not begun, for Tortoise, is
            # not rolled back; where BEGIN was under way nevertheless, asyncpg does it.
            if hasattr(self, "token"):
                await super().__aexit__(TransactionManagementError, error, None)
            raise


_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


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

    async def renew(self) -> None:
        """End the transaction and begin another, in one round trip."""
        await self._driver.execute(f"COMMIT; {_BEGIN}")


class JoineryPostgresClient(AsyncpgDBClient):
    """Tortoise's client, with the URL handed to asyncpg as it is."""

    def __init__(self, dsn: str, options: DatabaseOptions, **credentials: Any) -> None:
        super().__init__(minsize=1, maxsize=options.pool_size, **credentials)
        self.dsn = dsn
        self.extra.pop("dsn", None)
        self._options = options
        self._turns = asyncio.Semaphore(options.max_transactions)
        self.coalescer = Coalescer(POSTGRES, self._snapshot_reader, options.max_readers)
        self.single_coalescer = Coalescer(POSTGRES, self._statement_reader, options.max_readers)

    async def close(self) -> None:
        """Give back the connections of readers, and close the pool."""
        await self.coalescer.close()
        await self.single_coalescer.close()
        await super().close()

    @property
    def connections(self) -> Connections:
        """The connections that there are now."""
        pool: Any = self._pool
        size, idle = (pool.get_size(), pool.get_idle_size()) if pool else (0, 0)
        return Connections(size - idle, idle, self._options.pool_size)

    @asynccontextmanager
    async def _statement_reader(self) -> AsyncGenerator[Reader]:
        pool: Any = self
        async with pool.acquire_connection() as driver:
            yield StatementReader(driver)

    @asynccontextmanager
    async def _snapshot_reader(self) -> AsyncGenerator[Reader]:
        pool: Any = self
        async with pool.acquire_connection() as driver:
            try:
                await driver.execute(_BEGIN)
                yield SnapshotReader(driver)
            finally:
                if not driver.is_closed():
                    await driver.execute("ROLLBACK")

    def _in_transaction(self) -> TransactionContextPooled:
        return ReleasingContext(RetryableTransaction(self), self._pool_init_lock, self._turns)

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """Create a pool of connections to the URL."""
        sizes = {name: kwargs[name] for name in ("min_size", "max_size")}
        return await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType]
            self.dsn,
            connection_class=UnresetConnection,
            timeout=self._options.connect_timeout,
            statement_cache_size=STATEMENT_CACHE if self._options.prepared_statements else 0,
            server_settings=SERVER_SETTINGS | _timeouts(self._options),
            **sizes,
        )


def _timeouts(options: DatabaseOptions) -> dict[str, str]:
    """Return the server settings of these time-outs."""
    seconds = {
        "lock_timeout": options.lock_timeout,
        "statement_timeout": options.statement_timeout,
    }
    return {name: str(round(1000 * value)) for name, value in seconds.items()}


client_class = JoineryPostgresClient
