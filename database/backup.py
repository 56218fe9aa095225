"""A copy of SQLite's database, of one moment, while others read and write it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote


class BackupError(Exception):
    """A database that cannot be copied; the text says why, and what to do."""


def backup(url: str, target: Path) -> Path:
    """Copy a database of SQLite to a new file, and return the file that it was copied from.

    What was committed before is in the copy, nothing is half in it, and nobody waits for it. The
    target is there when it is whole and on the disk. Raises BackupError.
    """
    scheme, _, path = url.partition("://")
    if scheme != "sqlite":
        raise BackupError(_POSTGRES)
    source = Path(path)
    if target.exists():
        raise BackupError(f"{target} is there already: give another name, or remove it")
    if not source.exists():
        raise BackupError(f"JOINERY_DATABASE_URL: the file {source} is not there")
    try:
        _copy(source, target)
    except FileExistsError as error:
        raise BackupError(
            f"{error.filename} is there already: another backup makes it; if none runs, remove it"
        ) from None
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target} cannot be made of {source}: {error}") from None
    return source


_POSTGRES = (
    "PostgreSQL is backed up by its own tools, also while the server runs:"
    ' pg_dump --format=custom --file=joinery.dump "$JOINERY_DATABASE_URL"'
    " (docs/operations.md tells more, and how to restore it)"
)


def _copy(source: Path, target: Path) -> None:
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
