"""`Campaign.whatIf`: to whom a campaign would be available under another rule, which is not saved.

The other rule is checked as `updateCampaign` checks it. The two lists of differences are the Select
influencer tab's, with other streams.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson

from models.categories import numbers_of
from models.text import fold
from projection import Order, Run
from projection.shape import snake_case
from resolvers.audience_input import read_rules
from resolvers.errors import RequestError
from resolvers.queries.rule_change import FOLLOWERS, NOBODYS, RuleChange, Side, Span
from resolvers.queries.select_tab import CHANGED, CandidateListing, order_key
from resolvers.queries.tab_rule import Target, targets_of
from workflow.categories import mask_and_overflow

MAX_FEW = 2_000
"""Influencers in a range of followers who are all sorted, instead of walking through everybody."""


async def what_if(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, tuple[RuleChange]]:
    """Return the change of each campaign's rule. Raises INVALID_INPUT for one that cannot be."""
    given = {snake_case(name): value for name, value in arguments["rules"].items()}
    for name in ("countries", "categories"):
        if name in given:
            given[name] = given[name] or []
    changes: dict[int, tuple[RuleChange]] = {}
    for key, now in (await targets_of(run, keys)).items():
        row = _checked(given, now)
        changes[key] = (RuleChange(now, await _changed(now, row), _cursor_key(row)),)
    return changes


def cursor_key(change: RuleChange) -> Mapping[str, Any]:
    """Return what cursors are bound to."""
    return {"rules": change.cursor_key}


def _checked(given: Mapping[str, Any], now: Target) -> dict[str, Any]:
    """Return the columns of a rule. Raises what `updateCampaign` refuses first."""
    kept = {"followers_min": now.followers_min, "followers_max": now.followers_max}
    row, refusals = read_rules(given, kept)
    if not refusals:
        return row
    error = RequestError("INVALID_INPUT", refusals[0].message)
    path = (refusals[0].field or [])[1:]
    error.extensions = {**(error.extensions or {}), "field": ["rules", *path]}
    raise error


async def _changed(now: Target, row: Mapping[str, Any]) -> Target:
    """Return the campaign under a rule; no new category is stored."""
    columns = {name: row[name] for name in ("followers_min", "followers_max") if name in row}
    if "countries" in row:
        columns["countries"] = tuple(row["countries"].split())
    if "categories" in row:
        names = row["categories"]
        numbers = (await numbers_of(names)).values() or ([NOBODYS] if names else [])
        columns["category_mask"], columns["category_overflow"] = mask_and_overflow(numbers)
    return now._replace(**columns)


def _cursor_key(row: Mapping[str, Any]) -> str:
    """Return the rule as a text that is the same for all that say the same."""
    names = {fold(name) for name in row.get("categories", ())}
    folded = {**row, "categories": sorted(names)} if "categories" in row else row
    return orjson.dumps(folded, option=orjson.OPT_SORT_KEYS).decode()


# The lists


def _candidates(
    side_of: Callable[[RuleChange], Side],
) -> Callable[..., Awaitable[CandidateListing]]:
    """Return what lists those on one side of a campaign's change."""

    async def listing(
        run: Run, arguments: Mapping[str, Any], keys: Sequence[RuleChange]
    ) -> CandidateListing:
        return await _listing(run, arguments, keys[0], side_of(keys[0]))

    return listing


gained_candidates = _candidates(lambda change: change.gained)
"""Those whom the campaign would become available to."""
lost_candidates = _candidates(lambda change: change.lost)
"""Those whom the campaign would no longer be available to."""


async def _listing(
    run: Run, arguments: Mapping[str, Any], change: RuleChange, side: Side
) -> CandidateListing:
    key, kind, descending = order_key(arguments)
    few = await _few(run, change, side, key)
    among = [] if few is None else ["i.id = ANY(:few)"]
    is_served = few is not None or side.span is None or _is_in_order(side.span, key)
    return CandidateListing(
        streams=tuple(side.streams(key, *among)),
        orders=(Order("t.sort", kind), Order("t.influencer_id")),
        descending=descending,
        values={**change.values, "few": few},
        is_filtered=True,
        all_streams=tuple(side.streams(FOLLOWERS)),
        note="" if is_served else _WALKED,
    )


_WALKED = " /* no index has these alone, walked in order until the page is full */"


def _is_in_order(span: Span, key: str) -> bool:
    """Return whether an index has those of the span, and few others, in this order."""
    return span.is_indexed and (key == FOLLOWERS or not (span.has_range or key == CHANGED))


async def _few(run: Run, change: RuleChange, side: Side, key: str) -> list[int] | None:
    """Return the ids among whom they are, where no index has them in order; None if too many."""
    span = side.span
    if span is None or key == FOLLOWERS or _is_in_order(span, key):
        return None
    if not (span.has_range or span.is_indexed):
        return None  # they may be anywhere
    found = await run.fetch(side.around(MAX_FEW + 1), change.values)
    return None if len(found) > MAX_FEW else [row[0] for row in found]
