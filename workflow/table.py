"""docs/rules.md as data: who may do what, from which status, in which campaigns, and what follows.

`TRANSITIONS` are the moves, and the refusals that have a code of their own; every other move is
refused as TRANSITION_NOT_ALLOWED. `REPEATS` are the commands that ask for the current state. The
answers of `workflow/decisions.py`, docs/workflow.md and the `workflow` query all follow from them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from workflow.enums import (
    Action,
    Availability,
    CampaignStatus,
    ErrorCode,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostDecision,
    PostStatus,
    PostWarning,
    Role,
    Rule,
    UnavailableReason,
)


@dataclass(slots=True, kw_only=True)
class Facts:
    """What a decision depends on, at one moment. Of accounts: own ⊇ relevant ⊇ qualifying.

    Treat it as frozen. It is not declared so because making one would take three times as long,
    and a bulk call makes a thousand.
    """

    campaign_status: CampaignStatus
    selection: bool = False
    """Whether applicants are approved."""
    post_tracking: bool = True
    """False only in affiliate campaigns: nobody selects an account there, but social media."""
    campaign_platforms: int = 0
    """Bit mask."""
    status: ParticipationStatus | None = None
    """None: no row."""
    origin: ParticipationOrigin | None = None
    """Who began the participation."""
    version: int = 0
    unavailable_reasons: tuple[UnavailableReason, ...] = ()
    """Why the campaign is not visible to the influencer (workflow/audience.py); (): it is."""
    override: Availability | None = None
    deadline_passed: bool = False
    own: frozenset[int] = frozenset()
    """Ids of the influencer's accounts, disconnected ones too."""
    relevant: frozenset[int] = frozenset()
    qualifying: frozenset[int] = frozenset()
    selected_account: int | None = None
    selected_connected: bool = True
    """Has no meaning without a selected account."""
    selected_platforms: int = 0
    """Bit mask."""
    connected_platforms: int = 0
    """Bit mask: of the selected ones, those on which the influencer has a connected account."""
    places_left: int | None = None
    """None: no limit."""
    codes_left: int | None = None
    """Of the pool; None: the campaign gives no codes."""
    has_code: bool = False
    """Whether the participation was given a code, which it keeps for ever."""
    has_live_post: bool = False
    """A post that is neither INEFFECTIVE nor WARNING for DELETED_POST."""
    has_valid_post: bool = False
    """A post that is SUBMITTED, EFFECTIVE or APPROVED: staff do not object to it."""
    has_undecided_post: bool = False
    """A post that is SUBMITTED, EFFECTIVE or WARNING: staff may still set it."""
    has_post_place: bool = True
    """Whether the participation may have one more post."""
    has_account_place: bool = True
    """Whether the influencer may connect one more account."""

    @property
    def needs_code(self) -> bool:
        """Return whether who takes a place is given a code."""
        return self.codes_left is not None and not self.has_code

    @property
    def is_hidden(self) -> bool:
        """Return whether the influencer must learn nothing of the campaign, not even its kind."""
        return bool(self.unavailable_reasons) and nobody_takes_part(self.status)

    @property
    def is_merely_closed(self) -> bool:
        """Return whether only the campaign's status hides it, which has a refusal of its own."""
        closed = (UnavailableReason.CAMPAIGN_NOT_OPEN,)
        return self.unavailable_reasons == closed and not self.campaign_status.is_running

    @property
    def selection_is_lost(self) -> bool:
        """Return whether the selected account has been disconnected."""
        return self.selected_account is not None and not self.selected_connected


