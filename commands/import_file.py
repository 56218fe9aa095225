"""Import influencers from a file."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast

import orjson
from cyclopts import Parameter
from cyclopts.validators import Path as PathValidator
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from rich.progress import Progress

from commands.database import migrated
from commands.errors import CommandError
from database.transactions import transacted
from models.text import clean
from resolvers.context import Context
from resolvers.mutations.upsert_influencers import (
    InfluencerFields,
    UpsertInfluencersOutcome,
    upsert_influencers,
)
from resolvers.pipeline.bulk import MAX_ITEMS
from resolvers.pipeline.validation import Refusal
from transport.settings import Settings
from workflow.enums import Platform

CSV_COLUMNS = (
    "externalId", "name", "email", "country", "categories", "avatarUrl",
    "platform", "accountExternalId", "handle", "followers",
)  # fmt: skip
_NEEDED = ("externalId", "name")
_ACCOUNT = {
    "platform": "platform",
    "accountExternalId": "externalId",
    "handle": "handle",
    "followers": "followers",
}
_MAY_BE_EMPTY = ("email", "country", "avatarUrl")


async def import_file(
    file: Annotated[Path, Parameter(validator=PathValidator(exists=True, dir_okay=False))], /
) -> None:
    """Import influencers and their accounts from FILE, in CSV or JSON Lines.

    What is wrong is told line by line, and the rest is imported. Run it again after an
    interruption, or with a newer file: what is known is brought up to date, and running it twice
    with the same file changes nothing.

    JSON Lines (.jsonl): an `InfluencerInput` of the GraphQL schema on each line.

    CSV (.csv), in UTF-8: the first line names the columns. externalId and name are needed; email,
    country, categories (with ; between), avatarUrl are not. Accounts: platform, accountExternalId,
    handle, followers; who has several has a line for each, one below the other.

    Parameters
    ----------
    file
        The file to import.
    """
    readers = {".csv": _from_csv, ".jsonl": _from_json_lines}
    read = readers.get(file.suffix.lower())
    if read is None:
        raise CommandError(f"{file}: give a file whose name ends in .csv or .jsonl")
    with _opened(file) as raw:
        _skip_mark(raw, file)
        async with migrated(Settings().database_url):
            report = await _import(read(raw, file), raw, file.stat().st_size)
    print(
        f"{report.created:,} created, {report.updated:,} updated,"
        f" {report.unchanged:,} unchanged, {report.refused:,} refused"
    )
    if report.refused:
        raise SystemExit(1)


def _opened(file: Path) -> io.BufferedReader:
    try:
        return file.open("rb")
    except OSError as error:
        raise CommandError(f"{file}: cannot be opened: {error.strerror}") from None


def _skip_mark(raw: io.BufferedReader, file: Path) -> None:
    """Go past the mark that some programs put before UTF-8."""
    start = raw.peek(3)[:3]
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise CommandError(f"{file}: is in UTF-16: save it in UTF-8")
    if start == codecs.BOM_UTF8:
        raw.seek(len(start))


class _Record(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class AccountRecord(_Record):
    """An account, as `AccountInput` has it."""

    platform: Platform
    external_id: str
    handle: str
    followers: int


class InfluencerRecord(_Record):
    """An influencer, as `InfluencerInput` has it: what is left out stays."""

    external_id: str
    name: str
    email: str | None = None
    country: str | None = None
    avatar_url: str | None = None
    categories: list[str] = Field(default_factory=list[str])
    accounts: list[AccountRecord] = Field(default_factory=list[AccountRecord])

    @property
    def given(self) -> InfluencerFields:
        """Return the fields that the file gives."""
        fields: dict[str, Any] = {"categories": [], "accounts": []}
        return cast("InfluencerFields", fields | self.model_dump(exclude_unset=True))


class Problem(NamedTuple):
    """A fault of the file, and its line."""

    line: int
    message: str


@dataclass(slots=True)
class Entry:
    """What some lines of the file say about one influencer, or why they cannot be read."""

    line: int
    "The number of the first, from 1."
    account_lines: Sequence[int] = ()
    "The line of each account, where each has its own."
    record: InfluencerRecord | None = None
    problems: Sequence[Problem] = ()

    def about(self, path: Sequence[object], message: str) -> Problem:
        """Return the message, with the line and the field that it is about."""
        line = self.line
        if len(path) > 1 and path[0] == "accounts" and self.account_lines:
            line = self.account_lines[int(str(path[1]))]
        return Problem(line, f"{'.'.join(map(str, path))[:200]}: {message}")


@dataclass(slots=True)
class Report:
    """The numbers of influencers that were imported and refused."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    seen: dict[str, int] = field(default_factory=dict[str, int])
    "The line on which each external id stands first."


async def _import(entries: Iterator[Entry], raw: io.BufferedReader, size: int) -> Report:
    report = Report()
    with Progress() as progress:
        task = progress.add_task("importing", total=size)
        while batch := list(islice(entries, MAX_ITEMS)):
            for problem in sorted(await _import_batch(batch, report)):
                told = f"line {problem.line}: {problem.message}"
                progress.console.print(told, soft_wrap=True, markup=False, highlight=False)
            progress.update(task, completed=raw.tell())
    return report


