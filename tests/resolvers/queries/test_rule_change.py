"""Spans hold everybody who meets one rule and not another, for all rules on a few values."""

from collections.abc import Iterator
from itertools import combinations, product
from typing import NamedTuple

import pytest

from resolvers.queries.rule_change import NOBODYS, Span, span_of
from resolvers.queries.tab_rule import Target
from workflow.audience import Account, Audience, relevant, unavailable_reasons
from workflow.categories import mask_and_overflow, numbers_in
from workflow.enums import CampaignStatus, Platform, mask_of

FOLLOWERS = range(4)
ALL = mask_of(Platform)


class Person(NamedTuple):
    """An influencer, as far as rules know them."""

    country: str | None
    categories: frozenset[int]
    accounts: tuple[Account, ...]

    @property
    def largest(self) -> int:
        return max((account.followers for account in self.accounts), default=0)

    def meets(self, rule: Target) -> bool:
        audience = Audience(
            status=CampaignStatus.ONGOING,
            platforms=rule.platforms,
            countries=frozenset(rule.countries),
            categories=numbers_in(rule.category_mask, rule.category_overflow),
            followers_min=rule.followers_min,
            followers_max=rule.followers_max,
        )
        return not unavailable_reasons(
            audience,
            country=self.country,
            categories=self.categories,
            candidates=relevant(audience, self.accounts),
            override=None,
        )


def people() -> list[Person]:
    """Everybody with up to two accounts."""
    accounts = [
        Account(1, platform, followers, connected=True)
        for platform, followers in product((Platform.TIKTOK, Platform.LINE), FOLLOWERS)
    ]
    owned = [(), *((one,) for one in accounts), *combinations(accounts, 2)]
    sets = [frozenset[int](), frozenset({1}), frozenset({63})]
    return [Person(*one) for one in product(("JP", "TH", None), sets, owned)]


def rule(
    countries: tuple[str, ...] = (),
    categories: tuple[int, ...] = (),
    low: int | None = None,
    high: int | None = None,
    platforms: int = ALL,
) -> Target:
    mask, overflow = mask_and_overflow(categories)
    return Target(1, True, platforms, countries, mask, overflow, low, high)


def ranges() -> Iterator[tuple[int | None, int | None]]:
    for low, high in product((None, *FOLLOWERS), repeat=2):
        if low is None or high is None or low <= high:
            yield low, high


def check(first: Target, second: Target, crowd: list[Person]) -> Span | None:
    """Fail where somebody who meets the first rule alone is not in the span."""
    span = span_of(first, second)
    for person in crowd:
        if person.meets(first) and not person.meets(second):
            assert span is not None, (first, second, person)
            assert person.meets(span.rule)
            assert span.low is None or person.largest >= span.low, (first, second, person)
            assert span.below is None or person.largest < span.below, (first, second, person)
    return span


@pytest.mark.parametrize("platforms", [ALL, Platform.TIKTOK.bit], ids=["all", "one"])
def test_no_range_of_followers_leaves_anybody_out(platforms: int) -> None:
    crowd = [each for each in people() if (each.country, each.categories) == ("JP", frozenset())]
    rules = [rule(low=low, high=high, platforms=platforms) for low, high in ranges()]
    spans = [check(first, second, crowd) for first, second in product(rules, repeat=2)]
    assert sum(span is None for span in spans) > len(rules)
    assert any(span and span.low for span in spans)
    assert any(span and span.below for span in spans) is (platforms == ALL)


def test_no_countries_and_categories_leave_anybody_out() -> None:
    crowd = [each for each in people() if len(each.accounts) < 2]
    names = [(), ("JP",), ("TH",), ("JP", "TH")]
    numbers = [(), (1,), (63,), (1, 63), (NOBODYS,)]
    some = [(None, None), (2, None), (1, 2)]
    rules = [
        rule(countries, categories, low, high)
        for countries, categories, (low, high) in product(names, numbers, some)
    ]
    spans = [check(first, second, crowd) for first, second in product(rules, repeat=2)]
    assert any(span is None for span in spans)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (rule(("JP", "TH")), rule(("JP",)), Span(rule(("TH",)), is_indexed=True)),
        (rule(), rule(("JP",)), Span(rule())),
        (rule(("JP",)), rule(("JP", "TH")), None),
        (rule(categories=(1,)), rule(categories=(1, 63)), None),
        (rule(categories=(NOBODYS,)), rule(categories=(1,)), None),
        (rule(low=5), rule(low=9), Span(rule(low=5), 5, 9, is_indexed=True)),
        (rule(low=9), rule(low=5), None),
        (rule(high=9), rule(high=5), Span(rule(high=9), 6)),
        (rule(low=0), rule(), None),
        (
            rule(low=5, platforms=Platform.TIKTOK.bit),
            rule(low=9, platforms=Platform.TIKTOK.bit),
            Span(rule(low=5, platforms=Platform.TIKTOK.bit), 5),
        ),
        (rule(("JP",), low=5), rule(low=9), Span(rule(("JP",), low=5), 5, 9, is_indexed=True)),
    ],
)
def test_the_span_is_as_narrow_as_the_indexes_allow(
    first: Target, second: Target, expected: Span | None
) -> None:
    assert span_of(first, second) == expected