class PostState(NamedTuple):
    """The status of a post, with its warning and reason."""

    status: PostStatus
    warning: PostWarning | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """What a decision on a post depends on."""

    campaign_status: CampaignStatus
    post_tracking: bool
    state: PostState
    url_is_taken: bool
    """Another live post of the campaign has its URL, which this one, not being live, has lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An action on one participation, with its input.

    The call as a whole (a missing reason, too many ids) has been checked before.
    """

    action: Action
    role: Role
    account: int | None = None
    """APPLY, SELECT_ACCOUNT."""
    qualifying_before: int = 0
    """CONNECT_ACCOUNT: how many accounts qualified before it. The facts are those after it."""
    platforms: int = 0
    """SELECT_SOCIAL_MEDIA: bit mask."""
    availability: Availability | None = None
    """SET_AVAILABILITY."""
    if_status: frozenset[ParticipationStatus] = frozenset()
    """Empty: not asked."""
    if_version: int | None = None
    url_platform: Platform | None = None
    """SUBMIT_POST, RECORD_POST."""
    url_is_own: bool = False
    """A live post of theirs in this campaign has this URL."""
    url_is_taken: bool = False
    """A live post of someone else has."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold, and the answer where it does not."""

    text: str
    """The condition in words."""
    holds: Callable[[Facts, Command], bool]
    refusal: ErrorCode = ErrorCode.TRANSITION_NOT_ALLOWED
    is_shown: bool = True
    """Whether the table shows it; not what is self-evident, or in the text of another."""


class Campaigns(NamedTuple):
    """The campaigns of a row; None: either.

    The type decides nothing; only AFFILIATE campaigns may leave posts untracked.
    """

    selection: bool | None = None
    tracking: bool | None = None


Source = ParticipationStatus | None
"""None: no participation, or one that is REMOVED."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: an action by these roles, from any of the sources, in these campaigns."""

    action: Action
    roles: tuple[Role, ...]
    sources: tuple[Source, ...]
    campaigns: Campaigns
    target: ParticipationStatus | None = None
    """None: the status stays as it is."""
    when: Condition | None = None
    """Chooses between rows for the same source: the first that holds is the one."""
    guards: tuple[Condition, ...] = ()
    selects: bool = False
    """Whether an account becomes selected: the given one, or the only one that qualifies."""
    effect: str = ""
    """What else it does, in words."""
    refusal: ErrorCode | None = None
    """Set: the move is refused with this code."""
    rule: Rule | None = None
    """The row's name; None if it refuses."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A command for the current state: nothing changes, and nothing is refused."""

    action: Action
    sources: tuple[Source, ...]
    when: Condition | None = None


WAITING = ParticipationStatus.WAITING
APPLIED = ParticipationStatus.APPLIED
REVIEWING = ParticipationStatus.REVIEWING
APPROVED = ParticipationStatus.APPROVED
REJECTED = ParticipationStatus.REJECTED
JOINED = ParticipationStatus.JOINED
REMOVED = ParticipationStatus.REMOVED

NOBODY = (None,)
EVERY_ROW = tuple(ParticipationStatus)
TAKES_PART = (APPLIED, REVIEWING, APPROVED, JOINED)
APPLICANT_STATUSES = (APPLIED, REVIEWING, APPROVED, REJECTED)
DECIDED = (APPROVED, REJECTED)
HOLDS_PLACE = frozenset((APPROVED, JOINED))

STAFF = (Role.STAFF,)
DECIDERS = (Role.STAFF, Role.ADVERTISER)
INFLUENCER = (Role.INFLUENCER,)
SERVICE = (Role.SERVICE,)
CONNECTING = (Role.INFLUENCER, Role.SYSTEM)

ANY = Campaigns()
SELECTION = Campaigns(selection=True)
OTHERS = Campaigns(selection=False)
TRACKED = Campaigns(tracking=True)
TRACKED_SELECTION = Campaigns(selection=True, tracking=True)
TRACKED_OTHERS = Campaigns(selection=False, tracking=True)
UNTRACKED = Campaigns(tracking=False)
UNTRACKED_SELECTION = Campaigns(selection=True, tracking=False)
UNTRACKED_OTHERS = Campaigns(selection=False, tracking=False)


# Conditions that choose between rows

