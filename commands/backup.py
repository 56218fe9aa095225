"""Back up."""

from pathlib import Path

from commands.errors import CommandError

POSTGRES = (
    "PostgreSQL is backed up by its own tools, also while the server runs:"
    ' pg_dump --format=custom --file=joinery.dump "$JOINERY_DATABASE_URL"'
    " (docs/operations.md tells more, and how to restore it)"
)


def backup(file: Path, /) -> None:
    """Copy the database of SQLite (JOINERY_DATABASE_URL) to a new file, also while it is served.

    What was committed before is in the copy. To restore it, stop the server, put the copy in the
    place of the database, and remove the files beside it whose names end with -wal and -shm.

    Parameters
    ----------
    file
        The file to make; it must not be there yet.
    """
    import sqlite3

    from database.backup import copy_sqlite
    from transport.settings import Settings

    scheme, _, path = Settings().database_url.partition("://")
    if scheme != "sqlite":
        raise CommandError(POSTGRES)
    if file.exists():
        raise CommandError(f"{file} is there already: give another name, or remove it")
    if not Path(path).exists():
        raise CommandError(f"JOINERY_DATABASE_URL: the file {path} is not there")
    try:
        copy_sqlite(Path(path), file)
    except FileExistsError as error:
        raise CommandError(
            f"{error.filename} is there already: another backup makes it; if none runs, remove it"
        ) from None
    except (OSError, sqlite3.Error) as error:
        raise CommandError(f"{file} cannot be made of {path}: {error}") from None
    print(f"copied {path} to {file}, {file.stat().st_size:,} bytes")
