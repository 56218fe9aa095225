"""Plans: which screen an action chooses from, and what takes it back (docs/rules.md#plans)."""

from workflow.enums import Action, ParticipationStatus, PlanAction, Role
from workflow.table import DECIDED, Command

MAX_ITEMS = 1_000_000
"""Influencers on a plan's list."""
OF_CANDIDATES = frozenset((PlanAction.MARK_JOINED, PlanAction.REMOVE))
"""Actions over the Select influencer tab; the others are over the Applicant influencers tab."""
TAKEN_BACK_BY = {
    PlanAction.MARK_JOINED: PlanAction.REMOVE,
    PlanAction.SET_REVIEWING: PlanAction.SET_APPLIED,
    PlanAction.SET_APPLIED: PlanAction.SET_REVIEWING,
    PlanAction.APPROVE: PlanAction.REJECT,
    PlanAction.REJECT: PlanAction.APPROVE,
    PlanAction.REOPEN: PlanAction.REJECT,
    PlanAction.REMOVE: PlanAction.MARK_JOINED,
}


def command_of(action: PlanAction) -> Command:
    """Return the command that a plan gives for each of its list."""
    return Command(action=Action(action), role=Role.STAFF)


def can_be_taken_back(action: PlanAction, before: ParticipationStatus | None) -> bool:
    """Return whether a way leads back from the action to the status before it."""
    if action in (PlanAction.APPROVE, PlanAction.REJECT):
        return before in DECIDED
    return action is not PlanAction.REMOVE
