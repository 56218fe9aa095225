"""Whether an action may be done, and what follows: decided by the rows of `workflow/table.py`.

`decide` is asked before every write, and reads and writes nothing itself. Every combination of
action, status and kind of campaign is worked out once, at import, into `CELLS`, so that a decision
is a few look-ups.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from workflow.enums import (
    Action,
    ErrorCode,
    Finding,
    Outcome,
    ParticipationStatus,
    PostDecision,
    PostStatus,
    PostWarning,
    Role,
    Rule,
)
from workflow.table import CALL_CONDITIONS as CALL_CONDITIONS_BY_ACTION
from workflow.table import (
    NEVER_REFUSED,
    POST_CAMPAIGN_STATUSES,
    POST_FINAL,
    POST_ROLES,
    REPEATS,
    RUNNING,
    STALE_CONDITIONS,
    TRANSITIONS,
    Campaigns,
    Command,
    Condition,
    Facts,
    PostFacts,
    PostState,
    Repeat,
    Source,
    Transition,
    conditions,
    in_order,
    is_live,
    never,
    places,
)


class NotPermitted(Exception):  # noqa: N818
    """The role may never use the action, whatever the facts."""


class Decision(NamedTuple):
    """The decision on a command."""

    outcome: Outcome
    target: ParticipationStatus | None = None
    """The status after it: the same where nothing changes."""
    account: int | None = None
    """The selected account after it. None: the selection stays, or is emptied by a new round."""
    error: ErrorCode | None = None
    """Why it is refused."""
    starts_round: bool = False
    """Whether the next round begins: after REMOVED, or when an application is reopened."""
    places: int = 0
    """1: takes a place of the campaign's capacity; -1: frees it."""
    gives_code: bool = False
    """Whether the participation is given the next code of the campaign's pool."""
    rule: Rule | None = None
    """The row that made the change; None if nothing changes."""


