"""Plans, and the list of each: whom it is about, and what it would do."""

from collections.abc import Mapping

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.campaign import Campaign
from models.checks import one_of
from workflow.enums import (
    ErrorCode,
    ParticipationStatus,
    PlanAction,
    PlanItemOutcome,
    PlanStatus,
)

FAILURES = (ErrorCode.INVALID_INPUT, ErrorCode.TOO_MANY_ITEMS, ErrorCode.FREEZING_FAILED)
"""Why freezing a list may fail."""


class Plan(Model):
    """One action over all who match a filter: frozen as a list, then applied, perhaps undone.

    The list is in two tables without models, as their keys have two columns. `plan_item` has who
    is on it (`plan_id`, `place`), and is never changed once the plan is READY. `plan_drift` has
    those items that did not come out as planned. An item has been tried if its place is not after
    `applied_through`, which moves in the transaction that tries it: so no item is tried twice.

    `request` says whom the list is of; it is null for one that takes another plan back (`undoes`),
    and once the list is frozen, since a search text may be a name. `attempt` is the number of
    times freezing was begun; items are stored only by the latest attempt. `failures` counts
    attempts that failed for a reason other than an outage; the next is not made before `retry_at`.
    """

    id: int = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "models.Campaign", related_name=False, on_delete=fields.RESTRICT, db_index=False
    )
    action = fields.CharEnumField(PlanAction, max_length=20)
    status = fields.CharEnumField(PlanStatus, max_length=20)
    undoes_id: int | None
    undoes: fields.ForeignKeyNullableRelation["Plan"] = fields.ForeignKeyField(
        "models.Plan", related_name=False, null=True, on_delete=fields.RESTRICT, db_index=False
    )
    request = fields.TextField(null=True)
    reason = fields.CharField(2000, null=True)
    message = fields.CharField(2000, null=True)
    created_by_id = fields.CharField(400)
    created_by_name = fields.CharField(400, null=True)
    applied_by_id = fields.CharField(400, null=True)
    applied_by_name = fields.CharField(400, null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    error = fields.CharEnumField(ErrorCode, max_length=40, null=True)
    attempt = fields.IntField(db_default=0)
    failures = fields.IntField(db_default=0)
    retry_at = fields.DatetimeField(null=True)
    changes = fields.IntField(null=True)
    unchanged = fields.IntField(null=True)
    refused = fields.IntField(null=True)
    refusals = fields.TextField(null=True)
    "The refused by code, as JSON."
    applied_through = fields.IntField(db_default=0)
    changed = fields.IntField(db_default=0)
    drifted = fields.IntField(db_default=0)
    progressed_at = fields.DatetimeField(null=True)
    "When it was begun to be applied, or the last chunk was."
    has_list = fields.BooleanField(db_default=True)
    "False once the list has been deleted, as its time was over."

    class Meta(Model.Meta):
        table = "plan"
        constraints = (
            CheckConstraint(check=one_of("action", PlanAction), name="plan_action"),
            CheckConstraint(check=one_of("status", PlanStatus), name="plan_status"),
            CheckConstraint(check=one_of("error", FAILURES), name="plan_error"),
            CheckConstraint(check="(status = 'FAILED') = (error IS NOT NULL)", name="plan_failed"),
            CheckConstraint(
                check="changes IS NOT NULL OR status IN ('PREPARING', 'CANCELLED', 'FAILED')",
                name="plan_frozen",
            ),
            CheckConstraint(
                check="changes >= 0 AND unchanged >= 0 AND refused >= 0", name="plan_counts"
            ),
            CheckConstraint(
                check="changed >= 0 AND drifted >= 0 AND changed + drifted <= coalesce(changes, 0)",
                name="plan_progress",
            ),
            CheckConstraint(
                check="status <> 'APPLIED' OR changed + drifted = changes", name="plan_applied"
            ),
        )


# The numbers are stored: what is new goes to the end.
OUTCOMES: tuple[PlanItemOutcome, ...] = (
    PlanItemOutcome.CHANGES,
    PlanItemOutcome.UNCHANGED,
    PlanItemOutcome.REFUSED,
)
STATUSES: tuple[ParticipationStatus, ...] = (
    ParticipationStatus.WAITING,
    ParticipationStatus.APPLIED,
    ParticipationStatus.REVIEWING,
    ParticipationStatus.APPROVED,
    ParticipationStatus.REJECTED,
    ParticipationStatus.JOINED,
    ParticipationStatus.REMOVED,
)
CODES: tuple[ErrorCode, ...] = (
    ErrorCode.DRIFTED,
    ErrorCode.NOT_FOUND,
    ErrorCode.CAMPAIGN_CLOSED,
    ErrorCode.NOT_A_SELECTION_CAMPAIGN,
    ErrorCode.TRANSITION_IRREVERSIBLE,
    ErrorCode.DECIDED_ON_APPLICANT_TAB,
    ErrorCode.TRANSITION_NOT_ALLOWED,
    ErrorCode.INFLUENCER_UNAVAILABLE,
    ErrorCode.CAPACITY_REACHED,
    ErrorCode.CODES_EXHAUSTED,
)
"""The codes with which the rules refuse a plan's actions."""
OUTCOME_NUMBERS: Mapping[PlanItemOutcome, int] = {
    outcome: number for number, outcome in enumerate(OUTCOMES, start=1)
}
STATUS_NUMBERS: Mapping[ParticipationStatus | None, int | None] = {
    None: None,
    **{status: number for number, status in enumerate(STATUSES, start=1)},
}
CODE_NUMBERS: Mapping[ErrorCode | None, int | None] = {
    None: None,
    **{code: number for number, code in enumerate(CODES, start=1)},
}
