"""Finding the rows of a table whose text contains a text, by the indexes of either database.

PostgreSQL has an index of trigrams, and one of single characters and pairs of them for what has no
trigram (one or two characters, "a.b"). SQLite has FTS5's index of trigrams, and reads all rows for
shorter texts. Migration 0004 makes them.
"""

import re
from dataclasses import dataclass
from typing import Any

from database.capabilities import SQLITE
from database.session import capabilities

_TRIGRAM = re.compile(r"[^\W_]{3}")
_WILDCARDS = re.compile(r"([\\%_])")


@dataclass(frozen=True, slots=True)
class TextIndex:
    """The indexes of the column `text` of a table."""

    table: str
    key: str
    "The table's primary key, which is the row id of the FTS5 table."
    fts: str
    "The FTS5 table on SQLite."

    def containing(self, text: str) -> str:
        """Return a SELECT of the keys of all rows that contain the text.

        Its parameters are `parameters(text)`.
        """
        if capabilities() is SQLITE:
            if len(text) < 3:
                return self._where("instr(s.text, :search_text) > 0")
            matching = f"{self.fts} WHERE {self.fts} MATCH :search_phrase"
            return f"SELECT rowid AS {self.key} FROM {matching}"
        if _TRIGRAM.search(text):
            return self._where(contains("s.text"))
        # By LIKE, PostgreSQL would read the whole index of trigrams beside that of characters.
        return self._where(
            "search_grams(s.text) @> :search_grams AND strpos(s.text, :search_text) > 0"
        )

    def _where(self, condition: str) -> str:
        return f"SELECT s.{self.key} FROM {self.table} s WHERE {condition}"


def contains(column: str) -> str:
    """Return the condition that a column contains the text of `parameters`, by reading it."""
    return f"{column} LIKE :search ESCAPE '\\'"


def parameters(text: str) -> dict[str, Any]:
    """Return the parameters of the SQL above for a text that is not empty."""
    pairs = [text[place : place + 2] for place in range(len(text) - 1)]
    return {
        "search": pattern(text),
        "search_text": text,
        "search_grams": pairs or [text],
        "search_phrase": '"{}"'.format(text.replace('"', '""')),
    }


def pattern(text: str) -> str:
    r"""Return the LIKE pattern (escaped by `\`) of texts that contain this one."""
    escaped = _WILDCARDS.sub(r"\\\1", text)
    return f"%{escaped}%"
