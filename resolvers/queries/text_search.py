"""Text search: the influencers whose name, or a handle of theirs, contains a text.

There are two ways to find them. A rare text is looked up in an index (`database/text_index.py`).
For a common text it is faster to walk a list in its own order and to test each row's text, until
a page is full. Databases estimate badly how common a text is, so it is estimated here, by the
share of a sample of texts that contain it; the sample is kept in memory and renewed every few
minutes. A wrong estimate costs time and never changes the rows.
"""

import random
from dataclasses import dataclass
from time import monotonic
from typing import Any

from database.session import rows
from database.text_index import TextIndex, contains, parameters
from models.text import clean, fold, is_storable
from resolvers.errors import RequestError

SEARCH_LENGTH = 200
SAMPLE = 4_000
SAMPLE_SECONDS = 300
WALK = 15
"""A row that is walked costs a third of one that an index has found; so a page of 50, a third."""
FEW = 1_000
"""So many rows are found in an index, and looked up, before anything could be walked."""

_INDEX = TextIndex("influencer_search", "influencer_id", fts="influencer_fts")


@dataclass(frozen=True, slots=True)
class TextSearch:
    """One text that is looked for, and both ways to it."""

    found: str
    "A SELECT of the `influencer_id` of all who have it, from an index."
    values: dict[str, Any]
    share: float
    "Of all influencers, about."
    people: int
    "How many influencers there are, about."

    @property
    def expected(self) -> float:
        """How many influencers have it, about."""
        return self.share * self.people

    @property
    def has_few(self) -> bool:
        """Whether those who have it are looked up sooner than any list is walked."""
        return self.expected <= FEW

    def is_rare(self, among: float = 1.0) -> bool:
        """Whether to start from those found, for a page of a list that this share of all is in."""
        return self.expected * self.share * among <= WALK

    def condition(self, influencer: str) -> str:
        """That the influencer of this alias has it."""
        return f"{influencer}.id IN ({self.found})" if self.is_rare() else self.probe(influencer)

    def probe(self, influencer: str) -> str:
        """The same, by a look at this one influencer's text."""
        return (
            "coalesce((SELECT 1 FROM influencer_search s"
            f" WHERE s.influencer_id = {influencer}.id AND {contains('s.text')} LIMIT 1), 0) = 1"
        )


async def text_search(asked: str | None) -> TextSearch | None:
    """What a filter's `search` looks for; None where it is empty.

    Raises INVALID_INPUT for a text that is too long or that no database can hold.
    """
    text = searched(asked or "")
    if not text:
        return None
    sample = await _sample()
    share = sum(text in known for known in sample.texts) / max(len(sample.texts), 1)
    return TextSearch(_INDEX.containing(text), parameters(text), share, sample.people)


def searched(asked: str) -> str:
    """The text as it is looked for: folded. Raises INVALID_INPUT, see `text_search`."""
    text = clean(storable("search", asked))
    if len(text) > SEARCH_LENGTH:
        raise RequestError(
            "INVALID_INPUT", f"`search` takes {SEARCH_LENGTH} characters at most, not {len(text)}."
        )
    # A control character at an end is a space by now.
    return clean(fold(text))


def storable(argument: str, text: str) -> str:
    """The text. Raises INVALID_INPUT for one that no database can hold."""
    if not is_storable(text):
        raise RequestError("INVALID_INPUT", f"`{argument}` has a NUL or half a surrogate pair.")
    return text


@dataclass(frozen=True, slots=True)
class _Sample:
    """The texts of some influencers, and how many there are of all."""

    texts: list[str]
    people: int
    taken_at: float


_kept = _Sample([], 0, float("-inf"))


async def _sample() -> _Sample:
    global _kept  # noqa: PLW0603
    if monotonic() - _kept.taken_at > SAMPLE_SECONDS:
        [[last]] = await rows("SELECT coalesce(max(influencer_id), 0) FROM influencer_search")
        chosen = random.sample(range(1, last + 1), min(SAMPLE, last))
        texts = await rows(
            "SELECT s.text FROM influencer_search s WHERE s.influencer_id = ANY(:chosen)",
            chosen=chosen,
        )
        people = round(last * len(texts) / max(len(chosen), 1))
        _kept = _Sample([row[0] for row in texts], people, monotonic())
    return _kept