@dataclass(frozen=True, slots=True)
class PostDecisionResult:
    """The result of a decision on a post: the post after it."""

    outcome: Outcome
    state: PostState
    error: ErrorCode | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the table, for one status before it."""

    when: Condition | None
    """None: always."""
    conditions: tuple[Condition, ...]
    """The conditions that must hold, in the order of refusals."""
    row: Transition | None = None
    """None: always refused."""
    places: int = 0


def may(action: Action, role: Role) -> bool:
    """Return whether the role may ever use the action."""
    return role in ROLES[action]


def sources_of(action: Action) -> frozenset[ParticipationStatus]:
    """Return the statuses from which the action moves a participation."""
    rows = [row for row in TRANSITIONS if row.action is action and row.refusal is None]
    return frozenset(source for row in rows for source in row.sources if source is not None)


def decide(facts: Facts, command: Command) -> Decision:
    """Return the first refusal that applies to the command, or the change.

    For every action but those on posts (`decide_post`, `decide_finding`). Raises NotPermitted.
    """
    action = command.action
    if command.role not in ROLES[action]:
        raise NotPermitted(f"{action} is not for {command.role}")
    for condition in CALL_CONDITIONS[action]:
        if not condition.holds(facts, command):
            return _refused(facts.status, condition.refusal)
    if is_repeat(facts, command):
        return _unchanged(facts.status)
    cell = cell_for(facts, command)
    for condition in (*STALE_CONDITIONS, *cell.conditions):
        if not condition.holds(facts, command):
            if action in NEVER_REFUSED:
                return _unchanged(facts.status)
            return _refused(facts.status, condition.refusal)
    return _changed(facts, command, cell)


def decide_post(
    facts: PostFacts,
    role: Role,
    decision: PostDecision,
    warning: PostWarning | None,
    reason: str | None,
) -> PostDecisionResult:
    """Decide a post's status; its warning and reason become those given.

    That they are given where they must be has been checked before. Raises NotPermitted.
    """
    if not may(Action.SET_POST_STATUS, role):
        raise NotPermitted(f"{Action.SET_POST_STATUS} is not for {role}")
    target = PostState(PostStatus(decision), warning, reason)
    if target == facts.state:
        return PostDecisionResult(Outcome.UNCHANGED, target)
    refusal = _post_refusal(facts)
    if refusal is None and _takes_lost_url(facts, target):
        refusal = ErrorCode.URL_IN_USE
    if refusal is not None:
        return PostDecisionResult(Outcome.REFUSED, facts.state, refusal)
    return PostDecisionResult(Outcome.CHANGED, target)


def decide_finding(facts: PostFacts, role: Role, follows: PostState) -> PostDecisionResult:
    """Decide a post's status after a finding: `follows` from all that was decided and found.

    UNCHANGED where nothing comes of it now, also of a post that is final, or has lost its URL.
    Raises NotPermitted.
    """
    if not may(Action.RECORD_FINDING, role):
        raise NotPermitted(f"{Action.RECORD_FINDING} is not for {role}")
    if not _can_follow(facts, follows):
        return PostDecisionResult(Outcome.UNCHANGED, facts.state)
    refusal = _post_refusal(facts)
    if refusal is not None:
        return PostDecisionResult(Outcome.REFUSED, facts.state, refusal)
    return PostDecisionResult(Outcome.CHANGED, follows)


def post_actions(facts: PostFacts, role: Role, decided: PostState) -> tuple[Action, ...]:
    """Return the actions that the role can do on a post now. `decided` is what staff set last."""
    if _post_refusal(facts) is not None:
        return ()
    if role in POST_ROLES[Action.SET_POST_STATUS]:
        return (Action.SET_POST_STATUS,)
    found = (PostState(PostStatus.WARNING, PostWarning(finding)) for finding in Finding)
    may_change = any(_can_follow(facts, follows) for follows in (decided, *found))
    if role in POST_ROLES[Action.RECORD_FINDING] and may_change:
        return (Action.RECORD_FINDING,)
    return ()


@cache
def _refused(status: Source, code: ErrorCode) -> Decision:
    return Decision(outcome=Outcome.REFUSED, target=status, error=code)


@cache
def _unchanged(status: Source) -> Decision:
    return Decision(outcome=Outcome.UNCHANGED, target=status)


def _changed(facts: Facts, command: Command, cell: Cell) -> Decision:
    row = cell.row
    assert row is not None, "a cell without a row always refuses"
    target = row.target or facts.status
    restarts = facts.status is ParticipationStatus.REMOVED and target is not facts.status
    account = None
    if row.selects:
        account = command.account if command.account is not None else next(iter(facts.qualifying))
    elif row.action is Action.REOPEN:
        account = facts.selected_account  # the round is new, the application is the same
    return Decision(
        outcome=Outcome.CHANGED,
        target=target,
        account=account,
        starts_round=restarts or row.action is Action.REOPEN,
        places=cell.places,
        gives_code=cell.places > 0 and facts.needs_code,
        rule=row.rule,
    )


def _can_follow(facts: PostFacts, state: PostState) -> bool:
    """Return whether findings can change a post to this."""
    is_other, is_final = state != facts.state, facts.state.status in POST_FINAL
    return is_other and not is_final and not _takes_lost_url(facts, state)


def _takes_lost_url(facts: PostFacts, state: PostState) -> bool:
    return facts.url_is_taken and is_live(state.status, state.warning)


def _post_refusal(facts: PostFacts) -> ErrorCode | None:
    if facts.campaign_status not in POST_CAMPAIGN_STATUSES:
        return ErrorCode.CAMPAIGN_CLOSED
    if facts.state.status in POST_FINAL:
        return ErrorCode.TRANSITION_IRREVERSIBLE
    if not facts.post_tracking:
        return ErrorCode.TRANSITION_NOT_ALLOWED
    return None


# The table as look-ups

SOURCES: tuple[Source, ...] = (None, *ParticipationStatus)
ROLES = {row.action: row.roles for row in TRANSITIONS} | POST_ROLES
CALL_CONDITIONS = {action: in_order(CALL_CONDITIONS_BY_ACTION.get(action, ())) for action in Action}


def is_repeat(facts: Facts, command: Command) -> bool:
    """Return whether the command asks for the current state."""
    repeat = _REPEATS.get((command.action, facts.status))
    return repeat is not None and (repeat.when is None or repeat.when.holds(facts, command))


def cell_for(facts: Facts, command: Command) -> Cell:
    """Return the row for the command; where the table has none, a cell that always refuses."""
    cells = CELLS[command.action, facts.status, facts.selection, facts.post_tracking]
    for cell in cells:
        if cell.when is None or cell.when.holds(facts, command):
            return cell
    raise AssertionError("the last cell has no condition")


def _matches(row: Transition, source: Source) -> bool:
    """Return whether the row starts from this status; REMOVED counts as no participation."""
    nobody = None in row.sources and source is ParticipationStatus.REMOVED
    return nobody or source in row.sources


def _covers(campaigns: Campaigns, selection: bool, tracking: bool) -> bool:
    return campaigns.selection in (None, selection) and campaigns.tracking in (None, tracking)


def _cell(row: Transition, source: Source) -> Cell:
    move = row if row.refusal is None else None
    return Cell(row.when, conditions(row, source), move, places(row, source))


_NO_ROW = Cell(None, in_order((RUNNING, never(ErrorCode.TRANSITION_NOT_ALLOWED))))

CELLS: dict[tuple[Action, Source, bool, bool], tuple[Cell, ...]] = {
    (action, source, selection, tracking): (
        *(
            _cell(row, source)
            for row in TRANSITIONS
            if row.action is action
            and _matches(row, source)
            and _covers(row.campaigns, selection, tracking)
        ),
        _NO_ROW,
    )
    for action in Action
    for source in SOURCES
    for selection in (True, False)
    for tracking in (True, False)
}
_REPEATS: dict[tuple[Action, Source], Repeat] = {
    (repeat.action, source): repeat for repeat in REPEATS for source in repeat.sources
}