EXACTLY_ONE = Condition("exactly 1 account qualifies", lambda f, _: len(f.qualifying) == 1)
NONE_OR_SEVERAL = Condition(
    "no account qualifies, or several do", lambda f, _: len(f.qualifying) != 1
)
FIRST_ONE = Condition(
    "0 accounts qualified before, exactly 1 newly connected does now",
    lambda f, c: c.qualifying_before == 0 and len(f.qualifying) == 1,
)
SELECTION_LOST = Condition("the selected account is disconnected", lambda f, _: f.selection_is_lost)
NO_LIVE_POST = Condition("no post is live", lambda f, _: not f.has_live_post)
FORCED_WITHOUT_LIVE_POST = Condition(
    "staff began it, and no post is live",
    lambda f, _: f.origin is ParticipationOrigin.FORCED and not f.has_live_post,
)
NOT_HIDING = Condition(
    "to `AVAILABLE` or null", lambda _, c: c.availability is not Availability.UNAVAILABLE
)


# Conditions of a call, which are checked first

ROW_EXISTS = Condition(
    "there is such a participation",
    lambda f, _: f.status is not None,
    ErrorCode.NOT_FOUND,
    is_shown=False,
)
OWN_ACCOUNT = Condition(
    "the account is one of their own",
    lambda f, c: c.account is None or c.account in f.own,
    ErrorCode.NOT_FOUND,
    is_shown=False,
)
NO_ACCOUNT_TO_NAME = Condition(
    "no account is given where none is selected",
    lambda f, c: c.account is None or f.post_tracking or f.is_hidden,
    ErrorCode.INVALID_INPUT,
    is_shown=False,
)
SEES_CAMPAIGN = Condition(
    "the campaign is visible to the influencer", lambda f, _: not f.is_hidden, ErrorCode.NOT_FOUND
)
NAMES_POST = Condition(
    "the URL is https and names a post on a known platform",
    lambda _, c: c.url_platform is not None,
    ErrorCode.INVALID_INPUT,
    is_shown=False,
)
ROOM_FOR_POST = Condition(
    "the participation has room for a post",
    lambda f, c: f.has_post_place or c.url_is_own,
    ErrorCode.TOO_MANY_ITEMS,
)

CALL_CONDITIONS: dict[Action, tuple[Condition, ...]] = {
    Action.APPLY: (NO_ACCOUNT_TO_NAME, SEES_CAMPAIGN, OWN_ACCOUNT),
    Action.SELECT_ACCOUNT: (ROW_EXISTS, OWN_ACCOUNT),
    Action.SELECT_SOCIAL_MEDIA: (ROW_EXISTS,),
    Action.SET_APPLIED: (ROW_EXISTS,),
    Action.SET_REVIEWING: (ROW_EXISTS,),
    Action.APPROVE: (ROW_EXISTS,),
    Action.REJECT: (ROW_EXISTS,),
    Action.REOPEN: (ROW_EXISTS,),
    Action.REMOVE: (ROW_EXISTS,),
    Action.WITHDRAW: (ROW_EXISTS,),
    Action.SUBMIT_POST: (NAMES_POST, ROOM_FOR_POST, ROW_EXISTS),
    Action.RECORD_POST: (NAMES_POST, ROOM_FOR_POST, ROW_EXISTS),
}


# Conditions that the caller may add, of every row, and of a row that takes a place

SAME_VERSION = Condition(
    "the version is still the one of `ifVersion`",
    lambda f, c: c.if_version is None or c.if_version == f.version,
    ErrorCode.STALE_VERSION,
    is_shown=False,
)
SAME_STATUS = Condition(
    "the status is still one of `ifStatus`",
    lambda f, c: not c.if_status or f.status in c.if_status,
    ErrorCode.STALE_STATUS,
    is_shown=False,
)
RUNNING = Condition(
    "the campaign is running", lambda f, _: f.campaign_status.is_running, ErrorCode.CAMPAIGN_CLOSED
)
PLACE_LEFT = Condition(
    "a place is left",
    lambda f, _: f.places_left is None or f.places_left > 0,
    ErrorCode.CAPACITY_REACHED,
)
CODE_LEFT = Condition(
    "a code is left, or none is needed",
    lambda f, _: f.codes_left != 0 or f.has_code,
    ErrorCode.CODES_EXHAUSTED,
)

