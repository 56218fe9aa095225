"""Where the data lives: one URL, SQLite in a file or PostgreSQL.

The rest of the code writes SQL that both understand; what differs is named here.
"""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)
from tortoise.exceptions import BaseORMException

from database.capabilities import SQLITE
from database.options import DatabaseOptions
from database.postgres_url import DatabaseError, read_url
from database.session import capabilities, connection

MODEL_MODULES = [
    "models.availability",
    "models.campaign",
    "models.influencer",
    "models.participation",
    "models.plan",
    "models.referral_code",
    "models.idempotency",
    "models.lease",
    "models.webhook",
    "models.ticket",
]
DEFAULT_URL = "sqlite://joinery.db"
DEFAULT_OPTIONS = DatabaseOptions()
APPS = {
    "models": {
        "models": MODEL_MODULES,
        "default_connection": "default",
        "migrations": "models.migrations",
    }
}


class UnreachableError(DatabaseError):
    """The database cannot be reached now; the message says why. It may be there later."""


def tortoise_config(url: str, options: DatabaseOptions = DEFAULT_OPTIONS) -> dict[str, Any]:
    """Return the argument of `Tortoise.init(config=…)` for this URL. Raises DatabaseError."""
    return {
        "connections": {"default": _connection(url, options)},
        "apps": APPS,
        "use_tz": True,
        "timezone": "UTC",
    }


def check_replicas(url: str, replica_url: str | None) -> None:
    """Raise DatabaseError where the second URL names no replicas of the database of the first."""
    if replica_url is None:
        return
    if not replica_url.startswith(("postgresql://", "postgres://")):
        example = "postgresql://user@host1,host2/joinery"
        raise DatabaseError(f"the URL of replicas starts with postgresql://; for example {example}")
    if url.startswith("sqlite://"):
        raise DatabaseError("SQLite has no replicas: the database itself must be a PostgreSQL")
    read_url(replica_url)


@asynccontextmanager
async def connected(url: str, options: DatabaseOptions = DEFAULT_OPTIONS) -> AsyncGenerator[None]:
    """Connect Tortoise to this database, for every task of the process.

    Raises DatabaseError where it cannot be used, UnreachableError where it could be later.
    """
    async with attached(url, options):
        await _reach(url)
        yield


@asynccontextmanager
async def attached(url: str, options: DatabaseOptions = DEFAULT_OPTIONS) -> AsyncGenerator[None]:
    """Let Tortoise use this database, for every task of the process, whether it is there or not.

    The first to use it connects, and where that fails the next one.
    """
    await Tortoise.init(config=tortoise_config(url, options), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()
        # Tortoise keeps statements by the connection's name, whatever the database behind it.
        EXECUTOR_CACHE.clear()


async def _reach(url: str) -> None:
    client: Any = connection()
    try:
        await client.execute_query("SELECT 1")
    except (
        OSError,
        ValueError,  # what asyncpg says of a URL that it cannot read
        sqlite3.Error,
        asyncpg.InterfaceError,
        asyncpg.PostgresError,
        BaseORMException,
    ) as error:
        why = str(error.__cause__ or error) or type(error).__name__
        if capabilities() is SQLITE:
            raise DatabaseError(
                f"the file {_file_of(url)} cannot be used ({why}):"
                " its folder must be there, and both must be writable"
            ) from error
        is_wrong = isinstance(error, ValueError) and not isinstance(error, OSError)
        kind = DatabaseError if is_wrong else UnreachableError  # a certificate may be renewed
        raise kind(f"the database cannot be reached: {why}") from error


def _file_of(url: str) -> Path:
    return Path(url.partition("://")[2])


def _connection(url: str, options: DatabaseOptions) -> dict[str, Any]:
    scheme, separator, path = url.partition("://")
    if separator and scheme == "sqlite" and path:
        credentials = {"file_path": path, "options": options}
        return {"engine": "database.engines.sqlite", "credentials": credentials}
    if separator and scheme in ("postgres", "postgresql"):
        read_url(url)  # so that a mistake in it is told at once
        credentials = {"dsn": url, "options": options}
        return {"engine": "database.engines.asyncpg", "credentials": credentials}
    message = (
        "a database URL starts with sqlite:// and a file's path, or with postgresql://;"
        " for example sqlite://joinery.db or postgresql://user@localhost/joinery"
    )
    raise DatabaseError(message)
