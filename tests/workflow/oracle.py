"""The rules of docs/workflow.md again, one mutation at a time, to check the table by.

The server decides from a table of transitions. Here is no table: each mutation is a story, the
refusals in the order that docs/workflow.md gives, then what comes of it. The two share nothing but
the words for what is asked and what is so, so that a mistake in one is not copied into the other.

The role is judged first of all, by `may`. What is wrong with a call as a whole is judged before any
of these stories begins, but for what only the campaign can tell.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

from workflow.enums import (
    Action,
    ApplicantStatus,
    Availability,
    CampaignStatus,
    CandidateStatus,
    ErrorCode,
    JobSection,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostDecision,
    PostStatus,
    PostWarning,
    RequiredActionType,
    Role,
    UnavailableReason,
    mask_of,
    platforms_of,
)
from workflow.table import Command, Facts, PostFacts

WAITING = ParticipationStatus.WAITING
APPLIED = ParticipationStatus.APPLIED
REVIEWING = ParticipationStatus.REVIEWING
APPROVED = ParticipationStatus.APPROVED
REJECTED = ParticipationStatus.REJECTED
JOINED = ParticipationStatus.JOINED
REMOVED = ParticipationStatus.REMOVED


class Answer(NamedTuple):
    """What must come of it, in the words of `workflow.decisions.Decision`."""

    outcome: Outcome
    target: ParticipationStatus | None
    account: int | None = None
    error: ErrorCode | None = None
    starts_round: bool = False
    places: int = 0


class SettledError(Exception):
    """The story ended before its last line: refused, or so already."""

    def __init__(self, outcome: Outcome, error: ErrorCode | None = None) -> None:
        self.outcome = outcome
        self.error = error


def refuse(error: ErrorCode, *, when: bool) -> None:
    if when:
        raise SettledError(Outcome.REFUSED, error)


def unchanged(*, when: bool) -> None:
    if when:
        raise SettledError(Outcome.UNCHANGED)


def may(action: Action, role: Role) -> bool:
    """Who may ever do it; erasing is the system's own."""
    if action is Action.ERASE:
        return role is Role.SYSTEM
    if action is Action.CONNECT_ACCOUNT:
        return role in (Role.INFLUENCER, Role.SYSTEM)
    if action is Action.SELECT_SOCIAL_MEDIA:
        return role in (Role.INFLUENCER, Role.STAFF)
    if action in (Action.SET_APPLIED, Action.SET_REVIEWING, Action.APPROVE, Action.REJECT):
        return role in (Role.STAFF, Role.ADVERTISER)
    of_creators = (Action.APPLY, Action.SELECT_ACCOUNT, Action.WITHDRAW, Action.SUBMIT_POST)
    return role is (Role.INFLUENCER if action in of_creators else Role.STAFF)


def answer(now: Facts, ask: Command) -> Answer:
    """What the rule book says to a call that the role may make."""
    try:
        return STORIES[ask.action](now, ask)
    except SettledError as settled:
        return Answer(settled.outcome, now.status, error=settled.error)


# The stories -----------------------------------------------------------------------------------


def mark_joined(now: Facts, ask: Command) -> Answer:
    unchanged(when=now.status in (WAITING, APPROVED, JOINED))
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.DECIDED_ON_APPLICANT_TAB, when=now.status in (APPLIED, REVIEWING, REJECTED))
    refuse(ErrorCode.INFLUENCER_UNAVAILABLE, when=is_hidden(now))
    if needs_no_account(now):
        return enter(now, APPROVED if is_selection(now) else JOINED)
    if len(now.qualifying) != 1:
        return enter(now, WAITING)
    (only,) = now.qualifying
    return enter(now, APPROVED if is_selection(now) else JOINED, account=only)


def apply(now: Facts, ask: Command) -> Answer:
    # To someone who may not see the campaign it does not exist: not even its type is told.
    refuse(ErrorCode.NOT_FOUND, when=is_hidden(now) and takes_no_part(now))
    refuse(ErrorCode.INVALID_INPUT, when=needs_no_account(now) and ask.account is not None)
    refuse(ErrorCode.NOT_FOUND, when=is_someone_elses(now, ask.account))
    is_in = now.status in (APPLIED, REVIEWING, APPROVED, JOINED)
    unchanged(when=is_in and (ask.account is None or is_selected_already(now, ask.account)))
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=is_in or now.status is REJECTED)
    refuse(ErrorCode.DEADLINE_PASSED, when=now.deadline_passed)
    refuse(ErrorCode.ACCOUNT_REQUIRED, when=now.status is WAITING)
    if needs_no_account(now):
        return enter(now, APPLIED if is_selection(now) else JOINED)
    account = ask.account
    if account is None:
        refuse(ErrorCode.ACCOUNT_REQUIRED, when=len(now.qualifying) != 1)
        (account,) = now.qualifying
    refuse_unfit_account(now, account)
    return enter(now, APPLIED if is_selection(now) else JOINED, account=account)


