"""A database as commands need it: there, and with its tables."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from commands.errors import CommandError
from database.connection import connected
from database.migrations import pending_migrations
from database.pooler import problem_of_pooler
from transport.settings import Settings


@asynccontextmanager
async def migrated(settings: Settings) -> AsyncGenerator[None]:
    """Connect to the database of these settings, which must lack no migration.

    Raises CommandError where it does.
    """
    async with connected(settings.database_url, settings.database_options):
        if problem := await problem_of_pooler():
            raise CommandError(problem)
        if pending := await pending_migrations():
            raise CommandError(what_is_missing(pending))
        yield


def what_is_missing(pending: list[str]) -> str:
    """Return the message that the database lacks these migrations, and what to do."""
    return f"the database lacks {', '.join(pending)}: run `python server.py migrate` first"
