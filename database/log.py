"""SQLite's write-ahead log, which holds old pages until they are overwritten."""

import asyncio
import logging

from database.capabilities import SQLITE
from database.session import TortoiseDatabase, capabilities
from database.statement import fetch

ATTEMPTS = 40
PAUSE = 0.05
"Seconds between two attempts: the snapshots of readers, which prevent it, are short."

_log = logging.getLogger(__name__)


async def empty_log() -> None:
    """Write the log back to the file, and empty it; log a warning if that failed.

    Call it outside of transactions. It does nothing on PostgreSQL, where replicas and backups need
    the log.
    """
    if capabilities() is not SQLITE:
        return
    for _ in range(ATTEMPTS):
        [[is_busy, *_]] = await fetch(TortoiseDatabase(), "PRAGMA wal_checkpoint(TRUNCATE)", {})
        if not is_busy:
            return
        await asyncio.sleep(PAUSE)
    _log.warning("the write-ahead log could not be emptied: a long query reads what it holds")
