"""The one authority over who takes part in what: answers from `workflow/table.py`.

Nothing here reads or writes anything. `decide` is asked before every write; what a screen offers
(`available_actions`, `blockers`, `required_action`) is asked of the same rows.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from workflow.cells import CALL_CONDITIONS, CELLS, ROLES, SOURCES, Cell, cell_for, is_repeat
from workflow.enums import (
    Action,
    Availability,
    CampaignType,
    ErrorCode,
    Outcome,
    ParticipationStatus,
    PostDecision,
    PostStatus,
    PostWarning,
    RequiredActionType,
    Role,
    platforms_of,
)
from workflow.messages import message, post_message
from workflow.rows import WorkflowRow, workflow_rows
from workflow.screens import applicant_status, candidate_status, job_section
from workflow.table import (
    HOLDS_PLACE,
    NEVER_REFUSED,
    POST_CAMPAIGN_STATUSES,
    POST_FINAL,
    RANK,
    STALE_CONDITIONS,
    TAKES_PART,
    TRANSITIONS,
    Command,
    Facts,
    PostFacts,
    Source,
    Transition,
)

__all__ = [
    "TRANSITIONS",
    "Command",
    "Decision",
    "Facts",
    "NotPermitted",
    "PostDecisionResult",
    "PostFacts",
    "RequiredAction",
    "Transition",
    "WorkflowRow",
    "applicant_status",
    "available_actions",
    "blockers",
    "candidate_status",
    "decide",
    "decide_post",
    "job_section",
    "may",
    "message",
    "post_message",
    "required_action",
    "workflow_rows",
]


class NotPermitted(Exception):  # noqa: N818
    """The role may never use the action, whatever the facts."""


class Decision(NamedTuple):
    """What an action comes to."""

    outcome: Outcome
    target: ParticipationStatus | None = None
    """The status after it; as it is where nothing changes."""
    account: int | None = None
    """The selected account after it. None: the selection stays, or is emptied by a new round."""
    error: ErrorCode | None = None
    """Why it is REFUSED."""
    starts_round: bool = False
    """Round + 1: a REMOVED row starts anew, or an application is reopened."""
    places: int = 0
    """1: takes a place of the campaign's capacity; -1: gives it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDecisionResult:
    """What a decision on a post comes to: the post as it is after it."""

    outcome: Outcome
    target: PostStatus
    warning: PostWarning | None = None
    reason: str | None = None
    error: ErrorCode | None = None


def may(action: Action, role: Role) -> bool:
    """Whether the role may use the action at all."""
    return role in ROLES[action]


