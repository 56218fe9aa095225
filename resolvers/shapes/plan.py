"""The shapes of plans and of their items. For staff."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from models.plan import CODES, OUTCOME_NUMBERS, OUTCOMES, STATUSES
from projection import Column, Computed, Connection, Run, Shape, ToOne
from resolvers.queries.plans import items
from resolvers.shapes import columns as c
from workflow.enums import ErrorCode, PlanAction, PlanItemOutcome, PlanItemState
from workflow.messages import plan_message


@dataclass(frozen=True, slots=True)
class SummaryValue:
    """The list of a plan, counted by what it would do."""

    changed: int
    unchanged: int
    refused: int


@dataclass(frozen=True, slots=True)
class PlanRefusalValue:
    """The number of items that are refused by one code."""

    code: ErrorCode
    count: int


@dataclass(frozen=True, slots=True)
class ProgressValue:
    """The progress of applying a plan."""

    total: int
    done: int
    changed: int
    drifted: int


@dataclass(frozen=True, slots=True)
class PlanErrorValue:
    """The reason why a plan failed, or an item was refused or left alone."""

    code: ErrorCode
    message: str
    field: list[str] | None = None


# Codes of a later version, which a process of it may store during a rollout, are left out.
_CODES = {code.value: code for code in ErrorCode}
_CODES_BY_NUMBER = dict(enumerate(CODES, start=1))


def _summary(
    _run: Run, changes: int | None, unchanged: int | None, refused: int | None
) -> SummaryValue | None:
    if changes is None or unchanged is None or refused is None:
        return None
    return SummaryValue(changes, unchanged, refused)


def _refusals(_run: Run, refusals: str | None) -> Sequence[PlanRefusalValue]:
    counts: dict[str, int] = orjson.loads(refusals or "{}")
    largest_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        PlanRefusalValue(_CODES[code], count) for code, count in largest_first if code in _CODES
    ]


def _progress(_run: Run, changes: int | None, changed: int, drifted: int) -> ProgressValue:
    return ProgressValue(changes or 0, changed + drifted, changed, drifted)


def _name(_run: Run, name: str | None, key: str | None) -> str | None:
    """Return the name of a colleague; their id where their token had none."""
    return name or key


def _failure(_run: Run, code: str | None) -> PlanErrorValue | None:
    return _error(_CODES.get(code)) if code else None


def _item_error(_run: Run, number: int | None, action: str) -> PlanErrorValue | None:
    return _error(_CODES_BY_NUMBER.get(number), PlanAction(action)) if number else None


def _error(code: ErrorCode | None, action: PlanAction | None = None) -> PlanErrorValue | None:
    return PlanErrorValue(code, plan_message(code, action)) if code else None


def _state(
    _run: Run, outcome: int, place: int, applied_through: int, drift: int | None
) -> PlanItemState | None:
    if outcome != OUTCOME_NUMBERS[PlanItemOutcome.CHANGES] or place > applied_through:
        return None
    return PlanItemState.DRIFTED if drift else PlanItemState.DONE


_NAMES = {
    "plan_outcome": dict(enumerate([outcome.value for outcome in OUTCOMES], start=1)),
    "plan_status": dict(enumerate([status.value for status in STATUSES], start=1)),
}


def _status(name: str) -> Column:
    """Declare a column of statuses, stored by their numbers."""
    return Column(sql=f"{{t}}.{name}", template="plan_status[{v}]", nullable=True, names=_NAMES)


PLAN = Shape(
    name="Plan",
    source="plan t",
    fields={
        "id": c.gid("Plan"),
        "campaign": ToOne(shape="Campaign", on="{j}.id = {t}.campaign_id"),
        "action": c.plain("action"),
        "status": c.plain("status"),
        "undoes": ToOne(shape="Plan", on="{j}.id = {t}.undoes_id"),
        # The last one: those before it were cancelled, or not applied in time.
        "undoneBy": ToOne(
            shape="Plan",
            on="{j}.id = (SELECT max(u.id) FROM plan u WHERE u.undoes_id = {t}.id)",
        ),
        "reason": c.plain("reason"),
        "message": c.plain("message"),
        "summary": Computed(compute=_summary, needs=("changes", "unchanged", "refused")),
        "refusals": Computed(compute=_refusals, needs=("refusals",)),
        "error": Computed(compute=_failure, needs=("error",)),
        "progress": Computed(compute=_progress, needs=("changes", "changed", "drifted")),
        "items": Connection(shape="PlanItem", parent="{t}.id", listing=items, single=True),
        "createdBy": Computed(compute=_name, needs=("created_by_name", "created_by_id")),
        "appliedBy": Computed(compute=_name, needs=("applied_by_name", "applied_by_id")),
        "createdAt": c.moment("created_at"),
        "expiresAt": c.moment("expires_at"),
        "startedAt": c.moment("started_at", nullable=True),
        "endedAt": c.moment("ended_at", nullable=True),
    },
)
PLAN_ITEM = Shape(
    name="PlanItem",
    source="(SELECT p.* FROM json_array_elements(:keys::json) AS e(value) JOIN plan_item p"
    " ON p.plan_id = (e.value->>0)::bigint AND p.place = (e.value->>1)::int) t",
    key=("plan_id", "place"),
    fields={
        "influencer": ToOne(shape="Influencer", on="{j}.id = {t}.influencer_id"),
        "participation": ToOne(
            shape="Participation",
            on="{j}.influencer_id = {t}.influencer_id"
            " AND {j}.campaign_id = (SELECT p.campaign_id FROM plan p WHERE p.id = {t}.plan_id)",
        ),
        "from": _status("from_status"),
        "to": _status("to_status"),
        "outcome": Column(sql="{t}.outcome", template="plan_outcome[{v}]", names=_NAMES),
        "error": Computed(compute=_item_error, needs=("error", "action")),
        "state": Computed(compute=_state, needs=("outcome", "place", "applied_through", "drift")),
        "stateError": Computed(compute=_item_error, needs=("drift", "action")),
    },
    internal={
        "action": Column(sql="(SELECT p.action FROM plan p WHERE p.id = {t}.plan_id)"),
        "applied_through": Column(
            sql="(SELECT p.applied_through FROM plan p WHERE p.id = {t}.plan_id)"
        ),
        "drift": Column(
            sql="(SELECT d.error FROM plan_drift d"
            " WHERE d.plan_id = {t}.plan_id AND d.place = {t}.place)"
        ),
    },
)
