"""Every corner of the table worked out once, at import, so that a decision is a few look-ups."""

from dataclasses import dataclass

from workflow.enums import Action, CampaignType, ErrorCode, ParticipationStatus
from workflow.table import CALL_CONDITIONS as CALL_CONDITIONS_BY_ACTION
from workflow.table import (
    POST_ROLES,
    REPEATS,
    RUNNING,
    TRANSITIONS,
    Campaigns,
    Command,
    Condition,
    Facts,
    Repeat,
    Source,
    Transition,
    conditions,
    in_order,
    never,
    places,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A row as it is for one source."""

    when: Condition | None
    """None: always."""
    conditions: tuple[Condition, ...]
    """All that must hold, in the order in which refusals are told."""
    row: Transition | None = None
    """None: some condition never holds."""
    places: int = 0


SOURCES: tuple[Source, ...] = (None, *ParticipationStatus)
ROLES = {row.action: row.roles for row in TRANSITIONS} | {Action.SET_POST_STATUS: POST_ROLES}
CALL_CONDITIONS = {action: in_order(CALL_CONDITIONS_BY_ACTION.get(action, ())) for action in Action}


def is_repeat(facts: Facts, command: Command) -> bool:
    """Whether the command asks for what is so already."""
    repeat = _REPEATS.get((command.action, facts.status))
    return repeat is not None and (repeat.when is None or repeat.when.holds(facts, command))


def cell_for(facts: Facts, command: Command) -> Cell:
    """The row that the command is about; where there is none, one that refuses."""
    cells = CELLS[command.action, facts.status, facts.campaign_type, facts.post_tracking]
    for cell in cells:
        if cell.when is None or cell.when.holds(facts, command):
            return cell
    raise AssertionError("the last cell has no condition")


def _matches(row: Transition, source: Source) -> bool:
    """A removed row is as good as none, where none will do."""
    nobody = None in row.sources and source is ParticipationStatus.REMOVED
    return nobody or source in row.sources


def _covers(campaigns: tuple[Campaigns, ...], campaign_type: CampaignType, tracking: bool) -> bool:
    return any(type_ is campaign_type and wanted in (None, tracking) for type_, wanted in campaigns)


def _cell(row: Transition, source: Source) -> Cell:
    goes = row if row.refusal is None else None
    return Cell(row.when, conditions(row, source), goes, places(row, source))


_NO_ROW = Cell(None, in_order((RUNNING, never(ErrorCode.TRANSITION_NOT_ALLOWED))))

CELLS: dict[tuple[Action, Source, CampaignType, bool], tuple[Cell, ...]] = {
    (action, source, campaign_type, tracking): (
        *(
            _cell(row, source)
            for row in TRANSITIONS
            if row.action is action
            and _matches(row, source)
            and _covers(row.campaigns, campaign_type, tracking)
        ),
        _NO_ROW,
    )
    for action in Action
    for source in SOURCES
    for campaign_type in CampaignType
    for tracking in (True, False)
}
_REPEATS: dict[tuple[Action, Source], Repeat] = {
    (repeat.action, source): repeat for repeat in REPEATS for source in repeat.sources
}
