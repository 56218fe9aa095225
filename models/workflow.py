"""The one authority over who takes part in what: answers from `models/workflow_table.py`.

Nothing here reads or writes anything. `decide` is asked before every write; what a screen offers
(`available_actions`, `blockers`, `required_action`) is asked of the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from models.enums import (
    Action,
    ApplicantStatus,
    Availability,
    CampaignStatus,
    CampaignType,
    CandidateStatus,
    ErrorCode,
    JobSection,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    PostDecision,
    PostStatus,
    PostWarning,
    RequiredActionType,
    Role,
    platforms_of,
)
from models.workflow_messages import message
from models.workflow_table import (
    ALWAYS,
    CALL_CONDITIONS,
    GOES_THROUGH_ANYWHERE,
    HOLDS_PLACE,
    NEVER_REFUSED,
    PLACE_LEFT,
    POST_CAMPAIGN_STATUSES,
    POST_DECISIONS,
    POST_FINAL,
    POST_ROLES,
    POST_SOURCES,
    REPEATS,
    TAKES_PART,
    TRANSITIONS,
    Campaigns,
    Command,
    Condition,
    Facts,
    Repeat,
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
    "required_action",
    "workflow_rows",
]


class NotPermitted(Exception):  # noqa: N818
    """The role may never use the action, whatever the facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
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
class PostFacts:
    """What a decision on a post depends on."""

    campaign_type: CampaignType
    campaign_status: CampaignStatus
    post_tracking: bool
    status: PostStatus
    warning: PostWarning | None
    reason: str | None
    participation_status: ParticipationStatus
    """Told, not judged: a post is decided whatever became of its participation."""


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
    return role in _ROLES[action]


def decide(facts: Facts, command: Command) -> Decision:
    """What the command comes to: the first refusal that applies, or the change.

    For every action but SET_POST_STATUS, which is `decide_post`'s. Raises NotPermitted.
    """
    action = command.action
    if command.role not in _ROLES[action]:
        raise NotPermitted(f"{action} is not for {command.role}")
    for condition in _CALL_CONDITIONS[action]:
        if not condition.holds(facts, command):
            return _refused(facts, condition.refusal)
    if _repeats(facts, command):
        return Decision(outcome=Outcome.UNCHANGED, target=facts.status)
    cell = _cell(facts, command)
    for condition in cell.conditions:
        if not condition.holds(facts, command):
            if action in NEVER_REFUSED:
                return Decision(outcome=Outcome.UNCHANGED, target=facts.status)
            return _refused(facts, condition.refusal)
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
    return tuple(action for action in _open_actions(facts, role) if _succeeds(facts, action, role))


def blockers(facts: Facts, role: Role) -> tuple[ErrorCode, ...]:
    """What stands in the way of actions that would otherwise be open, in the order of refusals.

    Open is what the table has a row for. What no row allows (TRANSITION_NOT_ALLOWED and its
    like), or what the caller may not know of (NOT_FOUND), is not blocked but not there.
    """
    found = {
        code
        for action in _open_actions(facts, role)
        if not _succeeds(facts, action, role)
        for code in _blockers_of(facts, action, role)
    }
    return tuple(sorted(found, key=_RANK.__getitem__))


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
        _blockers_of(facts, Action(kind), Role.INFLUENCER),
    )


def candidate_status(status: ParticipationStatus | None, visible: bool) -> CandidateStatus:
    """The status on the Select influencer tab."""
    if status is None or status is ParticipationStatus.REMOVED:
        return CandidateStatus.AVAILABLE if visible else CandidateStatus.UNAVAILABLE
    return _CANDIDATE_STATUSES[status]


def applicant_status(
    status: ParticipationStatus | None, campaign_type: CampaignType
) -> ApplicantStatus | None:
    """The status on the Applicant influencers tab; None: not on it."""
    if campaign_type is not CampaignType.SELECTION or status not in _ON_APPLICANT_TAB:
        return None
    return ApplicantStatus(status)


