"""A database as commands need it: there, and with its tables."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from commands.errors import CommandError
from database.connection import connected, pending_migrations


@asynccontextmanager
async def migrated(url: str) -> AsyncGenerator[None]:
    """Connect to this database (`database.connection.connected`), which must lack no migration.

    Raises CommandError where it does.
    """
    async with connected(url):
        if pending := await pending_migrations():
            raise CommandError(what_is_missing(pending))
        yield


def what_is_missing(pending: list[str]) -> str:
    """Return the message that the database lacks these migrations, and what to do."""
    return f"the database lacks {', '.join(pending)}: run `python server.py migrate` first"
