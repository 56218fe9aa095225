"""The state of the database, as /health/ready tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database.capabilities import SQLITE
from database.migrations import pending_migrations
from database.pooler import problem_of_pooler
from database.session import capabilities, connection


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state in which the database was found."""

    is_read_only: bool
    "A standby, a primary that was demoted, or one with `default_transaction_read_only`."
    pooler: str | None
    "Why statements get lost on their way, and what to do (`database/pooler.py`)."
    pending: Sequence[str]
    "The names of the migrations that it lacks."


async def readiness() -> Readiness:
    """Ask the connected database, past the pool, which may be exhausted.

    Raises the driver's error where it cannot be reached.
    """
    client: Any = connection()
    # Tortoise would take a database that it cannot reach for one without migrations.
    if capabilities() is SQLITE:
        await client.probe("SELECT 1")
        return Readiness(is_read_only=False, pooler=None, pending=await pending_migrations())
    [[read_only]] = await client.probe("SELECT current_setting('transaction_read_only')")
    if problem := await problem_of_pooler():
        return Readiness(read_only == "on", problem, pending=())
    return Readiness(read_only == "on", None, await pending_migrations())