STALE_CONDITIONS = (SAME_VERSION, SAME_STATUS)
GOES_THROUGH_ANYWHERE = frozenset((Action.ERASE,))
"""Actions for which the campaign need not be running: the erased leave closed ones too."""
NEVER_REFUSED = frozenset((Action.CONNECT_ACCOUNT, Action.ERASE))
"""Actions on accounts and people, which succeed even if they move no participation."""


# Conditions of single rows

VISIBLE = Condition(
    "the campaign is visible to the influencer",
    lambda f, _: not f.unavailable_reasons or f.is_merely_closed,
    ErrorCode.INFLUENCER_UNAVAILABLE,
)
BEFORE_DEADLINE = Condition(
    "it is before the application deadline",
    lambda f, _: not f.deadline_passed,
    ErrorCode.DEADLINE_PASSED,
)
ACCOUNT_OR_ONLY_ONE = Condition(
    "a qualifying account is given, or exactly 1 qualifies",
    lambda f, c: c.account is not None or len(f.qualifying) == 1,
    ErrorCode.ACCOUNT_REQUIRED,
)
ACCOUNT_GIVEN = Condition(
    "one of their own qualifying accounts is given",
    lambda _, c: c.account is not None,
    ErrorCode.ACCOUNT_REQUIRED,
)
ACCOUNT_RELEVANT = Condition(
    "the account is connected, and on one of the campaign's platforms",
    lambda f, c: c.account is None or c.account in f.relevant,
    ErrorCode.ACCOUNT_NOT_RELEVANT,
    is_shown=False,
)
ACCOUNT_QUALIFIES = Condition(
    "the account's followers are in the campaign's range",
    lambda f, c: c.account is None or c.account in f.qualifying,
    ErrorCode.ACCOUNT_NOT_QUALIFYING,
    is_shown=False,
)
PLATFORMS_RELEVANT = Condition(
    "at least one platform is given, all of them the campaign's",
    lambda f, c: c.platforms != 0 and not c.platforms & ~f.campaign_platforms,
    ErrorCode.PLATFORM_NOT_RELEVANT,
)
URL_RELEVANT = Condition(
    "an https URL on one of the campaign's platforms is given",
    lambda f, c: c.url_platform is not None and bool(c.url_platform.bit & f.campaign_platforms),
    ErrorCode.PLATFORM_NOT_RELEVANT,
)
URL_FREE = Condition(
    "no live post of someone else in this campaign has it",
    lambda _, c: not c.url_is_taken,
    ErrorCode.URL_IN_USE,
)
HAS_URL = Condition("a live post of theirs in this campaign has it", lambda _, c: c.url_is_own)

APPLYING = (BEFORE_DEADLINE, ACCOUNT_OR_ONLY_ONE, ACCOUNT_RELEVANT, ACCOUNT_QUALIFIES)
SELECTING = (ACCOUNT_GIVEN, ACCOUNT_RELEVANT, ACCOUNT_QUALIFIES)


NOTHING_SELECTED = "nothing is selected"
_mark_joined = partial(Transition, Action.MARK_JOINED, STAFF, NOBODY, guards=(VISIBLE,))
_apply = partial(Transition, Action.APPLY, INFLUENCER)
_apply_without_account = partial(
    _apply,
    NOBODY,
    guards=(BEFORE_DEADLINE,),
    effect=f"no account may be given, {NOTHING_SELECTED}",
)
_select = partial(Transition, Action.SELECT_ACCOUNT, INFLUENCER, guards=SELECTING, selects=True)
_connect = partial(
    Transition, Action.CONNECT_ACCOUNT, CONNECTING, (WAITING,), when=FIRST_ONE, selects=True
)
_remove = partial(Transition, Action.REMOVE, STAFF, effect="a reason is given")
_withdraw = partial(Transition, Action.WITHDRAW, INFLUENCER)
_post = partial(
    Transition,
    sources=(APPROVED, JOINED),
    campaigns=TRACKED,
    guards=(URL_RELEVANT, URL_FREE),
)
_set_availability = partial(
    Transition,
    Action.SET_AVAILABILITY,
    STAFF,
    campaigns=ANY,
    effect="only the override is stored, and nobody is moved on",
)