def decide(facts: Facts, command: Command) -> Decision:
    """What the command comes to: the first refusal that applies, or the change.

    For every action but SET_POST_STATUS, which is `decide_post`'s. Raises NotPermitted.
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
    """What setting a post's status comes to. Its kind and reason become what is given.

    A missing or superfluous kind, and a missing reason, are judged before. Raises NotPermitted.
    """
    if not may(Action.SET_POST_STATUS, role):
        raise NotPermitted(f"{Action.SET_POST_STATUS} is not for {role}")
    target = PostStatus(decision)
    as_it_is = (facts.status, facts.warning, facts.reason)
    if (target, warning, reason) == as_it_is:
        return _post_result(Outcome.UNCHANGED, as_it_is)
    refusal = _post_refusal(facts)
    if refusal is not None:
        return _post_result(Outcome.REFUSED, as_it_is, refusal)
    return _post_result(Outcome.CHANGED, (target, warning, reason))


def available_actions(facts: Facts, role: Role) -> tuple[Action, ...]:
    """What the role may do now: the actions that some input would make succeed."""
    return tuple([a for a in _open_actions(facts, role) if _in_the_way(facts, a, role) == ()])


def blockers(facts: Facts, role: Role) -> tuple[ErrorCode, ...]:
    """What stands in the way of actions that would otherwise be open, in the order of refusals.

    Open is what the table has a row for. What no row allows (TRANSITION_NOT_ALLOWED and its
    like), or what the caller may not know of (NOT_FOUND), is not blocked but not there.
    """
    actions = _open_actions(facts, role)
    found = {code for action in actions for code in _in_the_way(facts, action, role) or ()}
    return tuple(sorted(found, key=RANK.__getitem__))


@dataclass(frozen=True, slots=True)
class RequiredAction:
    """What the creator must do next."""

    type: RequiredActionType
    platforms: int
    """Bit mask of the platforms that are accepted."""
    accounts: tuple[int, ...] = ()
    """SELECT_ACCOUNT: the ids of those that qualify, in order."""
    blocked_by: tuple[ErrorCode, ...] = ()

    @property
    def message(self) -> str:
        """The same for people."""
        names = ", ".join(platforms_of(self.platforms))
        match self.type:
            case RequiredActionType.CONNECT_ACCOUNT:
                return f"Connect an account that meets the campaign's requirements: {names}."
            case RequiredActionType.SELECT_ACCOUNT:
                return "Select the account with which you take part."
            case RequiredActionType.SELECT_SOCIAL_MEDIA:
                return f"Select the social media that you will use: {names}."
            case RequiredActionType.SUBMIT_POST:
                return f"Publish your post and submit its URL: {names}."


def required_action(facts: Facts) -> RequiredAction | None:
    """What the creator must do next in a running campaign, if anything."""
    if not facts.campaign_status.is_running:
        return None
    kind = _required_type(facts)
    if kind is None:
        return None
    selects = kind is RequiredActionType.SELECT_ACCOUNT
    return RequiredAction(
        kind,
        facts.campaign_platforms,
        tuple(sorted(facts.qualifying)) if selects else (),
        _in_the_way(facts, Action(kind), Role.INFLUENCER) or (),
    )


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
    )


_Post = tuple[PostStatus, PostWarning | None, str | None]


def _post_result(
    outcome: Outcome, post: _Post, error: ErrorCode | None = None
) -> PostDecisionResult:
    target, warning, reason = post
    return PostDecisionResult(
        outcome=outcome, target=target, warning=warning, reason=reason, error=error
    )


def _post_refusal(facts: PostFacts) -> ErrorCode | None:
    if facts.campaign_status not in POST_CAMPAIGN_STATUSES:
        return ErrorCode.CAMPAIGN_CLOSED
    if facts.status in POST_FINAL:
        return ErrorCode.TRANSITION_IRREVERSIBLE
    if not facts.post_tracking:
        return ErrorCode.TRANSITION_NOT_ALLOWED
    return None


# What is open: the easiest input to each action is tried.

_NOT_THERE = frozenset(
    (
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_A_SELECTION_CAMPAIGN,
        ErrorCode.TRANSITION_IRREVERSIBLE,
        ErrorCode.DECIDED_ON_APPLICANT_TAB,
        ErrorCode.TRANSITION_NOT_ALLOWED,
    )
)


def _open_actions(facts: Facts, role: Role) -> tuple[Action, ...]:
    return _OPEN[role, facts.status, facts.campaign_type, facts.post_tracking]


def _has_row(action: Action, source: Source, campaign_type: CampaignType, tracking: bool) -> bool:
    if action is Action.SET_POST_STATUS:
        return tracking and source is not None
    return any(cell.row for cell in CELLS[action, source, campaign_type, tracking])


_OPEN = {
    (role, source, campaign_type, tracking): tuple(
        action
        for action in Action
        if may(action, role) and _has_row(action, source, campaign_type, tracking)
    )
    for role in Role
    for source in SOURCES
    for campaign_type in CampaignType
    for tracking in (True, False)
}


def _in_the_way(facts: Facts, action: Action, role: Role) -> tuple[ErrorCode, ...] | None:
    """All that stands in the way of one action; None: no input would make it do anything."""
    if action is Action.SET_POST_STATUS:
        return _in_the_way_of_posts(facts)
    facts, command = _attempt(facts, action, role)
    if is_repeat(facts, command):
        return None
    asked = CALL_CONDITIONS[action] + cell_for(facts, command).conditions
    failing = tuple([c.refusal for c in asked if not c.holds(facts, command)])
    return failing if _NOT_THERE.isdisjoint(failing) else None


def _in_the_way_of_posts(facts: Facts) -> tuple[ErrorCode, ...] | None:
    if not facts.has_undecided_post:
        return None
    return () if facts.campaign_status in POST_CAMPAIGN_STATUSES else (ErrorCode.CAMPAIGN_CLOSED,)


def _attempt(facts: Facts, action: Action, role: Role) -> tuple[Facts, Command]:
    """The input that gets furthest, and the facts with it."""
    match action:
        case Action.APPLY if len(facts.qualifying) > 1 and not facts.is_untracked_affiliate:
            return facts, Command(action=action, role=role, account=min(facts.qualifying))
        case Action.SELECT_ACCOUNT:
            account = min(facts.qualifying, default=None)
            return facts, Command(action=action, role=role, account=account)
        case Action.CONNECT_ACCOUNT:
            before = len(facts.qualifying)
            after = facts if before else replace(facts, qualifying=frozenset((0,)))
            return after, Command(action=action, role=role, qualifying_before=before)
        case Action.SELECT_SOCIAL_MEDIA:
            return facts, Command(action=action, role=role, platforms=_other_platforms(facts))
        case Action.SET_AVAILABILITY:
            return facts, _changing_availability(facts.override, role)
        case Action.SUBMIT_POST:
            return facts, _submitting_post(facts.campaign_platforms, role)
        case _:
            return facts, _plain(action, role)


@cache
def _plain(action: Action, role: Role) -> Command:
    return Command(action=action, role=role)


@cache
def _changing_availability(override: Availability | None, role: Role) -> Command:
    other = Availability.AVAILABLE if override is None else None
    return Command(action=Action.SET_AVAILABILITY, role=role, availability=other)


@cache
def _submitting_post(platforms: int, role: Role) -> Command:
    platform = next(iter(platforms_of(platforms)), None)
    return Command(action=Action.SUBMIT_POST, role=role, url_platform=platform)


def _other_platforms(facts: Facts) -> int:
    """A set of the campaign's platforms that is not selected now, where there is one."""
    every = facts.campaign_platforms
    return every if every != facts.selected_platforms else every & -every


def _required_type(facts: Facts) -> RequiredActionType | None:
    status = facts.status
    if status is ParticipationStatus.WAITING or (status in TAKES_PART and facts.selection_is_lost):
        return (
            RequiredActionType.SELECT_ACCOUNT
            if facts.qualifying
            else RequiredActionType.CONNECT_ACCOUNT
        )
    if status is ParticipationStatus.JOINED and facts.is_untracked_affiliate:
        return None if facts.selected_platforms else RequiredActionType.SELECT_SOCIAL_MEDIA
    if status in HOLDS_PLACE and facts.post_tracking and not facts.has_standing_post:
        return RequiredActionType.SUBMIT_POST
    return None