def job_section(
    status: ParticipationStatus | None,
    campaign_status: CampaignStatus,
    origin: ParticipationOrigin,
) -> JobSection | None:
    """The section of My Job that a participation is in; None where nobody takes part."""
    if status is None or status is ParticipationStatus.REMOVED:
        return None
    if campaign_status.is_running:
        if status in (ParticipationStatus.APPLIED, ParticipationStatus.REVIEWING):
            forced = origin is ParticipationOrigin.FORCED
            return JobSection.IN_PROGRESS if forced else JobSection.APPLIED
        if status is not ParticipationStatus.REJECTED:
            return JobSection.IN_PROGRESS
    elif campaign_status is CampaignStatus.COMPLETED and status in HOLDS_PLACE:
        return JobSection.COMPLETED
    return JobSection.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRow:
    """A move, for one campaign type and one source: the table as people and clients read it."""

    action: Action
    roles: tuple[Role, ...]
    campaign_type: CampaignType
    post_tracking: bool | None
    """None: either."""
    from_status: ParticipationStatus | None
    """None: nobody takes part, so no row or a REMOVED one."""
    to_status: ParticipationStatus | None
    from_post: PostStatus | None = None
    to_post: PostStatus | None = None
    condition: str


@cache
def workflow_rows(campaign_type: CampaignType | None = None) -> tuple[WorkflowRow, ...]:
    """What may follow what, by whom; without the refusals. In the order of actions."""
    rows = [*_participation_rows(), *_post_rows()]
    order = list(Action)
    rows.sort(key=lambda row: order.index(row.action))
    return tuple(row for row in rows if campaign_type in (None, row.campaign_type))


# How `decide` finds its row: every cell of the table, worked out once.


@dataclass(frozen=True, slots=True)
class _Cell:
    when: Condition | None
    row: Transition | None
    """None: a refusal."""
    conditions: tuple[Condition, ...]
    """All that must hold, in the order in which refusals are told."""
    places: int = 0


_RANK = {code: rank for rank, code in enumerate(ErrorCode)}
_ALL_SOURCES: tuple[Source, ...] = (None, *ParticipationStatus)
_ROLES = {row.action: row.roles for row in TRANSITIONS} | {Action.SET_POST_STATUS: POST_ROLES}