def _decide(
    action: Action,
    sources: tuple[ParticipationStatus, ...],
    target: ParticipationStatus,
    roles: tuple[Role, ...] = DECIDERS,
    effect: str = "",
) -> tuple[Transition, ...]:
    """Return the rows of a decision on applicants, and of its refusal in other campaigns."""
    not_here = ErrorCode.NOT_A_SELECTION_CAMPAIGN
    return (
        Transition(action, roles, sources, SELECTION, target, effect=effect, rule=Rule(action)),
        Transition(action, roles, EVERY_ROW, OTHERS, refusal=not_here),
    )


def _never_back(action: Action) -> Transition:
    irreversible = ErrorCode.TRANSITION_IRREVERSIBLE
    return Transition(action, DECIDERS, DECIDED, SELECTION, refusal=irreversible)


TRANSITIONS: tuple[Transition, ...] = (
    _mark_joined(
        TRACKED_SELECTION,
        APPROVED,
        when=EXACTLY_ONE,
        selects=True,
        rule=Rule.MARK_JOINED_TO_APPROVED,
    ),
    _mark_joined(
        TRACKED_OTHERS, JOINED, when=EXACTLY_ONE, selects=True, rule=Rule.MARK_JOINED_TO_JOINED
    ),
    _mark_joined(TRACKED, WAITING, when=NONE_OR_SEVERAL, rule=Rule.MARK_JOINED_TO_WAITING),
    _mark_joined(
        UNTRACKED_SELECTION,
        APPROVED,
        effect=NOTHING_SELECTED,
        rule=Rule.MARK_JOINED_UNTRACKED_TO_APPROVED,
    ),
    _mark_joined(
        UNTRACKED_OTHERS, JOINED, effect=NOTHING_SELECTED, rule=Rule.MARK_JOINED_UNTRACKED_TO_JOINED
    ),
    Transition(
        Action.MARK_JOINED,
        STAFF,
        (APPLIED, REVIEWING, REJECTED),
        ANY,
        refusal=ErrorCode.DECIDED_ON_APPLICANT_TAB,
    ),
    _apply(
        NOBODY,
        TRACKED_SELECTION,
        APPLIED,
        guards=APPLYING,
        selects=True,
        rule=Rule.APPLY_TO_APPLIED,
    ),
    _apply(
        NOBODY, TRACKED_OTHERS, JOINED, guards=APPLYING, selects=True, rule=Rule.APPLY_TO_JOINED
    ),
    _apply_without_account(UNTRACKED_SELECTION, APPLIED, rule=Rule.APPLY_UNTRACKED_TO_APPLIED),
    _apply_without_account(UNTRACKED_OTHERS, JOINED, rule=Rule.APPLY_UNTRACKED_TO_JOINED),
    _apply((WAITING,), ANY, guards=(BEFORE_DEADLINE,), refusal=ErrorCode.ACCOUNT_REQUIRED),
    _select((WAITING,), TRACKED_SELECTION, APPLIED, rule=Rule.SELECT_ACCOUNT_TO_APPLIED),
    _select((WAITING,), TRACKED_OTHERS, JOINED, rule=Rule.SELECT_ACCOUNT_TO_JOINED),
    _select(TAKES_PART, ANY, when=SELECTION_LOST, rule=Rule.SELECT_ACCOUNT_AGAIN),
    _connect(TRACKED_SELECTION, APPLIED, rule=Rule.CONNECT_ACCOUNT_TO_APPLIED),
    _connect(TRACKED_OTHERS, JOINED, rule=Rule.CONNECT_ACCOUNT_TO_JOINED),
    Transition(
        Action.SELECT_SOCIAL_MEDIA,
        (Role.STAFF, Role.INFLUENCER),
        (APPROVED, JOINED),
        UNTRACKED,
        guards=(PLATFORMS_RELEVANT,),
        effect="may be changed later",
        rule=Rule.SELECT_SOCIAL_MEDIA,
    ),
    *_decide(Action.SET_APPLIED, (REVIEWING,), APPLIED),
    _never_back(Action.SET_APPLIED),
    *_decide(Action.SET_REVIEWING, (APPLIED,), REVIEWING),
    _never_back(Action.SET_REVIEWING),
    *_decide(Action.APPROVE, (APPLIED, REVIEWING, REJECTED), APPROVED),
    *_decide(Action.REJECT, (APPLIED, REVIEWING, APPROVED), REJECTED),
    *_decide(
        Action.REOPEN, (REJECTED,), APPLIED, roles=STAFF, effect="a reason may be given; round + 1"
    ),
    _remove((WAITING,), ANY, REMOVED, rule=Rule.REMOVE_WAITING),
    _remove((JOINED,), ANY, REMOVED, when=NO_LIVE_POST, rule=Rule.REMOVE_JOINED),
    _remove((APPROVED,), ANY, REMOVED, when=FORCED_WITHOUT_LIVE_POST, rule=Rule.REMOVE_APPROVED),
    _withdraw((WAITING, APPLIED, REVIEWING), ANY, REMOVED, rule=Rule.WITHDRAW),
    _withdraw((JOINED,), ANY, REMOVED, when=NO_LIVE_POST, rule=Rule.WITHDRAW_JOINED),
    _set_availability(NOBODY, rule=Rule.SET_AVAILABILITY),
    _set_availability((WAITING,), when=NOT_HIDING, rule=Rule.SET_AVAILABILITY_WAITING),
    _post(Action.SUBMIT_POST, INFLUENCER, rule=Rule.SUBMIT_POST),
    _post(
        Action.RECORD_POST, SERVICE, effect="by participation or by account", rule=Rule.RECORD_POST
    ),
    Transition(
        Action.ERASE,
        (Role.SYSTEM,),
        (WAITING, APPLIED, REVIEWING),
        ANY,
        REMOVED,
        effect="the influencer is erased",
        rule=Rule.ERASE,
    ),
)