def select_account(now: Facts, ask: Command) -> Answer:
    assert ask.account is not None, "selectAccount always names one"
    refuse(ErrorCode.NOT_FOUND, when=now.status is None or is_someone_elses(now, ask.account))
    unchanged(when=is_selected_already(now, ask.account))
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    if now.status is WAITING:
        refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=needs_no_account(now))
        refuse_unfit_account(now, ask.account)
        return enter(now, APPLIED if is_selection(now) else JOINED, account=ask.account)
    may_replace = now.status in (APPLIED, REVIEWING, APPROVED, JOINED) and has_lost_account(now)
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=not may_replace)
    refuse_unfit_account(now, ask.account)
    return Answer(Outcome.CHANGED, now.status, account=ask.account)


def connect_account(now: Facts, ask: Command) -> Answer:
    """Connecting itself never fails; this is what it does to one participation, if anything."""
    became_the_first = ask.qualifying_before == 0 and len(now.qualifying) == 1
    moves = now.status is WAITING and became_the_first and not needs_no_account(now)
    unchanged(when=is_closed(now) or not moves)
    (only,) = now.qualifying
    if is_selection(now):
        return Answer(Outcome.CHANGED, APPLIED, account=only)
    unchanged(when=now.places_left == 0)
    return Answer(Outcome.CHANGED, JOINED, account=only, places=1)


def select_social_media(now: Facts, ask: Command) -> Answer:
    refuse(ErrorCode.NOT_FOUND, when=now.status is None)
    has_media = needs_no_account(now) and now.status in (APPROVED, JOINED)
    unchanged(when=has_media and ask.platforms == now.selected_platforms)
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=not has_media)
    foreign = set(platforms_of(ask.platforms)) - set(platforms_of(now.campaign_platforms))
    refuse(ErrorCode.PLATFORM_NOT_RELEVANT, when=bool(foreign))
    return Answer(Outcome.CHANGED, now.status)


def set_applicant_status(now: Facts, ask: Command) -> Answer:
    wanted = {
        Action.SET_APPLIED: APPLIED,
        Action.SET_REVIEWING: REVIEWING,
        Action.APPROVE: APPROVED,
        Action.REJECT: REJECTED,
    }[ask.action]
    refuse(ErrorCode.NOT_FOUND, when=now.status is None)
    unchanged(when=now.status is wanted)
    refuse_stale(now, ask)
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.NOT_A_SELECTION_CAMPAIGN, when=not is_selection(now))
    is_decided = now.status in (APPROVED, REJECTED)
    refuse(
        ErrorCode.TRANSITION_IRREVERSIBLE,
        when=is_decided and wanted in (APPLIED, REVIEWING),
    )
    is_open = now.status in (APPLIED, REVIEWING)
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=not is_decided and not is_open)
    return enter(now, wanted)


def reopen(now: Facts, ask: Command) -> Answer:
    refuse(ErrorCode.NOT_FOUND, when=now.status is None)
    unchanged(when=now.status is APPLIED)
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.NOT_A_SELECTION_CAMPAIGN, when=not is_selection(now))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=now.status is not REJECTED)
    # A new round empties the selection unless it is made again; an applicant keeps theirs.
    return Answer(Outcome.CHANGED, APPLIED, account=now.selected_account, starts_round=True)


def remove(now: Facts, ask: Command) -> Answer:
    refuse(ErrorCode.NOT_FOUND, when=now.status is None)
    unchanged(when=now.status is REMOVED)
    refuse_stale(now, ask)
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=now.status not in (WAITING, JOINED))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=now.status is JOINED and now.has_live_post)
    return leave(now)


def withdraw(now: Facts, ask: Command) -> Answer:
    refuse(ErrorCode.NOT_FOUND, when=now.status is None)
    unchanged(when=now.status is REMOVED)
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=now.status in (APPROVED, REJECTED))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=now.status is JOINED and now.has_live_post)
    return leave(now)


def set_availability(now: Facts, ask: Command) -> Answer:
    unchanged(when=ask.availability == now.override)
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=not takes_no_part(now))
    return Answer(Outcome.CHANGED, now.status)


