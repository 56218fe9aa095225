"""The part that the mutations of plans share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from database.session import locked_rows
from resolvers.ids import decode
from resolvers.pipeline.transaction import MutationOutcome
from resolvers.pipeline.validation import Refusal, path_of
from workflow.enums import ErrorCode, PlanStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCallOutcome(MutationOutcome):
    """The outcome for a plan; None if there is no such plan, or none was made."""

    plan: int | None = None


class LockedPlan(NamedTuple):
    """A plan, locked: it is not applied meanwhile."""

    id: int
    campaign_id: int
    action: str
    status: str
    started_at: datetime | str | None
    ended_at: datetime | str | None
    "Texts from SQLite."
    has_list: bool


async def lock_plan(gid: str) -> LockedPlan | None:
    """Lock a plan; None if there is no such plan."""
    return (await _locked(_PLAN, gid))[1]


async def lock_plans_beside(gid: str) -> tuple[Sequence[LockedPlan], LockedPlan | None]:
    """Lock a plan, and all of its campaign that are being applied, or could be.

    They are locked in one order, so that of two that are applied at once one sees the other.
    """
    return await _locked(_PLANS, gid)


async def _locked(statement: str, gid: str) -> tuple[Sequence[LockedPlan], LockedPlan | None]:
    key = decode(gid, "Plan")
    if key is None:
        return (), None
    plans = [LockedPlan(*row) for row in await locked_rows(statement, "FOR UPDATE", id=key)]
    return plans, next((plan for plan in plans if plan.id == key), None)


def unknown_plan() -> PlanCallOutcome:
    """Return the refusal of an unknown id."""
    refusal = Refusal(ErrorCode.NOT_FOUND, "There is no such plan.", path_of("id"))
    return PlanCallOutcome(user_errors=[refusal])


def not_ready(plan: int, message: str) -> PlanCallOutcome:
    """Return the refusal of a plan whose status does not allow it."""
    refusal = Refusal(ErrorCode.PLAN_NOT_READY, message, path_of("id"))
    return PlanCallOutcome(plan=plan, user_errors=[refusal])


def is_now(status: str) -> str:
    """Return the status as the beginning of a message."""
    return {
        PlanStatus.PREPARING: "The plan's list is still being frozen.",
        PlanStatus.READY: "The plan has not been applied.",
        PlanStatus.APPLYING: "The plan is still being applied.",
        PlanStatus.APPLIED: "The plan has been applied.",
        PlanStatus.CANCELLED: "The plan was cancelled.",
        PlanStatus.EXPIRED: "The plan has expired.",
        PlanStatus.FAILED: "The plan's list could not be frozen.",
    }[PlanStatus(status)]


_PLAN = f"SELECT {', '.join(LockedPlan._fields)} FROM plan WHERE id = :id"
_PLANS = f"""{_PLAN} OR status IN ('READY', 'APPLYING')
    AND campaign_id = (SELECT p.campaign_id FROM plan p WHERE p.id = :id)
ORDER BY id"""
