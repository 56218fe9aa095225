"""Import influencers from a file."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import Parameter
from cyclopts.validators import Path as PathValidator
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from rich.progress import Progress
from strawberry import UNSET

from commands.errors import CommandError
from models.database import connected
from models.enums import Platform
from models.transactions import transacted
from resolvers.bulk_call import MAX_ITEMS
from resolvers.results import UserError
from resolvers.upsert_influencers import UpsertInfluencersPayload, upsert
from transport.settings import Settings

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
    async with connected(Settings().database_url):
        report = await _import(read(file), file.stat().st_size)
    print(
        f"{report.created:,} created, {report.updated:,} updated,"
        f" {report.unchanged:,} unchanged, {report.refused:,} refused"
    )
    if report.refused:
        raise SystemExit(1)


class _Record(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, arbitrary_types_allowed=True, extra="forbid"
    )


class AccountRecord(_Record):
    """An account, as `AccountInput` has it."""

    platform: Platform
    external_id: str
    handle: str
    followers: int


class InfluencerRecord(_Record):
    """An influencer, as `InfluencerInput` has it: what is left out is UNSET, and stays."""

    external_id: str
    name: str
    email: Any = UNSET
    country: Any = UNSET
    avatar_url: Any = UNSET
    categories: list[str] = Field(default_factory=list[str])
    accounts: list[AccountRecord] = Field(default_factory=list[AccountRecord])


@dataclass(slots=True)
class Entry:
    """What some lines of the file say about one influencer, or why they cannot be read."""

    lines: Sequence[int]
    "Their numbers, from 1: that of the influencer, or of each account."
    at_byte: int
    record: InfluencerRecord | None = None
    problems: Sequence[str] = ()


@dataclass(slots=True)
class Report:
    """How the import went."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    seen: dict[str, int] = field(default_factory=dict[str, int])
    "The line on which each external id stands first."


async def _import(entries: Iterator[Entry], size: int) -> Report:
    report = Report()
    with Progress() as progress:
        task = progress.add_task("importing", total=size)
        for batch in _batches(entries):
            good = [entry for entry in batch if _is_good(entry, report, progress)]
            if good:
                await _upsert(good, report, progress)
            progress.update(task, completed=batch[-1].at_byte)
        progress.update(task, completed=size)
    return report


async def _upsert(batch: Sequence[Entry], report: Report, progress: Progress) -> None:
    records = [entry.record for entry in batch]
    now = datetime.now(UTC)

    async def work() -> UpsertInfluencersPayload:
        return await upsert(records, now)

    payload = await transacted(work)
    refused = set[int]()
    for error in payload.user_errors:
        index, message = _located(batch, error)
        refused.add(index)
        progress.console.print(message, soft_wrap=True, markup=False, highlight=False)
    report.created += payload.created
    report.updated += payload.updated
    report.unchanged += len(payload.influencers) - payload.created - payload.updated
    report.refused += len(refused)


def _is_good(entry: Entry, report: Report, progress: Progress) -> bool:
    """Whether the entry may be imported; what is wrong with it is told."""
    problems = list(entry.problems)
    if entry.record is not None:
        first = report.seen.setdefault(entry.record.external_id.strip(), entry.lines[0])
        if first != entry.lines[0]:
            problems.append(f"line {entry.lines[0]}: externalId: it stands on line {first} already")
    for problem in problems:
        progress.console.print(problem, soft_wrap=True, markup=False, highlight=False)
    report.refused += bool(problems)
    return not problems


def _located(batch: Sequence[Entry], error: UserError) -> tuple[int, str]:
    """Which entry an error is about, and the error with its line."""
    _, _, index, *path = error.field or ()
    entry = batch[int(index)]
    line = entry.lines[0]
    if len(path) > 1 and path[0] == "accounts" and len(entry.lines) > int(path[1]):
        line = entry.lines[int(path[1])]
    return int(index), f"line {line}: {'.'.join(path) or error.code}: {error.message}"


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == MAX_ITEMS:
            yield batch
            batch = []
    if batch:
        yield batch


# The two forms


def _from_json_lines(file: Path) -> Iterator[Entry]:
    at_byte = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            at_byte += len(line)
            if line.strip():
                yield _entry([number], at_byte, _json(line))


def _json(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return error


def _from_csv(file: Path) -> Iterator[Entry]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        size = _Counted(text)
        reader = csv.DictReader(size, strict=True)
        _check_columns(file, reader.fieldnames or ())
        rows = _rows(file, reader)
        for external_id, group in groupby(rows, key=lambda row: row[1].get("externalId")):
            found = list(group)
            numbers = [number for number, _ in found]
            yield _entry(numbers, size.count, _from_rows(external_id, [row for _, row in found]))


class _Counted:
    """Lines of a text, and how many bytes they have been so far."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.count = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.count += len(line.encode())
        return line


def _check_columns(file: Path, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in CSV_COLUMNS]
    missing = [name for name in _NEEDED if name not in names]
    if unknown or missing:
        problem = f"has no column for {missing[0]}" if missing else f"has an unknown {unknown[0]!r}"
        raise CommandError(f"{file}: its first line {problem}; known are {', '.join(CSV_COLUMNS)}")


def _rows(file: Path, reader: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        for row in reader:
            yield reader.line_num, row
    except (csv.Error, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: line {reader.line_num + 1} cannot be read: {error}") from error


def _from_rows(external_id: str | None, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The influencer that these rows say, one for each account."""
    first = rows[0]
    said: dict[str, Any] = {"externalId": external_id, "name": first.get("name")}
    if None in first:
        said["more cells than columns"] = first[None]  # refused by name, as every unknown field
    said |= {name: first[name] or None for name in _MAY_BE_EMPTY if name in first}
    names = (first.get("categories") or "").split(";")
    said["categories"] = [name for name in names if name.strip()]
    said["accounts"] = [
        {ours: row.get(column) for column, ours in _ACCOUNT.items()}
        for row in rows
        if any(row.get(column) for column in _ACCOUNT)
    ]
    return said


def _entry(lines: Sequence[int], at_byte: int, said: Any) -> Entry:
    if isinstance(said, orjson.JSONDecodeError):
        return Entry(lines, at_byte, problems=[f"line {lines[0]}: this is no JSON: {said}"])
    try:
        return Entry(lines, at_byte, InfluencerRecord.model_validate(said))
    except ValidationError as error:
        problems = [
            f"line {lines[0]}: {'.'.join(map(str, each['loc'])) or 'line'}: {each['msg']}"
            for each in error.errors()
        ]
        return Entry(lines, at_byte, problems=problems)
