"""The filter on influencers that every tab has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.categories import numbers_of
from models.text import clean, clean_id
from resolvers import audience_sql as rules
from resolvers.errors import RequestError
from resolvers.ids import decode
from resolvers.queries.text_search import storable, text_search
from workflow.categories import MASK_BITS, mask_and_overflow
from workflow.enums import Platform, mask_of

MAX_LISTED = 1_000
"""Ids in a filter."""


@dataclass(slots=True)
class Conditions:
    """SQL conditions that must all hold, and the values of their parameters."""

    where: list[str] = field(default_factory=list[str])
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def add(self, condition: str, **values: Any) -> None:
        """Add a condition."""
        self.where.append(condition)
        self.values.update(values)

    def one_of(self, column: str, values: Iterable[str] | None) -> None:
        """Require that the column (of the alias `t`) has one of these values, if there are any."""
        if values:
            listed = [str(value) for value in values]
            self.add(f"t.{column} = ANY(:any_{column})", **{f"any_{column}": listed})

    def since(self, column: str, moment: datetime | None) -> None:
        """Require that the column holds this moment or a later one, if there is one."""
        if moment is not None:
            self.add(f"t.{column} >= :since_{column}", **{f"since_{column}": moment})

    def of_object(self, column: str, type_name: str, gid: str | None, alias: str = "t") -> None:
        """Require that the column refers to this object; no row does if the id is of another."""
        if gid is None:
            return
        key = decode(gid, type_name)
        if key is None:
            self.add("1 = 0")
        else:
            self.add(f"{alias}.{column} = :of_{column}", **{f"of_{column}": key})


async def influencer_conditions(asked: Mapping[str, Any], influencer: str) -> Conditions:
    """Return the conditions of a tab's filter on the influencer, whose row has this alias."""
    found = Conditions()
    text = await text_search(asked.get("search"))
    if text:
        found.add(text.condition(influencer), **text.values)
        # Who was erased still shows in the tabs where they keep a place, but is not to be found.
        found.add(f"{influencer}.erased_at IS NULL")
    if asked.get("countries"):
        codes = country_codes(asked["countries"])
        found.add(f"{influencer}.country = ANY(:countries)", countries=codes)
    if asked.get("categories"):
        await _in_categories(found, asked["categories"], influencer)
    _account_conditions(found, asked, influencer)
    if asked.get("influencerIds"):
        keys = [decode(gid, "Influencer") for gid in at_most("influencerIds", asked)]
        listed = [key for key in keys if key is not None]
        found.add(f"{influencer}.id = ANY(:influencers)", influencers=listed)
    return found


def at_most(name: str, asked: Mapping[str, Any]) -> Sequence[str]:
    """Return the list of a filter's field. Raises INVALID_INPUT for one that is too long."""
    values: Sequence[str] = asked[name]
    if len(values) > MAX_LISTED:
        raise RequestError(
            "INVALID_INPUT", f"`{name}` takes {MAX_LISTED:,} ids at most, not {len(values):,}."
        )
    return values


def country_codes(asked: Iterable[str]) -> list[str]:
    """Return a filter's codes as countries are stored. Raises INVALID_INPUT, see `storable`."""
    return [storable("countries", clean(code)).upper() for code in asked]


def external_ids(asked: Iterable[str]) -> list[str]:
    """Return ids of the agency's own as they are stored. Raises INVALID_INPUT, see `storable`."""
    return [clean_id(storable("externalId", each)) for each in asked]


async def _in_categories(found: Conditions, names: list[str], influencer: str) -> None:
    numbers = await numbers_of(clean(storable("categories", name)) for name in names)
    mask, _ = mask_and_overflow(numbers.values())
    late = sorted(number for number in numbers.values() if number > MASK_BITS)
    ways = [f"({influencer}.category_mask & :categories) <> 0"] if mask else []
    ways += [f"{influencer}.category_overflow LIKE :late_{place}" for place in range(len(late))]
    values = {f"late_{place}": f"%,{number},%" for place, number in enumerate(late)}
    found.add(f"({' OR '.join(ways) or '1 = 0'})", categories=mask, **values)


def _account_conditions(found: Conditions, asked: Mapping[str, Any], influencer: str) -> None:
    low, high = asked.get("followersMin"), asked.get("followersMax")
    mask = mask_of(Platform(name) for name in asked.get("platforms") or ())
    if mask and low is None and high is None:
        found.add(f"({influencer}.platforms & :platforms::int) <> 0", platforms=mask)
    elif mask:
        condition = has_account(influencer, "filter", bounded=high is not None)
        found.add(condition, **range_values("filter", mask, low, high))
    else:
        if low is not None:
            found.add(f"{influencer}.followers >= :followers_min", followers_min=low)
        if high is not None:
            found.add(f"{influencer}.followers <= :followers_max", followers_max=high)


def has_account(influencer: str, asked: str, *, bounded: bool) -> str:
    """Return `audience_sql.has_account`, with the parameters that `range_values` gives."""
    within = f"BETWEEN :{asked}_low AND :{asked}_high"
    return rules.has_account(influencer, f":{asked}_platforms::int", within, bounded=bounded)


def range_values(asked: str, mask: int, low: int | None, high: int | None) -> dict[str, int]:
    """Return the parameters of `has_account`; None is no bound."""
    return {
        f"{asked}_platforms": mask,
        f"{asked}_low": 0 if low is None else low,
        f"{asked}_high": rules.MAX_FOLLOWERS if high is None else high,
    }
