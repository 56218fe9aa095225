"""The rows of a CSV file, whatever its separator, its line ends and its encoding."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from commands.errors import CommandError
from commands.importing import encoding as encodings
from commands.importing.columns import NEEDED, Columns, match
from models.text import clean

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_HEADER_LINES = 20
"""A header may have line breaks in its cells."""


@dataclass(slots=True)
class Row:
    """A row of the table, or why it cannot be read."""

    line: int
    "The number of the first, from 1."
    cells: Sequence[str] = ()
    "One for each column; none where it cannot be told where they end."
    problem: str = ""
    lost: int = 0
    "The lines that cannot be read."


class Table:
    """A CSV file: how it is written, and its rows.

    Raises CommandError where its first line does not name the columns.
    """

    def __init__(self, raw: io.BufferedReader, renamed: Mapping[str, str]) -> None:
        self.encoding = encodings.detect(raw)
        self._text = decoded(raw, self.encoding)
        head = list(islice(self._text, _HEADER_LINES))
        self.separator = _separator(head, {renamed.get(name, name) for name in NEEDED})
        self._reader = csv.reader(chain(head, self._text), delimiter=self.separator, strict=True)
        try:
            self.columns: Columns = match(next(self._reader, ()), renamed)
        except csv.Error as error:
            message = f"its first line cannot be read: {in_words(error)}"
            raise CommandError(message) from None
        self._read = sorted(self.columns.index.items())

    def rows(self) -> Iterator[Row]:
        """Return the rows that say anything, one by one."""
        reader = self._reader
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                lost = reader.line_num - line + 1
                problem = open_quote(line, lost) if lost > 1 else in_words(error)
                yield Row(line, problem=f"cannot be read: {problem}", lost=lost)
            else:
                if (text := "".join(cells)) and not text.isspace():
                    yield self._row(line, cells, text)

    def _row(self, line: int, cells: list[str], text: str) -> Row:
        missing = self.columns.width - len(cells)
        if missing < 0 or self._says_more(cells):
            return Row(line, cells, "it has more cells than columns")
        if not is_text(text):
            return Row(
                line, cells + [""] * missing, "this is not UTF-8 text: save the file as CSV UTF-8"
            )
        if missing:
            cells += [""] * missing
        if "\n" in text or "\r" in text:
            lost = self._reader.line_num - line + 1
            return Row(line, cells, *self._broken(line, cells, lost))
        return Row(line, cells)

    def _says_more(self, cells: Sequence[str]) -> bool:
        """Return whether a column without a name says something."""
        return any(cells[at].strip() for at in self.columns.nameless if at < len(cells))

    def _broken(self, line: int, cells: Sequence[str], lost: int) -> tuple[str, int]:
        """Return the problem of a row with a line break in a cell that is read, and what it costs.

        No name and no handle has one, but a quote that is not closed takes in the next rows.
        """
        for name, place in self._read:
            if len(cells[place].strip().splitlines()) > 1:
                header = self.columns.own_names.get(name, name)
                return f"{header} has a line break: {open_quote(line, lost)}", lost
        return "", 0


def decoded(raw: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    """Return the text of the file, with lines that end as its first does.

    In UTF-8, bytes that are none are kept, to be told line by line.
    """
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    peek = io.TextIOWrapper(raw, encoding, errors, newline="")
    first = peek.readline()
    peek.detach()
    raw.seek(0)
    newline = "\r" if first.endswith("\r") else "\n"
    return io.TextIOWrapper(raw, encoding, errors, newline=newline)


def _separator(head: Sequence[str], needed: Collection[str]) -> str:
    """Return what stands between the columns, by the header.

    Raises CommandError for a separator that is not among `SEPARATORS`.
    """
    for candidate in SEPARATORS:
        if _names(head, needed, candidate):
            return candidate
    first = head[0] if head else ""
    others = {each for each in first if not each.isalnum() and each not in "\"\r\n'._"}
    for other in sorted(others - set(SEPARATORS)):
        if _names(head, needed, other):
            message = f"its columns are separated by {other!r}: separate them by , or ; or a tab"
            raise CommandError(message)
    return max(SEPARATORS, key=lambda each: len(_cells(head, each)))


def _names(head: Sequence[str], needed: Collection[str], separator: str) -> bool:
    return set(needed) <= {clean(cell) for cell in _cells(head, separator)}


def _cells(head: Sequence[str], separator: str) -> Sequence[str]:
    try:
        return next(csv.reader(head, delimiter=separator, strict=True), ())
    except csv.Error:
        return ()


def is_text(text: str) -> bool:
    """Return whether the text was decoded, from UTF-8 and not ISO-2022-JP, which is ASCII."""
    if text.isascii():
        return "\x1b" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def open_quote(line: int, lost: int) -> str:
    """Return the message that lines are lost to a quote that is open since this one."""
    last = line + lost - 1
    return f"a quote in this row is not closed, so lines {line:,} to {last:,} ({lost:,}) are lost"


def in_words(error: csv.Error) -> str:
    """Return what a row has that no table has, in words."""
    words = str(error)
    if "end of data" in words:
        return "a quote is not closed"
    if "field limit" in words:
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    if "expected after" in words:
        return "a quote within a cell is not written twice"
    if "new-line character" in words:
        return "a line ends within a cell"
    return words
