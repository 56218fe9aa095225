"""SQLite's write-ahead log, in which pages stay as they were until they are written over."""

import asyncio
import logging

from database.capabilities import SQLITE
from database.session import TortoiseDatabase, capabilities
from database.statement import fetch

ATTEMPTS = 40
PAUSE = 0.05
"Seconds. Snapshots of readers, which are in the way, are kept for a moment only."

_log = logging.getLogger(__name__)


async def empty_log() -> None:
    """Write the log back to the file, and empty it; tell in the server's log where that failed.

    Call it outside of transactions. PostgreSQL keeps its log for replicas and backups.
    """
    if capabilities() is not SQLITE:
        return
    for _ in range(ATTEMPTS):
        [[is_busy, *_]] = await fetch(TortoiseDatabase(), "PRAGMA wal_checkpoint(TRUNCATE)", {})
        if not is_busy:
            return
        await asyncio.sleep(PAUSE)
    _log.warning("the write-ahead log could not be emptied: a long query reads what it holds")
