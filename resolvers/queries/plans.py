"""The plans of a campaign, and the list of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.plan import OUTCOME_NUMBERS
from projection import Order, Run, TableListing
from workflow.enums import PlanItemOutcome, PlanItemState

# Not by NOT IN, which looks through all places again for each item where they are many.
HAS_NOT_DRIFTED = """NOT EXISTS (
    SELECT 1 FROM plan_drift d WHERE d.plan_id = t.plan_id AND d.place = t.place)"""
"""The condition of an item `t` that came out as planned, or has not been tried."""


async def plans(_run: Run, _arguments: Mapping[str, Any], _keys: Sequence[int]) -> TableListing:
    """Return the plans of a campaign, the newest first."""
    return TableListing(
        source="plan t", orders=(Order("t.id"),), descending=True, key="t.campaign_id"
    )


async def items(_run: Run, arguments: Mapping[str, Any], _keys: Sequence[int]) -> TableListing:
    """Return the list of a plan, of one plan at a time; an empty one while it is being frozen."""
    outcomes = {PlanItemOutcome(outcome) for outcome in arguments.get("outcome") or ()}
    states = {PlanItemState(state) for state in arguments.get("state") or ()}
    return TableListing(
        source="plan_item t",
        where=(_IS_FROZEN, *_of_outcomes(outcomes), *_of_states(states)),
        orders=(Order("t.place"),),
        key="t.plan_id",
    )


def _of_outcomes(outcomes: set[PlanItemOutcome]) -> list[str]:
    """Return the condition in numbers, not parameters, as `plan_item_others` is a partial index."""
    if not outcomes or outcomes == {*PlanItemOutcome}:
        return []
    numbers = ", ".join(
        str(number) for number in sorted(map(OUTCOME_NUMBERS.__getitem__, outcomes))
    )
    where = [f"t.outcome IN ({numbers})"]
    return where if PlanItemOutcome.CHANGES in outcomes else [*where, f"t.outcome <> {_CHANGES}"]


def _of_states(states: set[PlanItemState]) -> list[str]:
    if not states:
        return []
    if states == {PlanItemState.DRIFTED}:
        return [f"t.place IN ({_DRIFTED})"]
    drifted = [] if PlanItemState.DRIFTED in states else [HAS_NOT_DRIFTED]
    return [f"t.outcome = {_CHANGES}", f"t.place <= ({_TRIED})", *drifted]


_IS_FROZEN = "(SELECT p.changes FROM plan p WHERE p.id = :parent) IS NOT NULL"
_CHANGES = OUTCOME_NUMBERS[PlanItemOutcome.CHANGES]
_DRIFTED = "SELECT d.place FROM plan_drift d WHERE d.plan_id = :parent"
_TRIED = "SELECT p.applied_through FROM plan p WHERE p.id = :parent"
