"""Filters in one form for all that mean the same, so that a cursor is good under each of them."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from models.text import clean, fold
from resolvers.audience_sql import MAX_FOLLOWERS
from resolvers.queries.search import country_codes, external_ids
from resolvers.queries.text_search import searched


def settle(name: str, value: Any) -> Any:
    """Return the value of an argument or a filter's field as all that say the same have it.

    None where it is no condition.
    """
    read = _READ.get(name)
    return value if read is None or value is None else read(value)


def _search(text: str) -> set[str] | None:
    return set(searched(text)) or None


def _countries(codes: Sequence[str]) -> set[str]:
    return set(country_codes(codes))


def _categories(names: Sequence[str]) -> set[str]:
    return {fold(clean(name)) for name in names}


def _external_ids(ids: Sequence[str]) -> set[str]:
    return set(external_ids(ids))


def _choice(values: Sequence[Enum]) -> Sequence[Enum] | None:
    """Return the values that a row may have; None where they are all that there are."""
    return None if values and set(values) == {*type(values[0])} else values


def _followers_min(number: int) -> int | None:
    return number if number > 0 else None


def _followers_max(number: int) -> int | None:
    return number if number < MAX_FOLLOWERS else None


_READ: dict[str, Callable[[Any], Any]] = {
    "search": _search,
    "countries": _countries,
    "categories": _categories,
    "externalIds": _external_ids,
    "status": _choice,
    "type": _choice,
    "origin": _choice,
    "action": _choice,
    "followersMin": _followers_min,
    "followersMax": _followers_max,
}
"""By name. Not what a row may have none of: `platforms`, `override`, `warning`."""
