"""Importing the codes of a referral campaign: one on a line, or the first column of a table."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rich.progress import Progress

from commands.database import migrated
from commands.errors import CommandError
from commands.importing import encoding
from commands.importing.table import SEPARATORS, decoded, in_words, is_text, open_quote
from commands.importing.values import shown
from database.transactions import transacted
from models.text import clean, fold
from resolvers.context import Context
from resolvers.mutations.add_referral_codes import (
    MAX_CODES,
    AddReferralCodesOutcome,
    add_referral_codes,
    problem_of,
)
from transport.settings import Settings

_HEADERS = frozenset({"code", "codes", "referral code", "discount code", "coupon code", "コード"})
"""Names that the column of a table may have in its first line. None of them is a code."""


class Line(NamedTuple):
    """The code on a line, or why it has none that can be used."""

    number: int
    code: str
    problem: str = ""


@dataclass(slots=True)
class _Report:
    added: int = 0
    unchanged: int = 0
    refused: int = 0
    seen: dict[str, int] = field(default_factory=dict[str, int])
    "The line on which each code stands first."


async def import_codes(file: Path, campaign: str) -> bool:
    """Add the codes in a file to a campaign, and print a report; return whether all were right.

    Raises CommandError where the file cannot be read, or the campaign takes no codes,
    SettingsError or DatabaseError.
    """
    report = _Report()
    lines = read_codes(file)
    async with migrated(Settings()):
        await _store(campaign, lines, report)
    print(f"{report.added:,} added, {report.unchanged:,} unchanged, {report.refused:,} refused")
    return not report.refused


def read_codes(file: Path) -> list[Line]:
    """Return the codes in a file, without blank lines and the name of a table's column."""
    try:
        with file.open("rb") as raw, decoded(raw, encoding.detect(raw)) as text:
            is_table = file.suffix.lower() == ".csv"
            lines = list(_rows(text) if is_table else _lines(text))
    except OSError as error:
        raise CommandError(f"{file}: cannot be opened: {error.strerror}") from None
    except CommandError as error:
        raise CommandError(f"{file}: {error}") from None
    if is_table and lines and _is_header(lines[0].code):
        del lines[0]
    return [_checked(line) for line in lines if line.code or line.problem]


def _lines(text: io.TextIOWrapper) -> Iterator[Line]:
    return (Line(number, clean(line)) for number, line in enumerate(text, start=1))


def _rows(text: io.TextIOWrapper) -> Iterator[Line]:
    """Yield the first cell of each row."""
    first = text.readline()
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(chain([first], text), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lost = reader.line_num - number + 1
            problem = open_quote(number, lost) if lost > 1 else in_words(error)
            yield Line(number, "", f"cannot be read: {problem}")
        else:
            cell = clean(cells[0]) if cells else ""
            lost = reader.line_num - number + 1
            yield Line(number, cell, open_quote(number, lost) if "\n" in cell else "")


def _is_header(cell: str) -> bool:
    return fold(cell).replace("_", " ") in _HEADERS


def _checked(line: Line) -> Line:
    if line.problem:
        return line
    if not is_text(line.code):
        return line._replace(problem="this is not UTF-8 text: save the file in UTF-8")
    problem = problem_of(line.code)
    return line._replace(problem=f"{shown(line.code)}: {problem}") if problem else line


async def _store(campaign: str, lines: Sequence[Line], report: _Report) -> None:
    """Add the codes, as many in a transaction as one call takes; print what is wrong."""
    with Progress() as progress:
        task = progress.add_task("importing", total=len(lines))
        for start in range(0, len(lines), MAX_CODES):
            batch = [_once(line, report) for line in lines[start : start + MAX_CODES]]
            bad = [line for line in batch if line.problem]
            report.refused += len(bad)
            for line in bad:
                told = f"line {line.number}: {line.problem}"
                progress.console.print(told, soft_wrap=True, markup=False, highlight=False)
            await _add(campaign, [line.code for line in batch if not line.problem], report)
            progress.advance(task, len(batch))


def _once(line: Line, report: _Report) -> Line:
    """Return the line; with a problem where its code stood further up."""
    if line.problem:
        return line
    first = report.seen.setdefault(line.code, line.number)
    if first == line.number:
        return line
    return line._replace(problem=f"{shown(line.code)} stands on line {first} already")


async def _add(campaign: str, codes: Sequence[str], report: _Report) -> None:
    if not codes:
        return

    async def work() -> AddReferralCodesOutcome:
        return await add_referral_codes(Context(), campaign_id=campaign, codes=codes)

    outcome = await transacted(work)
    for refusal in outcome.user_errors:
        raise CommandError(f"{campaign}: {refusal.message}")
    report.added += outcome.added
    report.unchanged += outcome.unchanged
