"""Back up."""

from pathlib import Path

from commands.errors import CommandError


def backup(file: Path, /) -> None:
    """Copy the database of SQLite (JOINERY_DATABASE_URL) to a new file, also while it is served.

    What was committed before is in the copy. To restore it, stop the server, put the copy in the
    place of the database, and remove the files beside it whose names end with -wal and -shm.

    Parameters
    ----------
    file
        The file to make; it must not be there yet.
    """
    from database import backup as copying
    from transport.settings import Settings

    try:
        source = copying.backup(Settings().database_url, file)
    except copying.BackupError as error:
        raise CommandError(str(error)) from None
    print(f"copied {source} to {file}, {file.stat().st_size:,} bytes")