def submit_post(now: Facts, ask: Command) -> Answer:
    # A limit, which their own URL over again does not touch.
    refuse(ErrorCode.TOO_MANY_ITEMS, when=not now.has_post_place and not ask.url_is_own)
    refuse(ErrorCode.NOT_FOUND, when=now.status is None)
    unchanged(when=ask.url_is_own)
    refuse(ErrorCode.CAMPAIGN_CLOSED, when=is_closed(now))
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=not now.post_tracking)
    refuse(ErrorCode.TRANSITION_NOT_ALLOWED, when=now.status not in (APPROVED, JOINED))
    accepted = platforms_of(now.campaign_platforms)
    refuse(ErrorCode.PLATFORM_NOT_RELEVANT, when=ask.url_platform not in accepted)
    refuse(ErrorCode.URL_IN_USE, when=ask.url_is_taken)
    return Answer(Outcome.CHANGED, now.status)


def erase(now: Facts, ask: Command) -> Answer:
    """Whoever has not been decided on goes, whatever became of the campaign; others stay."""
    unchanged(when=now.status not in (WAITING, APPLIED, REVIEWING))
    return Answer(Outcome.CHANGED, REMOVED)


STORIES: dict[Action, Callable[[Facts, Command], Answer]] = {
    Action.MARK_JOINED: mark_joined,
    Action.APPLY: apply,
    Action.SELECT_ACCOUNT: select_account,
    Action.CONNECT_ACCOUNT: connect_account,
    Action.SELECT_SOCIAL_MEDIA: select_social_media,
    Action.SET_APPLIED: set_applicant_status,
    Action.SET_REVIEWING: set_applicant_status,
    Action.APPROVE: set_applicant_status,
    Action.REJECT: set_applicant_status,
    Action.REOPEN: reopen,
    Action.REMOVE: remove,
    Action.WITHDRAW: withdraw,
    Action.SET_AVAILABILITY: set_availability,
    Action.SUBMIT_POST: submit_post,
    Action.ERASE: erase,
}


# What the stories say often ---------------------------------------------------------------------


def is_selection(now: Facts) -> bool:
    return now.selection


def needs_no_account(now: Facts) -> bool:
    return not now.post_tracking


def is_closed(now: Facts) -> bool:
    return now.campaign_status not in (CampaignStatus.UPCOMING, CampaignStatus.ONGOING)


def is_hidden(now: Facts) -> bool:
    return now.unavailable_reasons != ()


def takes_no_part(now: Facts) -> bool:
    return now.status is None or now.status is REMOVED


def is_someone_elses(now: Facts, account: int | None) -> bool:
    return account is not None and account not in now.own


def is_selected_already(now: Facts, account: int) -> bool:
    return now.selected_account == account and now.selected_connected


def has_lost_account(now: Facts) -> bool:
    return now.selected_account is not None and not now.selected_connected


def refuse_unfit_account(now: Facts, account: int) -> None:
    refuse(ErrorCode.ACCOUNT_NOT_RELEVANT, when=account not in now.relevant)
    refuse(ErrorCode.ACCOUNT_NOT_QUALIFYING, when=account not in now.qualifying)


def refuse_stale(now: Facts, ask: Command) -> None:
    is_old = ask.if_version is not None and ask.if_version != now.version
    refuse(ErrorCode.STALE_VERSION, when=is_old)
    has_moved = len(ask.if_status) > 0 and now.status not in ask.if_status
    refuse(ErrorCode.STALE_STATUS, when=has_moved)


def enter(now: Facts, goal: ParticipationStatus, account: int | None = None) -> Answer:
    """The last line of most stories: nobody enters a full campaign."""
    held = 1 if now.status in (APPROVED, JOINED) else 0
    needed = 1 if goal in (APPROVED, JOINED) else 0
    refuse(ErrorCode.CAPACITY_REACHED, when=needed > held and now.places_left == 0)
    return Answer(
        Outcome.CHANGED,
        goal,
        account=account,
        starts_round=now.status is REMOVED,
        places=needed - held,
    )


def leave(now: Facts) -> Answer:
    gives_back = now.status in (APPROVED, JOINED)
    return Answer(Outcome.CHANGED, REMOVED, places=-1 if gives_back else 0)


# Posts ------------------------------------------------------------------------------------------


class PostAnswer(NamedTuple):
    """What must come of a decision on a post, in the words of `PostDecisionResult`."""

    outcome: Outcome
    target: PostStatus
    warning: PostWarning | None
    reason: str | None
    error: ErrorCode | None = None


