"""The table for people and clients: one row for each move, campaign type and status before."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from workflow.enums import Action, CampaignType, ParticipationStatus, PostStatus, Role
from workflow.table import (
    APPLICANT_STATUSES,
    CALL_CONDITIONS,
    POST_DECISIONS,
    POST_ROLES,
    POST_SOURCES,
    TRANSITIONS,
    Campaigns,
    Source,
    Transition,
    conditions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRow:
    """A move, for one campaign type and one status before it."""

    action: Action
    roles: tuple[Role, ...]
    campaign_type: CampaignType
    post_tracking: bool | None
    """None: either."""
    from_status: ParticipationStatus | None
    """None: no participation, or one that is REMOVED."""
    to_status: ParticipationStatus | None
    from_post: PostStatus | None = None
    to_post: PostStatus | None = None
    condition: str


@cache
def workflow_rows(campaign_type: CampaignType | None = None) -> tuple[WorkflowRow, ...]:
    """Return the moves, of one campaign type or all, in the order of actions."""
    rows = [*_participation_rows(), *_post_rows()]
    order = list(Action)
    rows.sort(key=lambda row: order.index(row.action))
    return tuple(row for row in rows if campaign_type in (None, row.campaign_type))


def _occurs(source: Source, campaign_type: CampaignType) -> bool:
    """Return whether the status exists: applicants in Selection campaigns, JOINED in others."""
    if source is ParticipationStatus.JOINED:
        return campaign_type is not CampaignType.SELECTION
    return source not in APPLICANT_STATUSES or campaign_type is CampaignType.SELECTION


def _participation_rows() -> Iterator[WorkflowRow]:
    for row in TRANSITIONS:
        if row.refusal is not None:
            continue
        for campaigns in row.campaigns:
            for source in row.sources:
                if _occurs(source, campaigns.type):
                    yield _participation_row(row, campaigns, source)


def _participation_row(row: Transition, campaigns: Campaigns, source: Source) -> WorkflowRow:
    submits = row.action is Action.SUBMIT_POST
    return WorkflowRow(
        action=row.action,
        roles=row.roles,
        campaign_type=campaigns.type,
        post_tracking=_tracking(row, campaigns, source),
        from_status=source,
        to_status=row.target or source,
        to_post=PostStatus.SUBMITTED if submits else None,
        condition=_condition(row, source),
    )


def _tracking(row: Transition, campaigns: Campaigns, source: Source) -> bool | None:
    """Return the row's tracking; True where an account is selected, which affiliates may not."""
    needs_account = source is ParticipationStatus.WAITING or row.action is Action.SELECT_ACCOUNT
    if campaigns.type is CampaignType.AFFILIATE and needs_account:
        return True
    return campaigns.tracking


def _condition(row: Transition, source: Source) -> str:
    asked = [*CALL_CONDITIONS.get(row.action, ()), *conditions(row, source)]
    if row.when is not None:
        asked.append(row.when)
    texts = [*(condition.text for condition in asked if condition.is_shown), row.effect]
    return "; ".join(text for text in texts if text)


def _post_rows() -> Iterator[WorkflowRow]:
    for campaign_type in CampaignType:
        joined = (
            ParticipationStatus.APPROVED
            if campaign_type is CampaignType.SELECTION
            else ParticipationStatus.JOINED
        )
        for source in POST_SOURCES:
            for decision, condition in POST_DECISIONS.items():
                yield WorkflowRow(
                    action=Action.SET_POST_STATUS,
                    roles=POST_ROLES,
                    campaign_type=campaign_type,
                    post_tracking=True,
                    from_status=joined,
                    to_status=joined,
                    from_post=source,
                    to_post=PostStatus(decision),
                    condition=condition,
                )
