"""Callers have a budget of points a minute, where one is set."""

import pytest

from execution.budget import MAX_CALLERS, WINDOW, Budgets, RateLimitedError, Standing
from resolvers.caller import Caller
from tests.engine import ADVERTISER, STAFF
from workflow.enums import Role


class Clock:
    """A clock that stands still until a test moves it on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def refused(budgets: Budgets, caller: Caller, price: int) -> Standing:
    with pytest.raises(RateLimitedError) as error:
        budgets.spend(caller, price)
    return error.value.standing


def test_a_caller_may_spend_their_budget_in_a_minute_and_then_again() -> None:
    clock = Clock()
    budgets = Budgets(100, clock)
    assert budgets.spend(STAFF, 60) == Standing(100, 40, WINDOW)
    clock.now += 9.5
    assert refused(budgets, STAFF, 41) == Standing(100, 40, 51)
    assert budgets.spend(STAFF, 40) == Standing(100, 0, 51)
    assert budgets.spend(STAFF, 0) == Standing(100, 0, 51)
    clock.now += 50.4
    assert refused(budgets, STAFF, 1) == Standing(100, 0, 1)
    clock.now += 0.1
    assert budgets.spend(STAFF, 100) == Standing(100, 0, WINDOW)


def test_callers_are_told_apart_by_role_sub_and_advertiser() -> None:
    budgets = Budgets(100, Clock())
    same = ADVERTISER.subject
    callers = [
        STAFF,
        Caller(Role.STAFF, same),
        Caller(Role.ADVERTISER, same, advertiser_id="acme"),
        Caller(Role.ADVERTISER, same, advertiser_id="other"),
        Caller(Role.INFLUENCER, same, influencer_id=1),
    ]
    for caller in callers:
        assert budgets.spend(caller, 100).remaining == 0
    renamed = Caller(Role.STAFF, STAFF.subject, "Another name")
    assert refused(budgets, renamed, 1).remaining == 0


def test_so_many_callers_are_remembered_and_no_more() -> None:
    budgets = Budgets(100, Clock())
    for number in range(MAX_CALLERS):
        budgets.spend(Caller(Role.STAFF, f"s{number}"), 100)
    refused(budgets, Caller(Role.STAFF, "s0"), 1)
    budgets.spend(Caller(Role.STAFF, "one more"), 100)
    assert budgets.spend(Caller(Role.STAFF, "s0"), 1).remaining == 99  # in place of s1
    refused(budgets, Caller(Role.STAFF, "s2"), 1)
