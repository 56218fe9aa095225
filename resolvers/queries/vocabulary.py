"""The words that filters and audience rules can be made of: those that occur."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.text import fold
from projection import Completed, Run
from resolvers.answers import Info, allow, payload, run_of
from workflow.enums import Role

MAX_WORDS = 500
"""Words of a kind that are told: the most frequent ones."""


@dataclass(frozen=True, slots=True)
class VocabularyCount:
    """A word, and the number of influencers who have it."""

    name: str
    influencers: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of each kind, the most frequent first."""

    categories: Sequence[VocabularyCount]
    countries: Sequence[VocabularyCount]
    advertiser_ids: Sequence[str]


async def vocabulary(info: Info) -> Completed[Vocabulary]:
    """Return the words that occur. For staff."""
    allow(info, Role.STAFF)
    run = run_of(info)
    advertisers = await _counted(run, _ADVERTISERS)
    value = Vocabulary(
        categories=_counts(_by_name(await _counted(run, _CATEGORIES))),
        countries=_counts(await _counted(run, _COUNTRIES)),
        advertiser_ids=[name for name, _ in _most_frequent(advertisers)],
    )
    return await payload(info, value)


_CATEGORIES = (
    "SELECT j.value, count(*) FROM influencer i,"
    " jsonb_array_elements_text(i.categories) AS j(value) WHERE i.erased_at IS NULL"
    " GROUP BY j.value"
)
_COUNTRIES = (
    "SELECT country, count(*) FROM influencer WHERE erased_at IS NULL AND country IS NOT NULL"
    " GROUP BY country"
)
_ADVERTISERS = (
    "SELECT advertiser_id, count(*) FROM campaign WHERE advertiser_id IS NOT NULL"
    " GROUP BY advertiser_id"
)


async def _counted(run: Run, sql: str) -> Mapping[str, int]:
    return {row[0]: row[1] for row in await run.fetch(sql, {})}


def _by_name(spellings: Mapping[str, int]) -> Mapping[str, int]:
    """Return how many have each category, of how many have each spelling of one.

    It has the name by which most of them do.
    """
    alike = defaultdict[str, dict[str, int]](dict)
    for name, number in spellings.items():
        alike[fold(name)][name] = number
    return {_most_frequent(names)[0][0]: sum(names.values()) for names in alike.values()}


def _counts(numbers: Mapping[str, int]) -> list[VocabularyCount]:
    return [VocabularyCount(name, number) for name, number in _most_frequent(numbers)]


def _most_frequent(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    ordered = sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
    return ordered[:MAX_WORDS]
