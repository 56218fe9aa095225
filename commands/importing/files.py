"""Importing a file, and telling how it is read."""

import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from commands.database import migrated
from commands.errors import CommandError
from commands.importing import encoding
from commands.importing.entries import Entry
from commands.importing.json_lines import read_json_lines
from commands.importing.people import People
from commands.importing.storing import store
from commands.importing.table import SEPARATORS, Table
from transport.settings import Settings

_MAX_TOLD = 10
"""Columns without a meaning that are named."""


async def import_from(file: Path, renamed: Mapping[str, str]) -> bool:
    """Import what the file has, and print a report; return whether all of it was right.

    `renamed` are the file's own names of columns by ours. Raises CommandError where the file
    cannot be read at all, SettingsError or DatabaseError.
    """
    with _opened(file) as raw:
        table = _read_table(raw, renamed) if file.suffix.lower() == ".csv" else None
        entries = People(table.columns).read(table.rows()) if table else _read_lines(raw, renamed)
        async with migrated(Settings()):
            if table:
                _describe(file, table)
            report = await store(entries, raw, os.fstat(raw.fileno()).st_size)
    print(
        f"{report.created:,} created, {report.updated:,} updated,"
        f" {report.unchanged:,} unchanged, {report.refused:,} refused"
    )
    return not report.refused


def _opened(file: Path) -> io.BufferedReader:
    if file.suffix.lower() not in (".csv", ".jsonl"):
        raise CommandError(f"{file}: give a file whose name ends in .csv or .jsonl")
    try:
        return file.open("rb")
    except OSError as error:
        raise CommandError(f"{file}: cannot be opened: {error.strerror}") from None


def _read_table(raw: io.BufferedReader, renamed: Mapping[str, str]) -> Table:
    try:
        return Table(raw, renamed)
    except CommandError as error:
        raise CommandError(f"{raw.name}: {error}") from None


def _read_lines(raw: io.BufferedReader, renamed: Mapping[str, str]) -> Iterator[Entry]:
    if renamed:
        raise CommandError(f"{raw.name}: JSON Lines have no columns that --columns could name")
    return read_json_lines(raw)


def _describe(file: Path, table: Table) -> None:
    """Print how the file is read, where nothing in it says so."""
    written = f"{encoding.NAMES[table.encoding]}, separated by {SEPARATORS[table.separator]}"
    print(f"{file}: {written}")
    unread = table.columns.unread
    if unread:
        more = f", and {len(unread) - _MAX_TOLD:,} more" if len(unread) > _MAX_TOLD else ""
        names = ", ".join(name[:40] for name in unread[:_MAX_TOLD])
        print(f"columns that are not read: {names}{more}")
    if table.columns.are_accounts_without_ids:
        print("no column has the ids of accounts: each is known by its handle, such as @aiko")
