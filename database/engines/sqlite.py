"""SQLite, with transactions that take the write lock when they begin.

With a plain BEGIN, a transaction that reads before it writes fails as soon as another process
wrote in between, and no time-out helps. The module's name must contain "sqlite": Tortoise
looks for it.
"""

import sqlite3

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.exceptions import TransactionManagementError


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction begun with BEGIN IMMEDIATE."""

    async def begin(self) -> None:
        """Wait for the write lock (`busy_timeout`) and begin.

        Raises TransactionManagementError where the lock was not to be had in time.
        """
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error


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


class JoinerySqliteClient(SqliteClient):
    """Tortoise's client, with `ImmediateTransaction`."""

    async def create_connection(self, with_db: bool) -> None:
        """Open the file; raises sqlite3.OperationalError where it cannot be opened."""
        # Tried here first: the driver's thread would go on to complain when the loop has ended.
        sqlite3.connect(self.filename).close()
        await super().create_connection(with_db)

    def _in_transaction(self) -> SqliteTransactionContext:
        return ReleasingContext(ImmediateTransaction(self), self._lock)


client_class = JoinerySqliteClient