REPEATS: tuple[Repeat, ...] = (
    Repeat(Action.MARK_JOINED, (WAITING, APPROVED, JOINED)),
    Repeat(
        Action.APPLY,
        TAKES_PART,
        Condition(
            "no account is given, or the selected one while it is connected",
            lambda f, c: (
                c.account is None or (c.account == f.selected_account and f.selected_connected)
            ),
        ),
    ),
    Repeat(
        Action.SELECT_ACCOUNT,
        EVERY_ROW,
        Condition(
            "it is the selected one and connected",
            lambda f, c: (
                c.account is not None and c.account == f.selected_account and f.selected_connected
            ),
        ),
    ),
    Repeat(
        Action.SELECT_SOCIAL_MEDIA,
        (APPROVED, JOINED),
        Condition(
            "they are the selected ones",
            lambda f, c: not f.post_tracking and c.platforms == f.selected_platforms != 0,
        ),
    ),
    Repeat(Action.SET_APPLIED, (APPLIED,)),
    Repeat(Action.SET_REVIEWING, (REVIEWING,)),
    Repeat(Action.APPROVE, (APPROVED,)),
    Repeat(Action.REJECT, (REJECTED,)),
    Repeat(Action.REOPEN, (APPLIED,)),
    Repeat(Action.REMOVE, (REMOVED,)),
    Repeat(Action.WITHDRAW, (REMOVED,)),
    Repeat(
        Action.SET_AVAILABILITY,
        (None, *EVERY_ROW),
        Condition("it is the override already", lambda f, c: c.availability == f.override),
    ),
    Repeat(Action.SUBMIT_POST, EVERY_ROW, HAS_URL),
    Repeat(Action.RECORD_POST, EVERY_ROW, HAS_URL),
)


