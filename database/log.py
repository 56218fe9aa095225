"""SQLite's write-ahead log, which holds old pages until they are overwritten."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

from database.capabilities import SQLITE
from database.failures import is_collision
from database.session import capabilities, connection

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
    client: Any = connection()
    for _ in range(ATTEMPTS):
        if await asyncio.to_thread(_is_emptied, client.filename):
            return
        await asyncio.sleep(PAUSE)
    _log.warning("the write-ahead log could not be emptied: a long query reads what it holds")


def _is_emptied(file: str) -> bool:
    # On a connection of its own, without a timeout: it would wait for readers with the lock of
    # writers, and all writers for it.
    address = f"file:{quote(file)}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0)) as driver:
            [[is_busy, *_]] = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return not is_busy
    except sqlite3.OperationalError as error:
        if not is_collision(error):
            raise
        return False
