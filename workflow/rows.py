"""The table for people and clients: one row for each move, kind of campaign and status before."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from workflow.enums import (
    Action,
    CampaignType,
    Finding,
    ParticipationStatus,
    PostDecision,
    PostStatus,
    Role,
    Rule,
)
from workflow.table import (
    APPLICANT_STATUSES,
    CALL_CONDITIONS,
    POST_DECISIONS,
    POST_ROLES,
    POST_SOURCES,
    SUBMITTING,
    TRANSITIONS,
    Campaigns,
    Source,
    Transition,
    conditions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRow:
    """A move, for some campaigns and one status before it."""

    rule: Rule
    action: Action
    roles: tuple[Role, ...]
    campaign_type: CampaignType | None
    """None: any."""
    selection: bool | None
    """None: either."""
    post_tracking: bool | None
    """None: either."""
    from_status: ParticipationStatus | None
    """None: no participation, or one that is REMOVED."""
    to_status: ParticipationStatus | None
    from_post: PostStatus | None = None
    to_post: PostStatus | None = None
    condition: str


@cache
def workflow_rows(
    campaign_type: CampaignType | None = None, *, selection: bool | None = None
) -> tuple[WorkflowRow, ...]:
    """Return the moves in the order of actions: all, or those of such campaigns."""
    rows = [*_participation_rows(), *_post_rows()]
    order = list(Action)
    rows.sort(key=lambda row: order.index(row.action))
    return tuple(
        row
        for row in rows
        if _meet(row.campaign_type, campaign_type) and _meet(row.selection, selection)
    )


def _meet(one: object, other: object) -> bool:
    """Return whether both may hold of one campaign, where None is anything."""
    return one is None or other is None or one is other


def _participation_rows() -> Iterator[WorkflowRow]:
    for row in TRANSITIONS:
        if row.refusal is not None:
            continue
        for source in row.sources:
            if _meet(row.campaigns.selection, _selection_by(source)):
                yield _participation_row(row, _campaigns(row, source), source)


def _selection_by(source: Source) -> bool | None:
    """Return where the status occurs: applicants in Selection campaigns, JOINED in others."""
    if source is ParticipationStatus.JOINED:
        return False
    return True if source in APPLICANT_STATUSES else None


def _campaigns(row: Transition, source: Source) -> Campaigns:
    """Return the campaigns of a row: accounts are selected only where posts are tracked."""
    selection, tracking = row.campaigns
    selects_account = source is ParticipationStatus.WAITING or row.action is Action.SELECT_ACCOUNT
    return Campaigns(
        selection=_selection_by(source) if selection is None else selection,
        tracking=True if selects_account else tracking,
    )


def _participation_row(row: Transition, campaigns: Campaigns, source: Source) -> WorkflowRow:
    submits = row.action in SUBMITTING
    assert row.rule is not None, "a row that refuses is no move"
    return WorkflowRow(
        rule=row.rule,
        action=row.action,
        roles=row.roles,
        campaign_type=CampaignType.AFFILIATE if campaigns.tracking is False else None,
        selection=campaigns.selection,
        post_tracking=campaigns.tracking,
        from_status=source,
        to_status=row.target or source,
        to_post=PostStatus.SUBMITTED if submits else None,
        condition=_condition(row, source),
    )


def _condition(row: Transition, source: Source) -> str:
    asked = [*CALL_CONDITIONS.get(row.action, ()), *conditions(row, source)]
    if row.when is not None:
        asked.append(row.when)
    texts = [*(condition.text for condition in asked if condition.is_shown), row.effect]
    return "; ".join(text for text in texts if text)


def _post_rows() -> Iterator[WorkflowRow]:
    for joined in (ParticipationStatus.APPROVED, ParticipationStatus.JOINED):
        for action, source, target, condition in (*_decisions(), *_findings()):
            yield WorkflowRow(
                rule=Rule(action),
                action=action,
                roles=POST_ROLES[action],
                campaign_type=None,
                selection=_selection_by(joined),
                post_tracking=True,
                from_status=joined,
                to_status=joined,
                from_post=source,
                to_post=target,
                condition=condition,
            )


_PostMove = tuple[Action, PostStatus, PostStatus, str]


def _decisions() -> Iterator[_PostMove]:
    for source in POST_SOURCES:
        for decision, condition in POST_DECISIONS.items():
            returns = source is PostStatus.WARNING and decision is not PostDecision.INEFFECTIVE
            more = _RETURNS if returns else ""
            yield Action.SET_POST_STATUS, source, PostStatus(decision), condition + more


def _findings() -> Iterator[_PostMove]:
    for source in POST_SOURCES:
        yield Action.RECORD_FINDING, source, PostStatus.WARNING, _FOUND
    for target in POST_SOURCES:
        yield Action.RECORD_FINDING, PostStatus.WARNING, target, _OVER + _RETURNS


_FOUND = (
    f"{', '.join(f'`{finding}`' for finding in Finding)}, whichever was observed last, holds, and"
    " was observed after what staff set last"
)
_OVER = "no finding holds any more: what staff had set comes back"
_RETURNS = "; if it was deleted, no other live post has its URL"