def _sorted(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(sorted(conditions, key=lambda condition: _RANK[condition.refusal]))


_CALL_CONDITIONS = {action: _sorted(CALL_CONDITIONS.get(action, ())) for action in Action}


def _covers(campaigns: tuple[Campaigns, ...], campaign_type: CampaignType, tracking: bool) -> bool:
    return any(
        covered.type is campaign_type and covered.tracking in (None, tracking)
        for covered in campaigns
    )


def _matches(sources: tuple[Source, ...], source: Source) -> bool:
    """A removed row is as good as none, where none will do."""
    return source in sources or (source is ParticipationStatus.REMOVED and None in sources)


def _never(refusal: ErrorCode) -> Condition:
    return Condition("", lambda _, __: False, refusal)


def _make_cell(row: Transition, source: Source) -> _Cell:
    target = row.target or source
    places = (target in HOLDS_PLACE) - (source in HOLDS_PLACE)
    conditions = row.guards
    if row.action not in GOES_THROUGH_ANYWHERE:
        conditions += ALWAYS
    if row.refusal is not None:
        return _Cell(row.when, None, _sorted((*conditions, _never(row.refusal))))
    if places > 0:
        conditions += (PLACE_LEFT,)
    return _Cell(row.when, row, _sorted(conditions), places)


def _cells(
    action: Action, source: Source, campaign_type: CampaignType, tracking: bool
) -> tuple[_Cell, ...]:
    """The rows for this corner of the table; the last one always applies."""
    rows = [
        row
        for row in TRANSITIONS
        if row.action is action
        and _matches(row.sources, source)
        and _covers(row.campaigns, campaign_type, tracking)
    ]
    otherwise = _never(ErrorCode.TRANSITION_NOT_ALLOWED)
    return (
        *(_make_cell(row, source) for row in rows),
        _Cell(None, None, _sorted((*ALWAYS, otherwise))),
    )


_CELLS = {
    (action, source, campaign_type, tracking): _cells(action, source, campaign_type, tracking)
    for action in Action
    for source in _ALL_SOURCES
    for campaign_type in CampaignType
    for tracking in (True, False)
}

_REPEATS: dict[tuple[Action, Source], Repeat] = {
    (repeat.action, source): repeat for repeat in REPEATS for source in repeat.sources
}


def _repeats(facts: Facts, command: Command) -> bool:
    repeat = _REPEATS.get((command.action, facts.status))
    return repeat is not None and (repeat.when is None or repeat.when.holds(facts, command))


def _cell(facts: Facts, command: Command) -> _Cell:
    cells = _CELLS[command.action, facts.status, facts.campaign_type, facts.post_tracking]
    return next(cell for cell in cells if cell.when is None or cell.when.holds(facts, command))


def _refused(facts: Facts, code: ErrorCode) -> Decision:
    return Decision(outcome=Outcome.REFUSED, target=facts.status, error=code)


def _changed(facts: Facts, command: Command, cell: _Cell) -> Decision:
    row = cell.row
    assert row is not None, "a cell without a row always refuses"  # noqa: S101
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
    return any(cell.row for cell in _CELLS[action, source, campaign_type, tracking])


_OPEN = {
    (role, source, campaign_type, tracking): tuple(
        action
        for action in Action
        if may(action, role) and _has_row(action, source, campaign_type, tracking)
    )
    for role in Role
    for source in _ALL_SOURCES
    for campaign_type in CampaignType
    for tracking in (True, False)
}


def _succeeds(facts: Facts, action: Action, role: Role) -> bool:
    if action is Action.SET_POST_STATUS:
        return facts.has_undecided_post and facts.campaign_status in POST_CAMPAIGN_STATUSES
    return decide(*_attempt(facts, action, role)).outcome is Outcome.CHANGED


def _blockers_of(facts: Facts, action: Action, role: Role) -> tuple[ErrorCode, ...]:
    """All that is in the way of one action; (): nothing is, or it is not open."""
    if action is Action.SET_POST_STATUS:
        closed = facts.campaign_status not in POST_CAMPAIGN_STATUSES
        return (ErrorCode.CAMPAIGN_CLOSED,) if closed and facts.has_undecided_post else ()
    facts, command = _attempt(facts, action, role)
    if _repeats(facts, command):
        return ()
    failing = tuple(_failing(facts, command))
    return () if _NOT_THERE.intersection(failing) else failing


def _failing(facts: Facts, command: Command) -> Iterator[ErrorCode]:
    for condition in (*_CALL_CONDITIONS[command.action], *_cell(facts, command).conditions):
        if not condition.holds(facts, command):
            yield condition.refusal


def _attempt(facts: Facts, action: Action, role: Role) -> tuple[Facts, Command]:
    """The input that gets furthest."""
    match action:
        case Action.APPLY:
            several = len(facts.qualifying) > 1 and not facts.is_untracked_affiliate
            account = min(facts.qualifying) if several else None
            return facts, Command(action=action, role=role, account=account)
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
            other = Availability.AVAILABLE if facts.override is None else None
            return facts, Command(action=action, role=role, availability=other)
        case Action.SUBMIT_POST:
            platform = next(iter(platforms_of(facts.campaign_platforms)), None)
            return facts, Command(action=action, role=role, url_platform=platform)
        case _:
            return facts, _plain(action, role)


@cache
def _plain(action: Action, role: Role) -> Command:
    return Command(action=action, role=role)


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


_CANDIDATE_STATUSES = {
    ParticipationStatus.WAITING: CandidateStatus.WAITING,
    ParticipationStatus.APPLIED: CandidateStatus.APPLIED,
    ParticipationStatus.REVIEWING: CandidateStatus.APPLIED,
    ParticipationStatus.APPROVED: CandidateStatus.JOINED,
    ParticipationStatus.REJECTED: CandidateStatus.REJECTED,
    ParticipationStatus.JOINED: CandidateStatus.JOINED,
}
_ON_APPLICANT_TAB = frozenset(map(ParticipationStatus, ApplicantStatus))


# The table for readers.


def _occurs(source: Source, campaign_type: CampaignType) -> bool:
    """Applicants are in Selection campaigns alone, JOINED is in the others alone."""
    if source is ParticipationStatus.JOINED:
        return campaign_type is not CampaignType.SELECTION
    return source not in _ON_APPLICANT_TAB or campaign_type is CampaignType.SELECTION


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
        post_tracking=_tracking(campaigns),
        from_status=source,
        to_status=row.target or source,
        to_post=PostStatus.SUBMITTED if submits else None,
        condition=_condition(row, source),
    )


def _tracking(campaigns: Campaigns) -> bool | None:
    """Told of affiliate campaigns alone: all others track posts."""
    return campaigns.tracking if campaigns.type is CampaignType.AFFILIATE else None


def _condition(row: Transition, source: Source) -> str:
    cell = _make_cell(row, source)
    conditions = [*_CALL_CONDITIONS[row.action], *cell.conditions]
    if row.when is not None:
        conditions.insert(0, row.when)
    texts = [condition.text for condition in conditions] + [row.effect]
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
                    post_tracking=True if campaign_type is CampaignType.AFFILIATE else None,
                    from_status=joined,
                    to_status=joined,
                    from_post=source,
                    to_post=PostStatus(decision),
                    condition=condition,
                )
