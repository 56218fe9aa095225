"""Locks by number that a transaction holds until it ends.

Where transactions that write run one after the other (SQLite), each is alone from its start, so
there is nothing to lock and nobody to wait for. All locks belong to a transaction, none to a
session, so they work behind a connection pooler.
"""

from database.session import capabilities, rows


async def hold_shared(lock: int) -> None:
    """Hold this lock, together with others who hold it so, until the transaction ends."""
    if capabilities().has_concurrent_writers:
        await rows("SELECT pg_advisory_xact_lock_shared(:lock::bigint)", lock=lock)


async def holders(lock: int) -> set[str]:
    """Return the transactions that hold this lock now."""
    if not capabilities().has_concurrent_writers:
        return set()
    return {row[0] for row in await rows(_HOLDERS, lock=lock)}


_HOLDERS = """
SELECT l.virtualtransaction FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND l.locktype = 'advisory'
AND l.classid = 0 AND l.objid::bigint = :lock::bigint AND l.objsubid = 1"""
