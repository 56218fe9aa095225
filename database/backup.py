"""A copy of SQLite's database, of one moment, while others read and write it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database into a file of its own, which is there when it is whole and on the disk.

    What was committed before is in it, nothing is half in it, and nobody waits for it. Raises
    OSError where a file cannot be written, sqlite3.Error where the database cannot be read.
    """
    part = target.with_name(f"{target.name}.part")
    with part.open("xb") as file:
        try:
            shutil.copymode(source, part)
            # In one step, which is one read transaction: a writer would make it start again.
            with (
                closing(
                    sqlite3.connect(f"file:{quote(str(source))}?mode=rw", uri=True)
                ) as database,
                closing(sqlite3.connect(part)) as copy,
            ):
                database.backup(copy, pages=-1)
            os.fsync(file.fileno())
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
