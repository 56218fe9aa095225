"""Text search: the influencers whose name and handles contain each word of a text.

There are two ways to find them. A rare text is looked up in an index (`database/text_index.py`).
For a common text it is faster to walk a list in its own order and to test each row's text, until
a page is full. Databases estimate badly how common a text is, so it is estimated here, by the
share of a sample of texts that have its words; the sample is kept in memory and renewed every few
minutes. A wrong estimate costs time and never changes the rows.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from database.session import rows
from database.text_index import TextIndex, contains, parameters
from models.text import clean, fold, is_storable
from resolvers.errors import RequestError

MAX_SEARCH_LENGTH = 200
MAX_SAMPLE = 4_000
SAMPLE_SECONDS = 300
WALK_THRESHOLD = 15
"""Expected rows times share below which the index is faster than walking to a page of 50.

A walked row costs a third of a row that an index has found.
"""
INDEX_THRESHOLD = 1_000
"""So few rows are always faster to look up in an index than by walking."""

INFLUENCER_TEXTS = TextIndex("influencer_search", "influencer_id", fts="influencer_fts")


@dataclass(frozen=True, slots=True)
class TextSearch:
    """A text that is searched for, and both ways to find it."""

    found: str
    "A SELECT, by an index, of the `influencer_id` of all that have the text."
    values: dict[str, Any]
    share: float
    "The estimated share of influencers that have the text."
    people: int
    "The estimated number of all influencers."
    words: Sequence[str]

    @property
    def expected(self) -> float:
        """Return the estimated number of influencers that have the text."""
        return self.share * self.people

    @property
    def has_few(self) -> bool:
        """Return whether so few have the text that the index is always faster."""
        return self.expected <= INDEX_THRESHOLD

    def is_rare(self, among: float = 1.0) -> bool:
        """Return whether the index is faster for a page of a list with this share of all."""
        return self.expected * self.share * among <= WALK_THRESHOLD

    def condition(self, influencer: str) -> str:
        """Return the condition that the influencer of this alias has the text."""
        return f"{influencer}.id IN ({self.found})" if self.is_rare() else self.probe(influencer)

    def probe(self, influencer: str) -> str:
        """Return the same condition, by reading this one influencer's text."""
        return (
            "coalesce((SELECT 1 FROM influencer_search s"
            f" WHERE s.influencer_id = {influencer}.id AND {contains('s.text', self.words)}"
            " LIMIT 1), 0) = 1"
        )


async def text_search(asked: str | None) -> TextSearch | None:
    """Return the search for a filter's `search`; None if it is empty.

    Raises INVALID_INPUT for a text that is too long or that no database can hold.
    """
    words = searched(asked or "")
    if not words:
        return None
    sample = await _sample()
    found = sum(all(word in known for word in words) for known in sample.texts)
    share = found / max(len(sample.texts), 1)
    by_index = INFLUENCER_TEXTS.containing(words)
    return TextSearch(by_index, parameters(words), share, sample.people, words)


def searched(asked: str) -> tuple[str, ...]:
    """Return the words that are searched for, folded, without the `@` before a handle.

    A word within another is left out, as whatever has the longer one has it too. Raises
    INVALID_INPUT, see `text_search`.
    """
    text = clean(storable("search", asked))
    if len(text) > MAX_SEARCH_LENGTH:
        raise RequestError(
            "INVALID_INPUT",
            f"`search` takes {MAX_SEARCH_LENGTH} characters at most, not {len(text)}.",
        )
    words = dict.fromkeys(word.lstrip("@") for word in fold(text).split())
    return tuple(
        word for word in words if word and not any(word in more for more in words if more != word)
    )


def storable(argument: str, text: str) -> str:
    """Return the text. Raises INVALID_INPUT for one that no database can hold."""
    if not is_storable(text):
        raise RequestError("INVALID_INPUT", f"`{argument}` has a NUL or half a surrogate pair.")
    return text


@dataclass(frozen=True, slots=True)
class _Sample:
    """The texts of some influencers, and the number of all."""

    texts: list[str]
    people: int
    taken_at: float


_kept = _Sample([], 0, float("-inf"))


async def _sample() -> _Sample:
    global _kept  # noqa: PLW0603
    if monotonic() - _kept.taken_at > SAMPLE_SECONDS:
        [[last]] = await rows("SELECT coalesce(max(influencer_id), 0) FROM influencer_search")
        chosen = random.sample(range(1, last + 1), min(MAX_SAMPLE, last))
        texts = await rows(
            "SELECT s.text FROM influencer_search s WHERE s.influencer_id = ANY(:chosen)",
            chosen=chosen,
        )
        people = round(last * len(texts) / max(len(chosen), 1))
        _kept = _Sample([row[0] for row in texts], people, monotonic())
    return _kept
