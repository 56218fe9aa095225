"""SQLite, with transactions that take the write lock when they begin.

With a plain BEGIN, a transaction that reads before it writes fails as soon as another process
wrote in between, and no time-out helps. The module's name must contain "sqlite": Tortoise
looks for it.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from database.capabilities import SQLITE
from database.coalescing import Coalescer
from database.engines.noted import Noted
from database.failures import READ_ONLY, AbandonedError, is_collision
from database.options import DatabaseOptions
from database.pool import Connections
from database.snapshots import Reader
from database.statement import Row

ROWS_AT_ONCE = 64
"""For cursors, which are read whole here."""
SLICE_MILLISECONDS = 50
"""So long SQLite itself waits for the write lock, in a thread that cannot be called back."""
ROOM = 1 << 20
"""A disk with fewer free bytes counts as full: the write-ahead log takes some at each commit."""


class PatientConnection(aiosqlite.Connection):
    """The connection that writes: it waits for the write lock while somebody waits for it."""

    seconds = 0.0
    "So long it waits at most."

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        driver: Any = super()
        statements = self._conn.execute, self._execute_fetchall, self._execute_insert
        if fn not in statements or self.in_transaction:
            return await driver._execute(fn, *args, **kwargs)
        is_given_up = Event()
        try:
            return await driver._execute(self._in_slices, is_given_up, partial(fn, *args, **kwargs))
        except asyncio.CancelledError:
            is_given_up.set()
            raise

    def _in_slices(self, is_given_up: Event, statement: Callable[[], Any]) -> Any:
        """Return what a statement gives, in the driver's thread."""
        limit = monotonic() + self.seconds
        self._conn.execute(f"PRAGMA busy_timeout = {SLICE_MILLISECONDS}")
        try:
            while not is_given_up.is_set():
                try:
                    return statement()
                except sqlite3.OperationalError as error:
                    if not is_collision(error) or monotonic() > limit:
                        raise
        finally:
            self._conn.execute(f"PRAGMA busy_timeout = {round(1000 * self.seconds)}")


class ImmediateTransaction(Noted, SqliteTransactionWrapper):
    """A transaction begun with BEGIN IMMEDIATE."""

    async def begin(self) -> None:
        """Wait for the write lock and begin.

        Raises TransactionManagementError where the lock was not to be had in time.
        """
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error

    async def execute_script(self, query: str) -> None:
        """Run the statements one by one: the driver's own way commits before the first."""
        for statement in _statements(query):
            await self._connection.execute(statement)

    def _in_transaction(self) -> NestedTransactionContext:
        return NestedTransactionContext(ImmediateTransaction(self))


def _statements(script: str) -> Generator[str]:
    """Yield the statements of a script, those within a trigger with it."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


class ReleasingContext(SqliteTransactionContext):
    """Lets go of the connection also where the transaction did not come to begin."""

    async def __aenter__(self) -> TransactionalDBClient:
        """Begin the transaction; see `ImmediateTransaction.begin`."""
        try:
            return await super().__aenter__()
        except BaseException as error:
            # Before there is a token, someone else has the connection.
            if hasattr(self, "token"):
                await self.__aexit__(type(error), error, None)
            raise

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Commit, or roll back where there is an error, and what could not be committed."""
        transaction = self.connection
        try:
            if error is None and not transaction._finalized:
                await transaction.commit()
        finally:
            try:
                if isinstance(error, asyncio.CancelledError):
                    await transaction._connection.interrupt()
                if not transaction._finalized:
                    await transaction.rollback()
            finally:
                get_connections().reset(self.token)
                self._trxlock.release()


