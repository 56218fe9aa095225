"""One transaction: all of it happens or none, and again from the start where the database asks."""

import sqlite3
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import stamina
from tortoise.exceptions import BaseORMException, TransactionManagementError
from tortoise.transactions import in_transaction

from telemetry.metrics import RETRIES
from telemetry.requests import waited

ATTEMPTS = 8
SECONDS = 45.0

T = TypeVar("T")


class ChangedMeanwhileError(Exception):
    """The rows to lock have changed: the transaction must start again."""


async def transacted(work: Callable[[], Awaitable[T]], *, undo: bool = False) -> T:
    """Run the work in a transaction, commit, and return its result.

    With `undo` it is rolled back instead. The work may run several times, so it must keep nothing
    between its runs; an error that it raises rolls back and goes on to the caller.
    """
    try:
        return await _once(work, undo)
    except Exception as error:
        if not is_worth_another_try(error):
            raise
        failure = error
    # Only now: most transactions need one try, of which this costs a tenth.
    async for attempt in stamina.retry_context(
        on=is_worth_another_try,
        attempts=ATTEMPTS,
        timeout=SECONDS,
        wait_initial=0.02,
        wait_max=1.0,
        wait_jitter=0.05,
    ):
        with attempt:
            if attempt.num == 1:
                raise failure
            RETRIES.add()
            return await _once(work, undo)
    raise AssertionError("the last attempt returns or raises")


def is_worth_another_try(error: Exception) -> bool:
    """Return whether a transaction failed, without effect, because of concurrent transactions.

    A unique key that is taken counts: whoever looked before found it free, so someone else was
    quicker, and a second look will find what they wrote. So does a connection that was lost before
    the transaction began.
    """
    cause = _cause(error)
    if isinstance(error, TransactionManagementError) and cause is not error:
        return True
    return _is_collision(error) or isinstance(cause, asyncpg.UniqueViolationError)


def is_outage(error: BaseException) -> bool:
    """Return whether the database was unreachable, not migrated, too busy, or could not write.

    The caller may try again. A transaction that ended so may have been committed nevertheless.
    """
    cause = _cause(error)
    if _is_collision(error) or _is_before_migration(cause) or isinstance(cause, _OUTAGES):
        return True
    return _sqlite_code(cause) in _SQLITE_OUTAGES


_OUTAGES = (
    OSError,
    asyncpg.InterfaceError,
    # What the driver says of a connection that has heard why it ends, and not yet that it has.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, while another server takes over
    asyncpg.InvalidAuthorizationSpecificationError,
)
_SQLITE_OUTAGES = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
)


def _is_before_migration(cause: object) -> bool:
    """Return whether a table is missing, because another process is still migrating."""
    if isinstance(cause, sqlite3.OperationalError):
        return str(cause).startswith("no such table")
    return isinstance(cause, asyncpg.UndefinedTableError)


def _is_collision(error: BaseException) -> bool:
    if isinstance(error, ChangedMeanwhileError):
        return True
    cause = _cause(error)
    if _sqlite_code(cause) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return True
    return isinstance(cause, asyncpg.TransactionRollbackError | asyncpg.LockNotAvailableError)


def _sqlite_code(cause: object) -> int | None:
    """Return SQLite's primary code of an error; the driver's own errors have none."""
    code = getattr(cause, "sqlite_errorcode", None) if isinstance(cause, sqlite3.Error) else None
    return None if code is None else code & 0xFF


async def _once(work: Callable[[], Awaitable[T]], undo: bool) -> T:
    asked = perf_counter()
    async with in_transaction() as transaction:
        waited(perf_counter() - asked)
        result = await work()
        if undo:
            await transaction.rollback()
    return result


def _cause(error: BaseException) -> object:
    """Return the driver's own error, which Tortoise wraps."""
    if isinstance(error, BaseORMException) and error.args and isinstance(error.args[0], Exception):
        return error.args[0]
    return error
