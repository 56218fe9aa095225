"""The state of the database, as /health/ready tells it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database.capabilities import SQLITE
from database.failures import READ_ONLY
from database.migrations import pending_migrations
from database.pooler import problem_of_pooler
from database.session import capabilities, connection


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state in which the database was found."""

    fault: str | None
    "Why it takes no changes, in words that follow its name; None where it does."
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
        fault = await asyncio.to_thread(client.fault)
        return Readiness(fault, pooler=None, pending=await pending_migrations())
    # First: where statements get lost, those of the probe get lost too.
    if problem := await problem_of_pooler():
        return Readiness(None, problem, pending=())
    [[read_only]] = await client.probe("SELECT current_setting('transaction_read_only')")
    fault = READ_ONLY if read_only == "on" else None
    return Readiness(fault, None, await pending_migrations())
