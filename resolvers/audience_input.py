"""The audience rules of an input, checked and turned into a campaign's columns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from models.countries import COUNTRIES
from models.text import clean, fold
from resolvers.pipeline.validation import Form, Refusal
from workflow.enums import ErrorCode

MAX_CATEGORIES = 50
MAX_CATEGORY = 100

Readers: TypeAlias = Mapping[str, Callable[[Form, Any, str], Any]]
"""Functions by field that return the column of a value, or refuse it; in the order of refusals."""


def read_rules(
    given: Mapping[str, Any], kept: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Refusal]]:
    """Return the columns of the rules given, beside those that are kept; and all that is wrong."""
    form = Form()
    row = read_columns(form, RULES, given)
    check_range(form, {**{name: kept[name] for name in kept.keys() - given.keys()}, **row})
    return row, form.refusals


def read_columns(
    form: Form, readers: Readers, given: Mapping[str, Any], not_null: Collection[str] = ()
) -> dict[str, Any]:
    """Return the columns of the given fields; refuse invalid values, and leave theirs out."""
    row: dict[str, Any] = {}
    for name, reader in readers.items():
        if name not in given:
            continue
        value, before = given[name], len(form.refusals)
        if value is None and name in not_null:
            form.refuse(ErrorCode.INVALID_INPUT, "It cannot be null.", camel_case(name))
            continue
        column = reader(form, value, camel_case(name))
        if len(form.refusals) == before:
            row[name] = column
    return row


def check_range(form: Form, row: Mapping[str, Any]) -> None:
    """Refuse a range of followers that ends below its start."""
    low, high = row.get("followers_min"), row.get("followers_max")
    if low is not None and high is not None and high < low:
        message = f"It must not be below followersMin, {low:,}."
        form.refuse(ErrorCode.INVALID_INPUT, message, "followersMax")


def category_names(form: Form, names: Sequence[str], *path: str | int) -> list[str]:
    """Return the categories, each once, as it is first written; refuse invalid ones."""
    texts = form.texts(names, MAX_CATEGORIES, MAX_CATEGORY, *path)
    kept: dict[str, str] = {}
    for text in texts:
        kept.setdefault(fold(text), text)
    return list(kept.values())


def country(form: Form, code: str, *path: str | int) -> str:
    """Return a country's code; refuse an unknown one."""
    if clean(code) not in COUNTRIES:
        message = "Give the country as ISO 3166-1 alpha-2 has it, in upper case, such as JP."
        form.refuse(ErrorCode.INVALID_INPUT, message, *path)
    return clean(code)


def count(form: Form, value: int | None, path: str) -> int | None:
    """Return a number of something; refuse a negative one."""
    if value is not None and value < 0:
        form.refuse(ErrorCode.INVALID_INPUT, "It must not be negative.", path)
    return value


def camel_case(name: str) -> str:
    """Return `followersMin` for `followers_min`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _countries(form: Form, value: Sequence[str], path: str) -> str:
    codes = {country(form, code, path, index) for index, code in enumerate(value)}
    return " ".join(sorted(codes))


RULES: Readers = {
    "countries": _countries,
    "categories": category_names,
    "followers_min": count,
    "followers_max": count,
}
