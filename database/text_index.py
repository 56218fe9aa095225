"""Finding the rows of a table whose text contains some words, by the indexes of either database.

PostgreSQL has an index of trigrams, and one of single characters and pairs of them for what has no
trigram (one or two characters, "a.b"). SQLite has FTS5's index of trigrams, and reads all rows for
shorter words. Migration 0004 makes them. Beside a word that has trigrams, one that has none is
looked for in the rows that the index finds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database.capabilities import SQLITE
from database.session import capabilities, run

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

    async def forget_deleted(self) -> None:
        """Rewrite the index without the trigrams of deleted texts.

        FTS5 only marks them as deleted until it merges the segment that holds them. PostgreSQL
        keeps them until VACUUM, which cannot run in a transaction.
        """
        if capabilities() is SQLITE:
            await run(f"INSERT INTO {self.fts} ({self.fts}) VALUES ('optimize')")

    def containing(self, words: Sequence[str]) -> str:
        """Return a SELECT of the keys of all rows that contain each of the words.

        Its parameters are `parameters(words)`.
        """
        if capabilities() is SQLITE:
            rest = [f"instr(text, {name}) > 0" for name, word in _texts(words) if len(word) < 3]
            if len(rest) == len(words):
                return f"SELECT {self.key} FROM {self.table} WHERE {' AND '.join(rest)}"
            where = " AND ".join([f"{self.fts} MATCH :search_phrases", *rest])
            return f"SELECT rowid AS {self.key} FROM {self.fts} WHERE {where}"
        found = [_like("s.text", place) for place, word in enumerate(words) if _has_trigram(word)]
        # By LIKE, PostgreSQL would read the whole index of trigrams for a word that has none.
        rest = [f"strpos(s.text, {name}) > 0" for name, word in _texts(words)
                if not _has_trigram(word)]  # fmt: skip
        found = found or ["search_grams(s.text) @> :search_grams"]
        where = " AND ".join(found + rest)
        return f"SELECT s.{self.key} FROM {self.table} s WHERE {where}"


def contains(column: str, words: Sequence[str]) -> str:
    """Return the condition that a column contains each of the words, by reading it."""
    return " AND ".join(_like(column, place) for place in range(len(words)))


def parameters(words: Sequence[str]) -> dict[str, Any]:
    """Return the parameters of the SQL above for words that are not empty."""
    phrases = ['"{}"'.format(word.replace('"', '""')) for word in words if len(word) > 2]
    return {
        **{f"search_{place}": _pattern(word) for place, word in enumerate(words)},
        **{name.removeprefix(":"): word for name, word in _texts(words)},
        "search_grams": list(dict.fromkeys(gram for word in words for gram in _grams(word))),
        "search_phrases": " AND ".join(phrases),
    }


def _texts(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the words, each with the name of its parameter."""
    return [(f":search_text_{place}", word) for place, word in enumerate(words)]


def _has_trigram(word: str) -> bool:
    return _TRIGRAM.search(word) is not None


def _grams(word: str) -> list[str]:
    return [word[place : place + 2] for place in range(len(word) - 1)] or [word]


def _like(column: str, place: int) -> str:
    return f"{column} LIKE :search_{place} ESCAPE '\\'"


def _pattern(text: str) -> str:
    r"""Return the LIKE pattern (escaped by `\`) of texts that contain this one."""
    escaped = _WILDCARDS.sub(r"\\\1", text)
    return f"%{escaped}%"
