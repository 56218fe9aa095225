"""The audience rule of one campaign, as the SQL of its Select influencer tab (alias `i`).

All that a rule says is a parameter; only its form is in the SQL. `workflow/audience.py` says the
same. The parameters begin with a name, so that one statement can have two rules.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from projection import ListRun
from resolvers.audience_sql import is_running
from resolvers.queries.search import has_account, range_values
from workflow.categories import MASK_BITS, numbers_in

COUNTRY_STREAMS = (1, 2, 3, 4, 8, 16, 40)
"""Numbers of streams that countries are read in, the last ones empty, to have few statements.

More countries are walked in one stream: so many are no longer few rows of all.
"""


class Target(NamedTuple):
    """The campaign of the tab: its id and its audience rule."""

    id: int
    is_running: bool
    platforms: int
    countries: tuple[str, ...]
    category_mask: int
    category_overflow: str
    followers_min: int | None
    followers_max: int | None


async def target_of(run: ListRun, campaign: int) -> Target:
    """Return the campaign of the tab."""
    return (await targets_of(run, [campaign]))[campaign]


async def targets_of(run: ListRun, campaigns: Iterable[int]) -> dict[int, Target]:
    """Return the campaigns of several tabs, by id."""
    rows = [Target(*row[:-1]) for row in await run.fetch_by(_TARGET, campaigns)]
    return {
        row.id: row._replace(
            is_running=bool(row.is_running), countries=tuple(str(row.countries).split())
        )
        for row in rows
    }


_TARGET = f"""
SELECT id, {is_running("campaign")}, platforms, countries, category_mask,
    category_overflow, followers_min, followers_max, id
FROM campaign WHERE id = ANY(:keys)"""


NO_RULE = "1"
HAS_ROW = (
    "coalesce((SELECT 1 FROM participation q WHERE q.campaign_id = :campaign"
    " AND q.influencer_id = i.id LIMIT 1), 0) = 1"
)
TAKES_PART = (
    "coalesce((SELECT 1 FROM participation q WHERE q.campaign_id = :campaign"
    " AND q.influencer_id = i.id AND q.status <> 'REMOVED' LIMIT 1), 0) = 1"
)


def rule_sql(target: Target, *, with_country: bool, name: str = "rule") -> str:
    """Return SQL for 1 where the influencer meets every audience rule, else 0."""
    tests: list[str] = []
    if target.countries and with_country:
        tests.append(f"WHEN NOT coalesce(i.country = ANY(:{name}_countries), false) THEN 0")
    if target.category_mask or target.category_overflow:
        tests.append(f"WHEN NOT ({shares_category(target, name)}) THEN 0")
    if target.followers_min is not None or target.followers_max is not None:
        account = has_account("i", name, bounded=target.followers_max is not None)
        tests.append(f"WHEN (i.platforms & :{name}_platforms::int) = 0 THEN 1")
        tests.append(f"WHEN {account} THEN 1 ELSE 0")
        return f"CASE {' '.join(tests)} END"
    return f"CASE {' '.join(tests)} ELSE 1 END" if tests else NO_RULE


def shares_category(target: Target, name: str = "rule") -> str:
    """Return the condition that the influencer has a category of the rule, which names some."""
    ways = [f"(i.category_mask & :{name}_categories::bigint) <> 0"] if target.category_mask else []
    late = range(len(_late_categories(target)))
    ways += [f"i.category_overflow LIKE :{name}_late_{number}" for number in late]
    return " OR ".join(ways)


def _late_categories(target: Target) -> list[int]:
    return sorted(n for n in numbers_in(0, target.category_overflow) if n > MASK_BITS)


def walked_countries(target: Target) -> list[str | None]:
    """Return the countries of the rule that have a stream each, empty ones last."""
    asked = len(target.countries)
    if not 0 < asked <= COUNTRY_STREAMS[-1]:
        return []
    streams = next(number for number in COUNTRY_STREAMS if number >= asked)
    return [*target.countries, *[None] * (streams - asked)]


def rule_values(target: Target, name: str = "rule") -> dict[str, Any]:
    """Return the parameters of the rule, whatever its form."""
    late = enumerate(_late_categories(target))
    walked = enumerate(walked_countries(target))
    return {
        f"{name}_countries": list(target.countries),
        f"{name}_categories": target.category_mask,
        **range_values(name, target.platforms, target.followers_min, target.followers_max),
        **{f"{name}_late_{number}": f"%,{category},%" for number, category in late},
        **{f"{name}_country_{number}": country for number, country in walked},
    }