def post_answer(
    post: PostFacts, decision: PostDecision, warning: PostWarning | None, reason: str | None
) -> PostAnswer:
    """What staff get who set a post's status, with a kind and a reason where they are due."""
    goal = PostStatus(decision.value)
    asked = (goal, warning, reason)

    def stays(outcome: Outcome, error: ErrorCode | None = None) -> PostAnswer:
        return PostAnswer(outcome, post.status, post.warning, post.reason, error)

    if asked == (post.status, post.warning, post.reason):
        return stays(Outcome.UNCHANGED)
    if post.campaign_status in (CampaignStatus.DRAFT, CampaignStatus.CANCELLED):
        return stays(Outcome.REFUSED, ErrorCode.CAMPAIGN_CLOSED)
    if post.status in (PostStatus.APPROVED, PostStatus.INEFFECTIVE):
        return stays(Outcome.REFUSED, ErrorCode.TRANSITION_IRREVERSIBLE)
    if not post.post_tracking:
        return stays(Outcome.REFUSED, ErrorCode.TRANSITION_NOT_ALLOWED)
    return PostAnswer(Outcome.CHANGED, goal, warning, reason)


# What may be done, and what stands in the way -----------------------------------------------------


def possible_actions(now: Facts, role: Role) -> tuple[Action, ...]:
    """Every action that some input makes succeed: found by trying the inputs."""
    return tuple(
        action for action in Action if may(action, role) and is_possible(now, role, action)
    )


def is_possible(now: Facts, role: Role, action: Action) -> bool:
    if action is Action.SET_POST_STATUS:
        is_off = now.campaign_status in (CampaignStatus.DRAFT, CampaignStatus.CANCELLED)
        has_post = now.status is not None and now.has_undecided_post
        return has_post and now.post_tracking and not is_off
    if action is Action.CONNECT_ACCOUNT:
        if not now.has_account_place:
            return False
        if now.status in (APPLIED, REVIEWING, APPROVED, JOINED):
            return has_lost_account(now) and not now.qualifying and not is_closed(now)
        before = Command(action=action, role=role, qualifying_before=len(now.qualifying))
        return answer(with_new_account(now), before).outcome is Outcome.CHANGED
    asked = questions(role, action, now.own, now.campaign_platforms)
    return any(answer(now, ask).outcome is Outcome.CHANGED for ask in asked)


@cache
def questions(
    role: Role, action: Action, own: frozenset[int], platforms: int
) -> tuple[Command, ...]:
    """Inputs that between them reach all that the action can come to."""
    said: list[dict[str, Any]] = [{}]
    if action is Action.APPLY:
        said += [{"account": account} for account in own]
    if action is Action.SELECT_ACCOUNT:
        said = [{"account": account} for account in own]
    if action is Action.SELECT_SOCIAL_MEDIA:
        said = [{"platforms": mask} for mask in choices(platforms_of(platforms))]
    if action is Action.SET_AVAILABILITY:
        said += [{"availability": availability} for availability in Availability]
    if action is Action.SUBMIT_POST:
        said = [{"url_platform": platform} for platform in Platform]
    return tuple(Command(action=action, role=role, **given) for given in said)


def choices(platforms: tuple[Platform, ...]) -> list[int]:
    """Every set of at least one of these platforms, as it is stored."""
    return [
        mask_of(chosen)
        for size in range(1, len(platforms) + 1)
        for chosen in combinations(platforms, size)
    ]


NEW_ACCOUNT = 4242


def with_new_account(now: Facts) -> Facts:
    """As it would be with one more account that qualifies."""
    return replace(
        now,
        own=now.own | {NEW_ACCOUNT},
        relevant=now.relevant | {NEW_ACCOUNT},
        qualifying=now.qualifying | {NEW_ACCOUNT},
    )


class Need(NamedTuple):
    """What the creator must do next."""

    type: RequiredActionType
    accounts: tuple[int, ...] = ()
    blocked_by: tuple[ErrorCode, ...] = ()


def need(now: Facts) -> Need | None:
    """Section 5, the required action: the first that applies, in a running campaign."""
    if is_closed(now):
        return None
    is_in = now.status in (APPLIED, REVIEWING, APPROVED, JOINED)
    if now.status is WAITING or (is_in and has_lost_account(now)):
        joins_by_it = now.status is WAITING and not is_selection(now)
        blocked = (ErrorCode.CAPACITY_REACHED,) if joins_by_it and now.places_left == 0 else ()
        if now.qualifying:
            fitting = tuple(sorted(now.qualifying))
            return Need(RequiredActionType.SELECT_ACCOUNT, fitting, blocked)
        no_room = () if now.has_account_place else (ErrorCode.TOO_MANY_ITEMS,)
        return Need(RequiredActionType.CONNECT_ACCOUNT, (), (*no_room, *blocked))
    is_joined = now.status in (APPROVED, JOINED)
    if is_joined and needs_no_account(now) and not now.selected_platforms:
        return Need(RequiredActionType.SELECT_SOCIAL_MEDIA)
    takes_posts = now.status in (APPROVED, JOINED) and now.post_tracking
    if takes_posts and not now.has_valid_post:
        return Need(RequiredActionType.SUBMIT_POST)
    return None