class StatementReader:
    """A connection without a transaction: each statement has its own snapshot (a `Reader`)."""

    def __init__(self, driver: aiosqlite.Connection) -> None:
        self._driver = driver

    async def execute(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """Return the rows of a statement."""
        return [*await self._driver.execute_fetchall(sql, values)]

    async def renew(self) -> None:
        """Do nothing."""


class SnapshotReader(StatementReader):
    """A connection in a transaction whose first statement takes its snapshot (a `Reader`)."""

    async def renew(self) -> None:
        """End the transaction, if one is open, and begin another."""
        await self._driver.executescript("BEGIN")  # it commits first


class JoinerySqliteClient(Noted, SqliteClient):
    """Tortoise's client, with `ImmediateTransaction`, and connections that only read.

    In WAL mode these wait for nobody who writes.
    """

    def __init__(self, file_path: str, options: DatabaseOptions, **pragmas: Any) -> None:
        busy_timeout = round(1000 * options.lock_timeout)
        # Deleted content is overwritten with zeros, because it may be personal data.
        super().__init__(file_path, busy_timeout=busy_timeout, secure_delete=1, **pragmas)
        self._options = options
        self.coalescer = Coalescer(SQLITE, self._snapshot_reader, options.max_readers)
        self.single_coalescer = Coalescer(SQLITE, self._statement_reader, options.max_readers)
        self._free: list[aiosqlite.Connection] = []
        "Connections that no reader holds."
        self._opening = asyncio.Lock()

    async def create_connection(self, with_db: bool) -> None:  # noqa: ARG002
        """Open the file; raises sqlite3.OperationalError where it cannot be opened."""
        # Without the lock two tasks could open a connection each, and one would never be closed.
        async with self._opening:
            if not self._connection:
                await self._open_to_write()

    async def _open_to_write(self) -> None:
        # Tried here first: the driver's thread would go on to complain when the loop has ended.
        sqlite3.connect(self.filename).close()
        connecting = partial(sqlite3.connect, self.filename, isolation_level=None)
        driver = PatientConnection(connecting, ROWS_AT_ONCE)
        driver.seconds = self._options.lock_timeout
        self._connection = await driver
        driver.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await driver.execute(f"PRAGMA {pragma} = {value}")
        await self._post_connect()
        [[mode]] = await driver.execute_fetchall("PRAGMA journal_mode")
        if mode != "wal":
            await self.close()
            message = f"its file system has no WAL mode, which reading needs: it stays in {mode}"
            raise sqlite3.OperationalError(message)

    async def close(self) -> None:
        """Close all connections."""
        await self.coalescer.close()
        await self.single_coalescer.close()
        while self._free:
            await self._free.pop().close()
        await super().close()

    @property
    def connections(self) -> Connections:
        """The connections that there are now: one that writes, and those that read."""
        readers = self.coalescer.connections + self.single_coalescer.connections
        writing = int(self._lock.locked())
        idle = len(self._free) + 1 - writing
        return Connections(readers + writing, idle, 1 + 2 * self._options.max_readers)

    async def probe(self, sql: str) -> Sequence[Row]:
        """Return the rows of a statement, by a connection that waits for nobody who writes."""
        async with self._driver() as driver:
            return [*await driver.execute_fetchall(sql)]

    def fault(self) -> str | None:
        """Return why the file takes no changes, in words; None where nothing is known against it.

        A transaction would wait for those who write, and shows a full disk at its commit alone.
        """
        if not os.access(self.filename, os.W_OK):
            return READ_ONLY
        disk = os.statvfs(self.filename)
        free = disk.f_bavail if os.geteuid() else disk.f_bfree
        is_told = disk.f_blocks > 0  # not by every file system
        return "has no room left on its disk" if is_told and free * disk.f_frsize < ROOM else None

    def _in_transaction(self) -> SqliteTransactionContext:
        return ReleasingContext(ImmediateTransaction(self), self._lock)

    @asynccontextmanager
    async def _statement_reader(self) -> AsyncGenerator[Reader]:
        async with self._driver() as driver:
            yield StatementReader(driver)

    @asynccontextmanager
    async def _snapshot_reader(self) -> AsyncGenerator[Reader]:
        async with self._driver() as driver:
            reader = SnapshotReader(driver)
            await reader.renew()
            yield reader

    @asynccontextmanager
    async def _driver(self) -> AsyncGenerator[aiosqlite.Connection]:
        driver = self._free.pop() if self._free else await self._connect()
        try:
            yield driver
        except (asyncio.CancelledError, AbandonedError):
            await driver.interrupt()
            raise
        finally:
            try:
                await driver.rollback()
            finally:
                self._free.append(driver)

    async def _connect(self) -> aiosqlite.Connection:
        opening = asyncio.ensure_future(self._open())
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The driver's thread opens it nevertheless.
            await (await opening).close()
            raise

    async def _open(self) -> aiosqlite.Connection:
        driver = await aiosqlite.connect(self.filename, isolation_level=None)
        try:
            await driver.execute(f"PRAGMA busy_timeout = {self.pragmas['busy_timeout']}")
            await driver.execute("PRAGMA query_only = ON")
        except BaseException:
            await driver.close()
            raise
        return driver


client_class = JoinerySqliteClient
