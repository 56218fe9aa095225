"""Plans: one action over all who match a filter."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from schema.connection import Connection
from schema.enums import (
    ErrorCode,
    ParticipationStatus,
    PlanAction,
    PlanItemOutcome,
    PlanItemState,
    PlanStatus,
)
from schema.fields import After, Before, First, Last, projected
from schema.influencer import Influencer
from schema.node import Node

if TYPE_CHECKING:
    from schema.campaign import Campaign
    from schema.mutations.results import BulkSummary, UserError
    from schema.participation import Participation

_Summary = Annotated["BulkSummary", strawberry.lazy("schema.mutations.results")]
_Error = Annotated["UserError", strawberry.lazy("schema.mutations.results")]


@strawberry.type(description="The number of items that would be refused by one code.")
class PlanRefusal:
    code: ErrorCode = strawberry.field(description="The reason for the refusals.")
    count: int = strawberry.field(description="The number of items.")


@strawberry.type(
    description="The progress of applying a plan. Only items that were to change are counted."
)
class PlanProgress:
    total: int = strawberry.field(
        description="The number of items to change; 0 until the list is frozen."
    )
    done: int = strawberry.field(description="The number of items that have been tried.")
    changed: int = strawberry.field(description="The number of items changed as planned.")
    drifted: int = strawberry.field(description="The number of items that were left alone.")


@strawberry.type(
    description=(
        "One influencer on a plan's list: what the rules answered when the list was frozen, and "
        "what became of it."
    )
)
class PlanItem:
    influencer: Influencer = strawberry.field(description="The influencer.")
    participation: Annotated["Participation", strawberry.lazy("schema.participation")] | None = (
        strawberry.field(
            description=(
                "The influencer's participation in the campaign, as it is now. Null if there is "
                "none."
            )
        )
    )
    from_: ParticipationStatus | None = strawberry.field(
        name="from",
        description=(
            "The participation's status when the list was frozen. Null if there was no "
            "participation."
        ),
    )
    to: ParticipationStatus | None = strawberry.field(
        description=(
            "The participation's status after the action; the same as `from` unless the outcome is "
            "`CHANGES`."
        )
    )
    outcome: PlanItemOutcome = strawberry.field(
        description="The outcome of the action, as the rules answered when the list was frozen."
    )
    error: _Error | None = strawberry.field(
        description="The reason for the refusal. Null unless the outcome is `REFUSED`."
    )
    state: PlanItemState | None = strawberry.field(
        description=(
            "The state of the item. Null until it was its turn, and unless the outcome is "
            "`CHANGES`."
        )
    )
    state_error: _Error | None = strawberry.field(
        description=(
            "The reason why the item was left alone: the rules' refusal, or `DRIFTED` where they "
            "would answer otherwise than planned. Null unless the state is `DRIFTED`."
        )
    )


@strawberry.type(
    description=(
        "One action over all who match a filter: frozen as a list, then applied in the background, "
        "then perhaps taken back. For staff: any of them may apply, cancel and undo any plan."
    )
)
class Plan(Node):
    campaign: Annotated["Campaign", strawberry.lazy("schema.campaign")] = strawberry.field(
        description="The campaign of the plan."
    )
    action: PlanAction = strawberry.field(description="The action of the plan.")
    status: PlanStatus = strawberry.field(description="The status of the plan.")
    undoes: Annotated["Plan", strawberry.lazy("schema.plan")] | None = strawberry.field(
        description="The plan that this one takes back. Null if it takes none back."
    )
    undone_by: Annotated["Plan", strawberry.lazy("schema.plan")] | None = strawberry.field(
        description="The last plan that was made to take this one back. Null if there is none."
    )
    reason: str | None = strawberry.field(
        description="The reason, for colleagues, which each event of the plan has."
    )
    message: str | None = strawberry.field(
        description="The message to the influencers, which each event of the plan has."
    )
    summary: _Summary | None = strawberry.field(
        description=(
            "The numbers of items by what the plan would do, as the list was frozen. Places and "
            "codes are handed out in the order of the list. Null until it is frozen."
        )
    )
    refusals: list[PlanRefusal] = strawberry.field(
        description="The numbers of refused items by code, the largest first."
    )
    error: _Error | None = strawberry.field(
        description="The reason why the plan failed. Null unless the status is `FAILED`."
    )
    progress: PlanProgress = strawberry.field(description="The progress of applying the plan.")

    @projected
    def items(
        self,
        outcome: Annotated[
            list[PlanItemOutcome] | None,
            strawberry.argument(
                description="Only items with one of these outcomes. Left out or empty: all."
            ),
        ] = UNSET,
        state: Annotated[
            list[PlanItemState] | None,
            strawberry.argument(
                description="Only items in one of these states. Left out or empty: all."
            ),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[PlanItem]:
        """The plan's list, in its order.

        Empty until the list is frozen, and after its time: the lists of expired plans are deleted
        after a day, those of others after 90 days.
        """
        ...

    created_by: str | None = strawberry.field(
        description="The name of who made the plan; their id if their token had no name."
    )
    applied_by: str | None = strawberry.field(
        description=(
            "The name of who applied the plan; their id if their token had no name. Null if nobody "
            "has."
        )
    )
    created_at: datetime = strawberry.field(description="The time when the plan was made.")
    expires_at: datetime = strawberry.field(
        description="The time after which the plan cannot be applied: 24 hours from `READY` on."
    )
    started_at: datetime | None = strawberry.field(
        description="The time of `applyPlan`. Null if the plan was not applied."
    )
    ended_at: datetime | None = strawberry.field(
        description=(
            "The time when the plan was applied to its end, cancelled, expired or failed. Null "
            "before."
        )
    )