async def _import_batch(batch: Sequence[Entry], report: Report) -> list[Problem]:
    """Import what can be, in one transaction; what is wrong with the rest."""
    problems = [problem for entry in batch for problem in _known_problems(entry, report)]
    good = [entry for entry in batch if entry.record and not entry.problems]
    report.refused += len(batch) - len(good)
    return problems + (await _upsert(good, report) if good else [])


def _known_problems(entry: Entry, report: Report) -> Sequence[Problem]:
    """Return the faults of an entry that the file alone shows."""
    if entry.record is not None:
        first = report.seen.setdefault(clean(entry.record.external_id), entry.line)
        if first != entry.line:
            entry.problems = [entry.about(["externalId"], f"it stands on line {first} already")]
    return entry.problems


async def _upsert(batch: Sequence[Entry], report: Report) -> list[Problem]:
    context = Context()
    influencers = [entry.record.given for entry in batch if entry.record]

    async def work() -> UpsertInfluencersOutcome:
        return await upsert_influencers(context, influencers=influencers)

    payload = await transacted(work)
    located = [_located(batch, error) for error in payload.user_errors]
    report.created += payload.created
    report.updated += payload.updated
    report.unchanged += len(payload.influencers) - payload.created - payload.updated
    report.refused += len({index for index, _ in located})
    return [problem for _, problem in located]


def _located(batch: Sequence[Entry], error: Refusal) -> tuple[int, Problem]:
    """Return the index of the entry that an error is about, and the error with its line."""
    # The path is input, influencers, the place among them, and so on.
    _, _, index, *path = error.field or ["input", "influencers", "0"]
    return int(index), batch[int(index)].about(path or [error.code], error.message)


# JSON Lines


def _from_json_lines(raw: io.BufferedReader, _file: Path) -> Iterator[Entry]:
    for number, line in enumerate(raw, start=1):
        if line.strip():
            yield _from_json(number, line)


def _from_json(number: int, line: bytes) -> Entry:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Entry(number, problems=[Problem(number, f"this is no JSON: {error}")])
    if not isinstance(said, dict):
        return Entry(number, problems=[Problem(number, "this is no JSON object")])
    return _read(Entry(number), said)


# CSV


@dataclass(slots=True)
class _Row:
    """A row of the table, and on which line it ends; or why it cannot be read."""

    line: int
    cells: dict[str | None, Any]
    problem: str = ""

    @property
    def influencer(self) -> object:
        """A key that the rows of an influencer share, and no others have."""
        return self.line if self.problem else clean(self.cells["externalId"] or "")


def _from_csv(raw: io.BufferedReader, file: Path) -> Iterator[Entry]:
    # What is not UTF-8 is told line by line, hence no error here.
    reader = csv.DictReader((line.decode(errors="surrogateescape") for line in raw), strict=True)
    try:
        _check_columns(file, reader.fieldnames or ())
    except csv.Error as error:
        raise CommandError(f"{file}: its first line cannot be read: {error}") from None
    for _, group in groupby(_rows(reader), key=lambda row: row.influencer):
        yield _from_rows(list(group))


def _check_columns(file: Path, names: Sequence[str]) -> None:
    problems = [
        *(f"lacks {name}" for name in _NEEDED if name not in names),
        *(f"has an unknown {name[:40]!r}" for name in names if name not in CSV_COLUMNS),
        *(f"has {name} twice" for name in CSV_COLUMNS if names.count(name) > 1),
    ]
    if problems:
        known = ", ".join(CSV_COLUMNS)
        message = f"its first line, the names of the columns, {problems[0]}; known are {known}"
        raise CommandError(f"{file}: {message}")


def _rows(reader: "csv.DictReader[str]") -> Iterator[_Row]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row(reader.reader.line_num, {}, f"cannot be read: {error}")
        else:
            yield _Row(reader.line_num, dict(cells), _what_is_wrong(dict(cells)))


def _what_is_wrong(cells: dict[str | None, Any]) -> str:
    if None in cells:
        return "it has more cells than columns"
    try:
        "".join(filter(None, cells.values())).encode()
    except UnicodeEncodeError:
        return "this is not UTF-8 text"
    return ""


def _from_rows(rows: Sequence[_Row]) -> Entry:
    """Return the influencer that these rows say, one for each account."""
    first = rows[0]
    if first.problem:
        return Entry(first.line, problems=[Problem(first.line, first.problem)])
    with_accounts = [row for row in rows if any(row.cells.get(column) for column in _ACCOUNT)]
    names = (first.cells.get("categories") or "").split(";")
    said: dict[str, Any] = {
        "externalId": first.cells["externalId"],
        "name": first.cells["name"],
        "categories": [name for name in names if name.strip()],
        "accounts": [
            {ours: row.cells.get(column) for column, ours in _ACCOUNT.items()}
            for row in with_accounts
        ],
        **{name: first.cells[name] or None for name in _MAY_BE_EMPTY if name in first.cells},
    }
    return _read(Entry(first.line, [row.line for row in with_accounts]), said)


def _read(entry: Entry, said: Any) -> Entry:
    """Return the entry, with the record that was said, or with what is wrong with it."""
    try:
        entry.record = InfluencerRecord.model_validate(said)
    except ValidationError as error:
        entry.problems = [entry.about(each["loc"], each["msg"]) for each in error.errors()]
    return entry
