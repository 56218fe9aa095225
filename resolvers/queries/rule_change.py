"""A campaign's rule beside another one that it might have: who meets one of them alone.

What the rules say is compared first: often it tells that there can be nobody, or where in the
indexes of the Select influencer tab they all are. The statements are that tab's own
(`resolvers/queries/select_tab.py`), with a second rule in the CASE.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from resolvers.audience_sql import MAX_FOLLOWERS
from resolvers.queries.posts_tab import NEVER
from resolvers.queries.select_tab import (
    CHANGED,
    NOT_ERASED,
    Stream,
    by_country,
    cut_streams,
    decided_by_rule,
    narrowed,
)
from resolvers.queries.tab_rule import Target, rule_sql, rule_values, walked_countries
from workflow.categories import numbers_in
from workflow.enums import CandidateStatus, Platform, mask_of

FOLLOWERS = "i.followers"
NOBODYS = 2**31 - 1
"""The number of a category that nobody has: one that a rule names and no table knows."""
_ALL_PLATFORMS = mask_of(Platform)


class Span(NamedTuple):
    """The range of influencers outside of which nobody meets one rule and not another."""

    rule: Target
    "The first rule, with only those of its countries where they can be."
    low: int | None = None
    "The least followers of their largest account."
    below: int | None = None
    "An upper bound, itself excluded, of the followers of their largest account."
    is_indexed: bool = False
    "Whether an index tells them from others, as far as the rules compared here do."

    @property
    def has_range(self) -> bool:
        """Whether the followers are bounded."""
        return self.low is not None or self.below is not None

    def where(self, name: str) -> list[str]:
        """Return the conditions on followers."""
        low = [] if self.low is None else [f"i.followers >= :{name}_from"]
        return low if self.below is None else [*low, f"i.followers < :{name}_below"]


def span_of(rule: Target, other: Target) -> Span | None:
    """Return where influencers are who meet the rule and not the other; None where nobody does."""
    by_country = not _is_within(set(rule.countries), set(other.countries))
    by_category = not _is_within(_categories(rule), _categories(other))
    by_followers = not _range_is_within(rule, other)
    if NOBODYS in _categories(rule) or not (by_country or by_category or by_followers):
        return None
    if by_country and not (by_category or by_followers):
        new = tuple(code for code in rule.countries if code not in other.countries)
        narrow = rule._replace(countries=new)
        return Span(narrow, is_indexed=bool(walked_countries(narrow)))
    return Span(rule) if by_country or by_category else _in_range(rule, other)


def _is_within(names: set[Any] | frozenset[int], others: set[Any] | frozenset[int]) -> bool:
    """Return whether whoever a rule on these names lets in, a rule on the others does too."""
    return not others or (bool(names) and names <= others)


def _categories(rule: Target) -> frozenset[int]:
    return numbers_in(rule.category_mask, rule.category_overflow)


def _bounds(rule: Target) -> tuple[int, int]:
    low, high = rule.followers_min, rule.followers_max
    return low or 0, MAX_FOLLOWERS if high is None else high


def _range_is_within(rule: Target, other: Target) -> bool:
    (low, high), (other_low, other_high) = _bounds(rule), _bounds(other)
    return other_low <= low and high <= other_high


def _in_range(rule: Target, other: Target) -> Span:
    """Return where those are whom only the range of followers lets in.

    They have an account in the rule's range, and none in the other's; so their largest has at least
    as many followers, and fewer than the other's minimum where that binds every account.
    """
    (low, _), (other_low, other_high) = _bounds(rule), _bounds(other)
    least = low if low < other_low else max(low, other_high + 1)
    binds_all = other.platforms == _ALL_PLATFORMS and other_high == MAX_FOLLOWERS
    below = other_low if binds_all else None
    return Span(rule, least or None, below, is_indexed=binds_all)


class Side(NamedTuple):
    """Those for whom a rule decides, and who meet it and not another one, in SQL."""

    name: str
    "Before the parameters of the first rule."
    span: Span | None
    status: CandidateStatus
    "Theirs, as the campaign is."
    other: Target | None = None
    other_name: str = ""

    def streams(self, key: str, *among: str) -> Iterator[Stream]:
        """Yield the streams that together have all of them who meet these conditions too."""
        if self.span is not None:
            countries = self._walked(key)
            answer = self.answer(with_country=not countries)
            yield from self._streams(key, countries, *among, answer)

    def around(self, limit: int) -> str:
        """Return SQL for the ids of so many influencers in the span, who need not be meant."""
        streams = tuple(self._streams(FOLLOWERS, self._walked(FOLLOWERS)))
        cut = f" ORDER BY t.sort DESC, t.influencer_id DESC LIMIT {limit}"
        return f"SELECT t.influencer_id FROM ({cut_streams(streams, (), cut)}) t LIMIT {limit}"

    def answer(self, *, with_country: bool) -> str:
        """Return the condition that an influencer is one of them."""
        assert self.span is not None
        rule = rule_sql(self.span.rule, with_country=with_country, name=self.name)
        if self.other is None:
            return decided_by_rule(f"({rule}) = 0")
        other = rule_sql(self.other, with_country=True, name=self.other_name)
        return decided_by_rule(f"({rule}) = 0", f"({other}) <> 0")

    def _walked(self, key: str) -> int:
        assert self.span is not None
        return len(walked_countries(self.span.rule)) if key != CHANGED else 0

    def _streams(self, key: str, countries: int, *where: str) -> Iterator[Stream]:
        assert self.span is not None
        # In another order a range would tempt the planner to sort all who are in it.
        in_range = self.span.where(self.name) if key == FOLLOWERS else []
        conditions = [*in_range, *where]
        for stream in by_country(countries, self.name, key, self.status, *conditions):
            yield narrowed(stream, NOT_ERASED)


@dataclass(eq=False, slots=True)
class RuleChange:
    """A campaign as it is, and as it would be under another rule."""

    now: Target
    then: Target
    cursor_key: str
    "What cursors are bound to: the other rule, in one form for all that say the same."
    available: Side = field(init=False)
    "Those whom it would be available to by the other rule."
    gained: Side = field(init=False)
    "Those whom the campaign would become available to."
    lost: Side = field(init=False)
    "Those whom it would no longer be available to."
    values: Mapping[str, Any] = field(init=False)
    "The parameters of all statements; `rule_…` is the other rule."
    counts: dict[str, Any] = field(default_factory=dict[str, Any])
    "Numbers that were counted already (`what_if_counts.py`)."

    def __post_init__(self) -> None:
        """Compare the rules. Whoever takes part or has an override keeps their status."""
        now, then = self.now, self.then
        more, less = span_of(then, now), span_of(now, then)
        every = None if NOBODYS in _categories(then) else Span(then)
        if not now.is_running:
            every = more = less = None
        self.available = Side("rule", every, CandidateStatus.AVAILABLE)
        self.gained = Side("gained", more, CandidateStatus.UNAVAILABLE, now, "now")
        self.lost = Side("lost", less, CandidateStatus.AVAILABLE, then, "rule")
        self.values = {
            "campaign": now.id,
            "never": NEVER,
            **rule_values(then),
            **rule_values(now, "now"),
            **_values("gained", more),
            **_values("lost", less),
        }


def _values(name: str, span: Span | None) -> dict[str, Any]:
    if span is None:
        return {}
    bounds = {f"{name}_from": span.low, f"{name}_below": span.below}
    return {**rule_values(span.rule, name), **bounds}
