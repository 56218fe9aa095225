"""A pooler of connections between this process and PostgreSQL, such as PgBouncer."""

from contextlib import AsyncExitStack
from typing import Any

from database.session import capabilities, connection

ATTEMPTS = 5
PROBLEM = (
    "a pooler gives each transaction another session, and keeps no prepared statements: set"
    " JOINERY_DATABASE_PREPARED_STATEMENTS=false, or PgBouncer's max_prepared_statements (from 1.21"
    " on), or its pool_mode=session"
)
_PID = "SELECT pg_backend_pid()"
_PROBE = "joinery_probe"
_IS_THERE = f"SELECT count(*) FROM pg_prepared_statements WHERE name = '{_PROBE}'"


async def problem_of_pooler() -> str | None:
    """Return why statements get lost behind the pooler, and what to do; None where they do not.

    What is well is not asked for again, until a prepared statement was missing.
    """
    client: Any = connection()
    if not capabilities().has_concurrent_writers or client.is_fit:
        return None
    async with AsyncExitStack() as stack:
        one, other = [await client.connect(statement_cache_size=0) for _ in range(2)]
        for driver in (one, other):
            stack.push_async_callback(driver.close)
        client.is_fit = not (await _loses_statements(one) and await _share_a_session(one, other))
    return None if client.is_fit else PROBLEM


async def _loses_statements(driver: Any) -> bool:
    """Return whether something in between passes on the names of statements as they are."""
    async with driver.transaction():
        if await driver.fetchval(_PID) == driver.get_server_pid():
            return False  # nothing is in between
        prepared = await driver.prepare("SELECT 1", name=_PROBE)
        is_there = bool(await driver.fetchval(_IS_THERE))
        del prepared  # the driver deallocates it with the next statement
        await driver.fetchval(_PID)
        return is_there


async def _share_a_session(*drivers: Any) -> bool:
    """Return whether these connections, both open, have the same session one after the other.

    A pooler takes the session that was used last; somebody else may come in between.
    """
    for _ in range(ATTEMPTS):
        pids = list[int]()
        for driver in drivers:
            async with driver.transaction():
                pids.append(await driver.fetchval(_PID))
        if len({*pids}) == 1:
            return True
    return False