REFUSAL_ORDER = (
    ErrorCode.INVALID_INPUT,
    ErrorCode.TOO_MANY_ITEMS,
    ErrorCode.REASON_REQUIRED,
    ErrorCode.NOT_FOUND,
    ErrorCode.STALE_VERSION,
    ErrorCode.STALE_STATUS,
    ErrorCode.CAMPAIGN_CLOSED,
    ErrorCode.NOT_A_SELECTION_CAMPAIGN,
    ErrorCode.TRANSITION_IRREVERSIBLE,
    ErrorCode.DECIDED_ON_APPLICANT_TAB,
    ErrorCode.TRANSITION_NOT_ALLOWED,
    ErrorCode.DEADLINE_PASSED,
    ErrorCode.INFLUENCER_UNAVAILABLE,
    ErrorCode.ACCOUNT_REQUIRED,
    ErrorCode.ACCOUNT_NOT_RELEVANT,
    ErrorCode.ACCOUNT_NOT_QUALIFYING,
    ErrorCode.ACCOUNT_IN_USE,
    ErrorCode.PLATFORM_NOT_RELEVANT,
    ErrorCode.URL_IN_USE,
    ErrorCode.CAPACITY_REACHED,
    ErrorCode.CODES_EXHAUSTED,
)
"""Of several refusals that apply, the first one is the answer."""
REFUSAL_RANK = {code: rank for rank, code in enumerate(REFUSAL_ORDER)}


# Posts. Their status does not depend on their participation's, so they have rows of their own.

SUBMITTING = frozenset((Action.SUBMIT_POST, Action.RECORD_POST))
"""Actions that make a post, which is SUBMITTED."""
POST_ROLES = {Action.SET_POST_STATUS: STAFF, Action.RECORD_FINDING: SERVICE}
"""Who changes the status of posts, by action."""
POST_SOURCES = (PostStatus.SUBMITTED, PostStatus.EFFECTIVE, PostStatus.WARNING)
POST_FINAL = frozenset((PostStatus.APPROVED, PostStatus.INEFFECTIVE))
POST_CAMPAIGN_STATUSES = frozenset(
    (CampaignStatus.UPCOMING, CampaignStatus.ONGOING, CampaignStatus.COMPLETED)
)
POST_DECISIONS: dict[PostDecision, str] = {
    PostDecision.EFFECTIVE: "a reason may be given",
    PostDecision.WARNING: "a kind and a reason are given",
    PostDecision.APPROVED: "a reason may be given; final",
    PostDecision.INEFFECTIVE: "a reason is given; final",
}


def nobody_takes_part(status: ParticipationStatus | None) -> bool:
    """Return whether there is no participation, or one that is REMOVED."""
    return status in (None, REMOVED)


def is_live(status: str, warning: str | None) -> bool:
    """Return whether a post holds its address, and keeps its creator from leaving."""
    return status != PostStatus.INEFFECTIVE and warning != PostWarning.DELETED_POST


# A row, for one of its sources.


def in_order(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return the conditions in the order of refusals."""
    return tuple(sorted(conditions, key=lambda condition: REFUSAL_RANK[condition.refusal]))


def places(row: Transition, source: Source) -> int:
    """Return 1 for a move that takes a place of the campaign's capacity, -1 if it frees one."""
    if row.refusal is not None:
        return 0
    return ((row.target or source) in HOLDS_PLACE) - (source in HOLDS_PLACE)


def conditions(row: Transition, source: Source) -> tuple[Condition, ...]:
    """Return what must hold for the move, beside `when` and the conditions of the call."""
    every = row.guards
    if row.action not in GOES_THROUGH_ANYWHERE:
        every += (RUNNING,)
    if places(row, source) > 0:
        every += (PLACE_LEFT, CODE_LEFT)
    if row.refusal is not None:
        every += (never(row.refusal),)
    return in_order(every)


def never(refusal: ErrorCode) -> Condition:
    """Return a condition that never holds, to refuse unless an earlier one does."""
    return Condition("never", lambda _, __: False, refusal, is_shown=False)