# What each screen shows ---------------------------------------------------------------------------


def on_select_tab(status: ParticipationStatus | None, visible: bool) -> CandidateStatus:
    if status is None or status is REMOVED:
        return CandidateStatus.AVAILABLE if visible else CandidateStatus.UNAVAILABLE
    if status is REVIEWING:
        return CandidateStatus.APPLIED
    if status is APPROVED:
        return CandidateStatus.JOINED
    return CandidateStatus(status.value)


def on_applicant_tab(status: ParticipationStatus | None, selection: bool) -> ApplicantStatus | None:
    if not selection or status is None:
        return None
    return None if status in (WAITING, JOINED, REMOVED) else ApplicantStatus(status.value)


def job_sections(
    status: ParticipationStatus, campaign: CampaignStatus, origin: ParticipationOrigin
) -> list[JobSection]:
    """Every section whose own description fits; the rule book promises exactly one."""
    if status is REMOVED:
        return []
    running = campaign in (CampaignStatus.UPCOMING, CampaignStatus.ONGOING)
    undecided = status in (APPLIED, REVIEWING)
    forced = origin is ParticipationOrigin.FORCED
    sections: list[JobSection] = []
    if running and (status in (WAITING, APPROVED, JOINED) or (undecided and forced)):
        sections.append(JobSection.IN_PROGRESS)
    if running and undecided and not forced:
        sections.append(JobSection.APPLIED)
    if campaign is CampaignStatus.COMPLETED and status in (APPROVED, JOINED):
        sections.append(JobSection.COMPLETED)
    return sections or [JobSection.CLOSED]


def can_be(now: Facts) -> bool:
    """Whether the rule book lets such a participation come about."""
    if now.status is WAITING:
        return not needs_no_account(now) and now.selected_account is None
    if now.status in (APPLIED, REVIEWING, APPROVED, REJECTED):
        return is_selection(now) and (now.selected_account is None) == needs_no_account(now)
    if now.status is JOINED:
        return not is_selection(now) and (now.selected_account is None) == needs_no_account(now)
    return True


def obstacles(now: Facts) -> set[ErrorCode]:
    """What stands in the way of a creator's actions that would otherwise be open.

    Found by lifting it: a code stands in the way of an action when the action is impossible,
    lifting everything that can stand in the way makes it possible, and lifting everything but this
    does not. Nothing would be open in a campaign that is to them as if it did not exist.
    """
    if is_hidden(now) and takes_no_part(now):
        return set()
    standing: set[ErrorCode] = set()
    for action in Action:
        if may(action, Role.INFLUENCER) and not is_possible(now, Role.INFLUENCER, action):
            standing |= standing_before(now, action)
    return standing


def standing_before(now: Facts, action: Action) -> set[ErrorCode]:
    lifts = set(LIFTS)
    if action is Action.CONNECT_ACCOUNT:
        lifts.remove(ErrorCode.ACCOUNT_REQUIRED)  # it is what brings the account
    if not is_possible(lifted(now, *lifts), Role.INFLUENCER, action):
        return set()
    return {
        code
        for code in lifts
        if not is_possible(lifted(now, *(lifts - {code})), Role.INFLUENCER, action)
    }


def lifted(now: Facts, *codes: ErrorCode) -> Facts:
    for code in codes:
        now = LIFTS[code](now)
    return now


def in_a_running_campaign(now: Facts) -> Facts:
    others = tuple(
        reason
        for reason in now.unavailable_reasons
        if reason is not UnavailableReason.CAMPAIGN_NOT_OPEN
    )
    return replace(now, campaign_status=CampaignStatus.ONGOING, unavailable_reasons=others)


def with_an_account(now: Facts) -> Facts:
    return now if now.qualifying else with_new_account(now)


LIFTS: dict[ErrorCode, Callable[[Facts], Facts]] = {
    ErrorCode.CAMPAIGN_CLOSED: in_a_running_campaign,
    ErrorCode.DEADLINE_PASSED: lambda now: replace(now, deadline_passed=False),
    ErrorCode.ACCOUNT_REQUIRED: with_an_account,
    ErrorCode.CAPACITY_REACHED: lambda now: replace(now, places_left=None),
    ErrorCode.TOO_MANY_ITEMS: lambda now: replace(now, has_account_place=True),
}
