"""Failures of the database: which are worth another try, and which are outages."""

import sqlite3

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from tortoise.exceptions import BaseORMException, TransactionManagementError

READ_ONLY = "is read-only"
"""A database that takes no changes, in words that follow its name."""


class ChangedMeanwhileError(Exception):
    """The rows to lock have changed: the transaction must start again."""


class AbandonedError(Exception):
    """A statement was cancelled, as nobody waited for it; what it held up can be repeated."""


def is_worth_another_try(error: Exception) -> bool:
    """Return whether a transaction failed, without effect, for a reason that may be gone by now.

    Mostly that is a concurrent transaction. A unique key that is taken counts: whoever looked
    before found it free, so someone else was quicker, and a second look will find what they wrote.
    So does a connection that was lost before the transaction began, and a statement that was
    planned before a migration.
    """
    cause = _cause(error)
    if is_read_only(error):
        return False
    if isinstance(error, TransactionManagementError) and cause is not error:
        return True
    if isinstance(cause, asyncpg.UniqueViolationError):
        return True
    return is_collision(error) or _is_outdated(error)


def is_collision(error: BaseException) -> bool:
    """Return whether a transaction failed because of another one, or of its lock."""
    if isinstance(error, ChangedMeanwhileError):
        return True
    cause = _cause(error)
    if _sqlite_code(cause) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return True
    return isinstance(cause, asyncpg.TransactionRollbackError | asyncpg.LockNotAvailableError)


def is_locked(error: BaseException) -> bool:
    """Return whether PostgreSQL had a transaction wait for a lock longer than it may."""
    return isinstance(_cause(error), asyncpg.LockNotAvailableError)


def is_outage(error: BaseException) -> bool:
    """Return whether the database was unreachable, not migrated, too busy, or could not write.

    The caller may try again. A transaction that ended so may have been committed nevertheless.
    """
    cause = _cause(error)
    if is_collision(error) or _is_before_migration(cause) or isinstance(cause, _OUTAGES):
        return True
    return _sqlite_code(cause) in _SQLITE_OUTAGES


def is_general_outage(error: BaseException) -> bool:
    """Return whether it is an outage of more than one statement that took more than it may.

    That is more time, more memory, or more room for temporary files (`temp_file_limit`).
    """
    return is_outage(error) and not isinstance(_cause(error), _EXCESSES)


def is_read_only(error: BaseException) -> bool:
    """Return whether the database takes no changes: it is a standby, or was made read-only."""
    return isinstance(_cause(error), _READ_ONLY)


def is_lost(error: BaseException) -> bool:
    """Return whether the connection was lost; another may well succeed."""
    return isinstance(_cause(error), (*_DISCONNECTIONS, *_SHUTDOWNS))


def is_passing(error: BaseException) -> bool:
    """Return whether a read that failed so may well succeed when it is run again at once.

    It would have another connection, or be planned anew after a migration.
    """
    return is_lost(error) or _is_outdated(error)


_READ_ONLY = (
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TargetServerAttributeNotMatched,  # where the URL asks for one that is not
)
_DISCONNECTIONS = (
    ConnectionError,
    asyncpg.InterfaceError,
    # What the driver says of a connection that has heard why it ends, and not yet that it has.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
)
_SHUTDOWNS = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
MIXED_UP = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)
"""What a pooler makes of prepared statements where it gives transactions other sessions."""
_EXCESSES = (
    asyncpg.QueryCanceledError,
    asyncpg.OutOfMemoryError,
    asyncpg.ConfigurationLimitExceededError,
)
_OUTAGES = (
    *MIXED_UP,
    *_DISCONNECTIONS,
    *_SHUTDOWNS,
    OSError,
    AbandonedError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    *_READ_ONLY,
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


def _is_outdated(error: BaseException) -> bool:
    """Return whether a statement was planned before a migration; planned anew it succeeds."""
    return isinstance(_cause(error), asyncpg.InvalidCachedStatementError)


def _sqlite_code(cause: object) -> int | None:
    """Return SQLite's primary code of an error; the driver's own errors have none."""
    code = getattr(cause, "sqlite_errorcode", None) if isinstance(cause, sqlite3.Error) else None
    return None if code is None else code & 0xFF


def _cause(error: BaseException) -> object:
    """Return the driver's own error, which Tortoise wraps."""
    if isinstance(error, BaseORMException) and error.args and isinstance(error.args[0], Exception):
        return error.args[0]
    return error
