"""Where the data lives: one URL, SQLite in a file or PostgreSQL.

The rest of the code writes SQL that both understand; what differs is named here.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.executor import (
    EXECUTOR_CACHE,  # pyright: ignore[reportUnknownVariableType]
)
from tortoise.exceptions import BaseORMException
from tortoise.migrations.executor import MigrationExecutor

from database.capabilities import SQLITE
from database.options import DatabaseOptions
from database.session import capabilities, connection

MODEL_MODULES = [
    "models.availability",
    "models.campaign",
    "models.influencer",
    "models.participation",
    "models.idempotency",
    "models.lease",
]
DEFAULT_URL = "sqlite://joinery.db"
DEFAULT_OPTIONS = DatabaseOptions()
# Any number will do, as long as every migrating process takes the same.
_MIGRATION_LOCK = 0x4A4F494E


class DatabaseError(ValueError):
    """The URL names no usable database; the message says why, and what to do."""


def tortoise_config(url: str, options: DatabaseOptions = DEFAULT_OPTIONS) -> dict[str, Any]:
    """Return the argument of `Tortoise.init(config=…)` for this URL. Raises DatabaseError."""
    return {
        "connections": {"default": _connection(url, options)},
        "apps": {
            "models": {
                "models": MODEL_MODULES,
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def connected(url: str, options: DatabaseOptions = DEFAULT_OPTIONS) -> AsyncGenerator[None]:
    """Connect Tortoise to this database, for every task of the process.

    Raises DatabaseError where it cannot be reached.
    """
    await Tortoise.init(config=tortoise_config(url, options), _enable_global_fallback=True)
    try:
        await _reach(url)
        yield
    finally:
        await Tortoise.close_connections()
        # Tortoise keeps statements by the connection's name, whatever the database behind it.
        EXECUTOR_CACHE.clear()


async def migrate(url: str, options: DatabaseOptions = DEFAULT_OPTIONS) -> list[str]:
    """Bring the database's tables up to date; return the names of the migrations applied.

    Any number of processes may call it at once: they take turns. Raises DatabaseError.
    """
    applied = list[str]()

    def note(event: str, _app: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)

    # Statements may take as long as they need here: nobody waits for them.
    async with connected(url, replace(options, statement_timeout=0)), _turn(url):
        await _executor().migrate(progress=note)
    return applied


async def pending_migrations() -> list[str]:
    """Return the names of the migrations that the connected database lacks."""
    return [step.migration.name for step in await _executor().plan()]


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
        message = f"the database cannot be reached: {why}"
        if capabilities() is SQLITE:
            message = (
                f"the file {_file_of(url)} cannot be used ({why}):"
                " its folder must be there, and both must be writable"
            )
        raise DatabaseError(message) from error


@asynccontextmanager
async def _turn(url: str) -> AsyncGenerator[None]:
    """Hold off other processes that migrate this database."""
    if capabilities() is SQLITE:
        # Not by a transaction: Tortoise runs migrations as scripts, and SQLite's driver commits
        # before each. Not on the file itself: closing it would drop SQLite's own locks.
        folder = os.open(_file_of(url).parent, os.O_RDONLY)
        try:
            await asyncio.to_thread(fcntl.flock, folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
        return
    # A connection of its own: Tortoise asks for tables that may not be there, and that would
    # abort the transaction which held the lock.
    driver: Any = asyncpg  # which has no types
    lock = await driver.connect(url)
    try:
        await lock.execute(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})")
        yield
    finally:
        await lock.close()


def _file_of(url: str) -> Path:
    return Path(url.partition("://")[2])


def _executor() -> MigrationExecutor:
    return MigrationExecutor(connection(), tortoise_config("sqlite://:memory:")["apps"])


def _connection(url: str, options: DatabaseOptions) -> dict[str, Any]:
    scheme, separator, path = url.partition("://")
    if separator and scheme == "sqlite" and path:
        credentials = {"file_path": path, "options": options}
        return {"engine": "database.engines.sqlite", "credentials": credentials}
    if separator and scheme in ("postgres", "postgresql"):
        credentials = {"dsn": url, "options": options}
        return {"engine": "database.engines.asyncpg", "credentials": credentials}
    message = (
        "a database URL starts with sqlite:// and a file's path, or with postgresql://;"
        " for example sqlite://joinery.db or postgresql://user@localhost/joinery"
    )
    raise DatabaseError(message)
