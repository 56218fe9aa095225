"""What the next step is: the actions open to a role, what blocks them, and what a creator must do.

All of it follows from the same rows as decisions (`workflow/table.py`). The rules are
docs/rules.md#available-actions and docs/rules.md#required-action.
"""

from dataclasses import dataclass, replace
from functools import cache

from workflow.decisions import CALL_CONDITIONS, CELLS, SOURCES, cell_for, is_repeat, may
from workflow.enums import (
    Action,
    Availability,
    ErrorCode,
    ParticipationStatus,
    RequiredActionType,
    Role,
    platforms_of,
)
from workflow.table import (
    HOLDS_PLACE,
    POST_CAMPAIGN_STATUSES,
    POST_ROLES,
    REFUSAL_RANK,
    RUNNING,
    TAKES_PART,
    Command,
    Facts,
    Source,
)


def available_actions(facts: Facts, role: Role) -> tuple[Action, ...]:
    """Return the actions that the role can do now: some input would make each succeed."""
    return tuple([a for a in _open_actions(facts, role) if _is_open(facts, a, role)])


def blockers(facts: Facts, role: Role) -> tuple[ErrorCode, ...]:
    """Return what blocks the actions that the table has a row for, in the order of refusals.

    An action that no row allows (TRANSITION_NOT_ALLOWED and the like), or that the caller may not
    know of (NOT_FOUND), is not blocked: it is not offered at all.
    """
    actions = _open_actions(facts, role)
    found = {code for action in actions for code in _blockers_of(facts, action, role) or ()}
    return tuple(sorted(found, key=REFUSAL_RANK.__getitem__))


@dataclass(frozen=True, slots=True)
class RequiredAction:
    """The next step of a creator."""

    type: RequiredActionType
    platforms: int
    """Bit mask of the accepted platforms."""
    are_selected: bool = False
    """CONNECT_ACCOUNT: whether the platforms are the selected social media."""
    accounts: tuple[int, ...] = ()
    """For SELECT_ACCOUNT: the ids of the qualifying accounts, in order."""
    blocked_by: tuple[ErrorCode, ...] = ()

    @property
    def message(self) -> str:
        """Return the step in words."""
        names = ", ".join(platforms_of(self.platforms))
        match self.type:
            case RequiredActionType.CONNECT_ACCOUNT if self.are_selected:
                return f"Connect your accounts on the social media that were selected: {names}."
            case RequiredActionType.CONNECT_ACCOUNT:
                return f"Connect an account that meets the campaign's requirements: {names}."
            case RequiredActionType.SELECT_ACCOUNT:
                return "Select the account with which you take part."
            case RequiredActionType.SELECT_SOCIAL_MEDIA:
                return f"Select the social media that you will use: {names}."
            case RequiredActionType.SUBMIT_POST:
                return f"Publish your post and submit its URL: {names}."


def required_action(facts: Facts) -> RequiredAction | None:
    """Return the creator's next step in a running campaign, if any."""
    if not facts.campaign_status.is_running:
        return None
    kind = _required_type(facts)
    if kind is None:
        return None
    selects = kind is RequiredActionType.SELECT_ACCOUNT
    missing = _missing_platforms(facts)
    return RequiredAction(
        kind,
        missing or facts.campaign_platforms,
        bool(missing),
        tuple(sorted(facts.qualifying)) if selects else (),
        _blockers_of(facts, Action(kind), Role.INFLUENCER) or (),
    )


# An action is open if the easiest input to it succeeds.

_NOT_OFFERED = frozenset(
    (
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_A_SELECTION_CAMPAIGN,
        ErrorCode.TRANSITION_IRREVERSIBLE,
        ErrorCode.DECIDED_ON_APPLICANT_TAB,
        ErrorCode.TRANSITION_NOT_ALLOWED,
    )
)

_WAITS_ON = frozenset((ErrorCode.CAPACITY_REACHED, ErrorCode.CODES_EXHAUSTED))


def _open_actions(facts: Facts, role: Role) -> tuple[Action, ...]:
    return _OPEN[role, facts.status, facts.selection, facts.post_tracking]


def _has_row(action: Action, source: Source, selection: bool, tracking: bool) -> bool:
    if action in POST_ROLES:
        return tracking and source is not None
    if action is Action.CONNECT_ACCOUNT and source in TAKES_PART:
        return True  # in place of an account that was disconnected: it moves nobody
    return any(cell.row for cell in CELLS[action, source, selection, tracking])


