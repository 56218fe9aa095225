"""Import influencers from a file."""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, Token
from cyclopts.validators import Path as PathValidator

from commands.database import migrated
from commands.errors import CommandError
from commands.importing import encoding
from commands.importing.columns import parse_renamed
from commands.importing.entries import Entry
from commands.importing.json_lines import read_json_lines
from commands.importing.people import People
from commands.importing.storing import store
from commands.importing.table import SEPARATORS, Table
from transport.settings import Settings

_MAX_TOLD = 10
"""Columns without a meaning that are named."""


def _renamed(_type: object, tokens: Sequence[Token]) -> dict[str, str]:
    return parse_renamed(",".join(token.value for token in tokens))


async def import_file(
    file: Annotated[Path, Parameter(validator=PathValidator(exists=True, dir_okay=False))],
    /,
    *,
    columns: Annotated[
        Mapping[str, str] | None, Parameter(converter=_renamed, accepts_keys=False, n_tokens=1)
    ] = None,
) -> None:
    """Import influencers and their accounts from FILE, in CSV or JSON Lines.

    What is wrong is told line by line, and the rest is imported. Run it again after an
    interruption, or with a newer file: what is known is brought up to date, and running it twice
    with the same file changes nothing.

    JSON Lines (.jsonl): an `InfluencerInput` of the GraphQL schema on each line.

    CSV (.csv): the first line names the columns. externalId and name are needed; email, country,
    categories (with ; between), avatarUrl are not. Accounts: platform, accountExternalId, handle,
    followers; who has several has a line for each, one below the other. Or all in one line:
    instagram.handle, instagram.followers, tiktok.handle, and so on. docs/import.md tells the rest.

    Parameters
    ----------
    file
        The file to import.
    columns
        The file's own names of columns, as `externalId=influencer_id,name=profile_name`; other
        columns are not read.
    """
    renamed = columns or {}
    with _opened(file) as raw:
        table = _read_table(raw, renamed) if file.suffix.lower() == ".csv" else None
        entries = People(table.columns).read(table.rows()) if table else _read_lines(raw, renamed)
        async with migrated(Settings()):
            if table:
                _describe(file, table)
            report = await store(entries, raw, file.stat().st_size)
    print(
        f"{report.created:,} created, {report.updated:,} updated,"
        f" {report.unchanged:,} unchanged, {report.refused:,} refused"
    )
    if report.refused:
        raise SystemExit(1)


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