_OPEN = {
    (role, source, selection, tracking): tuple(
        action
        for action in Action
        if may(action, role) and _has_row(action, source, selection, tracking)
    )
    for role in Role
    for source in SOURCES
    for selection in (True, False)
    for tracking in (True, False)
}


def _blockers_of(facts: Facts, action: Action, role: Role) -> tuple[ErrorCode, ...] | None:
    """Return all that blocks one action; None if no input would make it change anything."""
    if action in POST_ROLES:
        return _post_blockers(facts)
    if action is Action.CONNECT_ACCOUNT:
        return _connecting_blockers(facts, role)
    command = _attempt(facts, action, role)
    if is_repeat(facts, command):
        return None
    asked = CALL_CONDITIONS[action] + cell_for(facts, command).conditions
    failing = tuple([c.refusal for c in asked if not c.holds(facts, command)])
    return failing if _NOT_OFFERED.isdisjoint(failing) else None


def _is_open(facts: Facts, action: Action, role: Role) -> bool:
    found = _blockers_of(facts, action, role)
    # An account is connected even where they have to wait on for a place or a code.
    if found and action is Action.CONNECT_ACCOUNT:
        return _WAITS_ON.issuperset(found)
    return found == ()


def _post_blockers(facts: Facts) -> tuple[ErrorCode, ...] | None:
    if not facts.has_undecided_post:
        return None
    return () if facts.campaign_status in POST_CAMPAIGN_STATUSES else (ErrorCode.CAMPAIGN_CLOSED,)


def _connecting_blockers(facts: Facts, role: Role) -> tuple[ErrorCode, ...] | None:
    """Return what blocks connecting an account where that is the step to take, else None."""
    if _required_type(facts) is not RequiredActionType.CONNECT_ACCOUNT:
        return None
    connected = replace(facts, qualifying=frozenset((0,)))
    command = Command(action=Action.CONNECT_ACCOUNT, role=role)
    waits = facts.status is ParticipationStatus.WAITING
    asked = cell_for(connected, command).conditions if waits else (RUNNING,)
    failing = tuple([c.refusal for c in asked if not c.holds(connected, command)])
    if not _NOT_OFFERED.isdisjoint(failing):
        return None
    return failing if facts.has_account_place else (ErrorCode.TOO_MANY_ITEMS, *failing)


def _attempt(facts: Facts, action: Action, role: Role) -> Command:
    """Return the easiest input to the action."""
    match action:
        case Action.APPLY if len(facts.qualifying) > 1 and facts.post_tracking:
            return Command(action=action, role=role, account=min(facts.qualifying))
        case Action.SELECT_ACCOUNT:
            account = min(facts.qualifying, default=None)
            return Command(action=action, role=role, account=account)
        case Action.SELECT_SOCIAL_MEDIA:
            return Command(action=action, role=role, platforms=_other_platforms(facts))
        case Action.SET_AVAILABILITY:
            return _changing_availability(facts.override, role)
        case Action.SUBMIT_POST | Action.RECORD_POST:
            return _naming_post(action, facts.campaign_platforms, role)
        case _:
            return _plain(action, role)


@cache
def _plain(action: Action, role: Role) -> Command:
    return Command(action=action, role=role)


@cache
def _changing_availability(override: Availability | None, role: Role) -> Command:
    other = Availability.AVAILABLE if override is None else None
    return Command(action=Action.SET_AVAILABILITY, role=role, availability=other)


@cache
def _naming_post(action: Action, platforms: int, role: Role) -> Command:
    platform = next(iter(platforms_of(platforms)), None)
    return Command(action=action, role=role, url_platform=platform)


def _other_platforms(facts: Facts) -> int:
    """Return a set of the campaign's platforms other than the selected one, if there is one."""
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
    if status not in HOLDS_PLACE:
        return None
    if not facts.post_tracking:
        if not facts.selected_platforms:
            return RequiredActionType.SELECT_SOCIAL_MEDIA
        return RequiredActionType.CONNECT_ACCOUNT if _missing_platforms(facts) else None
    return None if facts.has_valid_post else RequiredActionType.SUBMIT_POST


def _missing_platforms(facts: Facts) -> int:
    """Return the selected social media on which they have no account."""
    return facts.selected_platforms & ~facts.connected_platforms
