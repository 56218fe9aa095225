"""Everything that can be asked, in every situation, decided as the rule book says.

Each test walks a whole product of situations and questions, and compares what the server's table
makes of each with what the oracle's prose makes of it (oracle.py). Each says how many it must have
compared: a walk that goes nowhere fails.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from itertools import islice, product
from typing import Any, NamedTuple

import pytest

from tests.workflow import oracle
from tests.workflow.oracle import APPLIED, APPROVED, JOINED, REJECTED, REMOVED, REVIEWING, WAITING
from workflow.available_actions import available_actions, blockers, required_action
from workflow.decisions import NotPermitted, decide, decide_post, may
from workflow.enums import (
    Action,
    Availability,
    CampaignStatus,
    CampaignType,
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
)
from workflow.messages import message
from workflow.rows import WorkflowRow, workflow_rows
from workflow.screens import CANDIDATE_STATUS, applicant_status, job_section
from workflow.table import Command, Facts, PostFacts

# The situations ---------------------------------------------------------------------------------

pytestmark = pytest.mark.slow
STATUSES = (None, *ParticipationStatus)
KINDS = tuple(product((True, False), (True, False)))  # with selection, with post tracking
ACCOUNTS = ((0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2))  # how many relevant, qualifying
PLACES = (None, 1, 0)
SELECTED = ("none", "first", "last", "disconnected")

# Accounts 1 and 2 are relevant, as far as there are so many, the first of them qualifying.
IRRELEVANT, DISCONNECTED, FOREIGN = 7, 9, 99
ACCOUNTS_ASKED_FOR = (1, 2, IRRELEVANT, DISCONNECTED, FOREIGN)

CAMPAIGN_PLATFORMS = mask_of((Platform.INSTAGRAM, Platform.TIKTOK))


class Core(NamedTuple):
    """What the whole product is taken of."""

    status: ParticipationStatus | None
    kind: tuple[bool, bool]
    accounts: tuple[int, int]
    campaign_status: CampaignStatus
    places_left: int | None


def cores(accounts: Iterable[tuple[int, int]] = ACCOUNTS) -> Iterator[Core]:
    """8 statuses x 4 kinds x accounts x 5 campaign statuses x 3 numbers of places."""
    return map(Core._make, product(STATUSES, KINDS, accounts, CampaignStatus, PLACES))


WHOLE = 8 * 4 * len(ACCOUNTS) * 5 * 3
NARROW = 8 * 4 * 1 * 5 * 3  # where accounts do not matter


def situation(core: Core, selected: str = "none", *, hidden: bool = False, **more: Any) -> Facts:
    relevant, qualifying = core.accounts
    account = {
        "none": None,
        "first": 1 if relevant else IRRELEVANT,
        "last": relevant or IRRELEVANT,
        "disconnected": DISCONNECTED,
    }[selected]
    return Facts(
        selection=core.kind[0],
        post_tracking=core.kind[1],
        campaign_status=core.campaign_status,
        campaign_platforms=CAMPAIGN_PLATFORMS,
        status=core.status,
        version=5,
        unavailable_reasons=reasons(core.campaign_status, hidden=hidden),
        own=frozenset({*range(1, relevant + 1), IRRELEVANT, DISCONNECTED}),
        relevant=frozenset(range(1, relevant + 1)),
        qualifying=frozenset(range(1, qualifying + 1)),
        selected_account=account,
        selected_connected=selected != "disconnected",
        places_left=core.places_left,
        **more,
    )


def reasons(campaign_status: CampaignStatus, *, hidden: bool) -> tuple[UnavailableReason, ...]:
    closed = () if campaign_status.is_running else (UnavailableReason.CAMPAIGN_NOT_OPEN,)
    return (*closed, *((UnavailableReason.COUNTRY,) if hidden else ()))


# Comparing ---------------------------------------------------------------------------------------


class Comparison:
    """Counts what was compared, and keeps what came out differently to tell it all at once."""

    def __init__(self) -> None:
        self.compared = 0
        self.mismatches: list[str] = []

    def check(self, found: object, expected: object, *inputs: object) -> None:
        self.compared += 1
        if found != expected:
            asked = "\n    ".join(told(given) for given in inputs)
            self.mismatches.append(f"{asked}\n    found    {found}\n    expected {expected}")

    def conclude(self, size: int) -> None:
        first = "\n\n  ".join(self.mismatches[:10])
        assert not self.mismatches, (
            f"{len(self.mismatches)} of {self.compared} differ:\n\n  {first}"
        )
        assert self.compared == size


def told(given: object) -> str:
    """A situation or a question in one line, without what is as it is by default."""
    if not isinstance(given, Facts | Command | PostFacts):
        return str(given)
    said = (
        f"{field.name}={getattr(given, field.name)}"
        for field in fields(given)
        if getattr(given, field.name) != field.default
    )
    return f"{type(given).__name__}({', '.join(said)})"


def decided(now: Facts, ask: Command) -> oracle.Answer | None:
    """What the server decides, in the oracle's words; None: the role may not."""
    try:
        made = decide(now, ask)
    except NotPermitted:
        return None
    return oracle.Answer(
        made.outcome, made.target, made.account, made.error, made.starts_round, made.places
    )


def compare(comparison: Comparison, now: Facts, ask: Command) -> None:
    expected = oracle.answer(now, ask) if oracle.may(ask.action, ask.role) else None
    comparison.check(decided(now, ask), expected, now, ask)


def walk(situations: Iterable[Facts], questions: Iterable[Command], size: int) -> None:
    """Put every question in every situation."""
    comparison = Comparison()
    asked = tuple(questions)
    for now in situations:
        for ask in asked:
            compare(comparison, now, ask)
    comparison.conclude(size)


# The whole product -------------------------------------------------------------------------------

DECIDED = tuple(action for action in Action if action is not Action.SET_POST_STATUS)


def plain(action: Action, role: Role) -> Command:
    """The action with the most ordinary input."""
    return Command(
        action=action,
        role=role,
        account=1 if action is Action.SELECT_ACCOUNT else None,
        platforms=Platform.TIKTOK.bit if action is Action.SELECT_SOCIAL_MEDIA else 0,
        availability=Availability.AVAILABLE if action is Action.SET_AVAILABILITY else None,
        url_platform=Platform.TIKTOK if action is Action.SUBMIT_POST else None,
    )


def test_every_role_gets_the_answer_of_the_rule_book_to_every_action_everywhere() -> None:
    situations = (situation(core) for core in cores())
    questions = (plain(action, role) for action, role in product(DECIDED, Role))
    walk(situations, questions, WHOLE * 15 * 4)


def test_a_role_may_use_the_actions_that_the_rule_book_gives_it() -> None:
    comparison = Comparison()
    for action, role in product(Action, Role):
        comparison.check(may(action, role), oracle.may(action, role), action, role)
    comparison.conclude(16 * 4)


# Action by action, with all that else decides ----------------------------------------------------


def test_mark_joined_with_and_without_sight_of_the_campaign() -> None:
    situations = (
        situation(core, selected, hidden=hidden, deadline_passed=hidden)
        for core, selected, hidden in product(cores(), ("none", "first"), (False, True))
    )
    walk(situations, [plain(Action.MARK_JOINED, Role.STAFF)], WHOLE * 2 * 2)


def test_apply_with_every_account_before_and_after_the_deadline() -> None:
    situations = (
        situation(core, selected, hidden=hidden, deadline_passed=late)
        for core, selected, (hidden, late) in product(
            cores(),
            ("none", "first", "disconnected"),
            ((False, False), (False, True), (True, True)),
        )
    )
    questions = (
        Command(action=Action.APPLY, role=Role.INFLUENCER, account=account)
        for account in (None, *ACCOUNTS_ASKED_FOR)
    )
    walk(situations, questions, WHOLE * 3 * 3 * 6)


def test_select_account_with_every_account() -> None:
    situations = (
        situation(core, selected, hidden=True, deadline_passed=True)
        for core, selected in product(cores(), SELECTED)
    )
    questions = (
        Command(action=Action.SELECT_ACCOUNT, role=Role.INFLUENCER, account=account)
        for account in ACCOUNTS_ASKED_FOR
    )
    walk(situations, questions, WHOLE * 4 * 5)


def test_connect_account_moves_on_only_who_had_none_and_has_one() -> None:
    situations = (
        situation(core, hidden=late, deadline_passed=late)
        for core, late in product(cores(), (False, True))
    )
    questions = (
        Command(action=Action.CONNECT_ACCOUNT, role=role, qualifying_before=before)
        for role, before in product((Role.INFLUENCER, Role.SYSTEM), (0, 1, 2))
    )
    walk(situations, questions, WHOLE * 2 * 6)


def test_select_social_media_with_every_choice_of_platforms() -> None:
    one, both = Platform.TIKTOK.bit, CAMPAIGN_PLATFORMS
    situations = (
        situation(core, selected_platforms=platforms)
        for core, platforms in product(cores(), (0, one, both))
    )
    choices = (one, both, Platform.LINE.bit, one | Platform.LINE.bit)
    questions = (
        Command(action=Action.SELECT_SOCIAL_MEDIA, role=role, platforms=platforms)
        for role, platforms in product((Role.STAFF, Role.INFLUENCER), choices)
    )
    walk(situations, questions, WHOLE * 3 * 2 * 4)


def test_set_applicant_status_on_fresh_and_stale_screens() -> None:
    situations = (
        situation(core, "first", has_live_post=posted, has_valid_post=posted)
        for core, posted in product(cores([(1, 1)]), (False, True))
    )
    questions = (
        Command(action=action, role=role, if_status=frozenset(statuses), if_version=version)
        for action, role, statuses, version in product(
            (Action.SET_APPLIED, Action.SET_REVIEWING, Action.APPROVE, Action.REJECT),
            (Role.STAFF, Role.ADVERTISER),
            ((), (APPLIED,), (REVIEWING, APPROVED), (REJECTED, WAITING)),
            (None, 4, 5),
        )
    )
    walk(situations, questions, NARROW * 2 * 4 * 2 * 4 * 3)


def test_remove_with_and_without_posts_on_fresh_and_stale_screens() -> None:
    questions = (
        Command(action=Action.REMOVE, role=Role.STAFF, if_status=frozenset(statuses))
        for statuses in ((), (WAITING,), (JOINED, APPLIED), (REMOVED,))
    )
    walk(with_posts(), questions, NARROW * 2 * 4 * 4)


def test_reopen_withdraw_and_erase_with_and_without_posts() -> None:
    questions = (
        plain(Action.REOPEN, Role.STAFF),
        plain(Action.WITHDRAW, Role.INFLUENCER),
        plain(Action.ERASE, Role.SYSTEM),
    )
    walk(with_posts(), questions, NARROW * 2 * 4 * 3)


def with_posts() -> Iterator[Facts]:
    """No live post, a post with a warning, an approved one, an effective one."""
    posts = ((False, False, False), (True, False, True), (True, True, False), (True, True, True))
    for core, selected, (live, standing, undecided) in product(
        cores([(1, 1)]), ("first", "disconnected"), posts
    ):
        yield situation(
            core,
            selected,
            has_live_post=live,
            has_valid_post=standing,
            has_undecided_post=undecided,
        )


def test_set_availability_over_every_override() -> None:
    overrides = (None, *Availability)
    situations = (
        situation(core, hidden=hidden, override=override)
        for core, hidden, override in product(cores(), (False, True), overrides)
    )
    questions = (
        Command(action=Action.SET_AVAILABILITY, role=Role.STAFF, availability=availability)
        for availability in overrides
    )
    walk(situations, questions, WHOLE * 2 * 3 * 3)


def test_submit_post_of_every_kind_of_url() -> None:
    situations = (
        replace(now, has_post_place=place) for now, place in product(with_posts(), (True, False))
    )
    urls = ((False, False), (True, False), (False, True))  # new, their own, someone else's
    questions = (
        Command(
            action=Action.SUBMIT_POST,
            role=Role.INFLUENCER,
            url_platform=platform,
            url_is_own=own,
            url_is_taken=taken,
        )
        for platform, (own, taken) in product(
            (Platform.INSTAGRAM, Platform.TIKTOK, Platform.LINE), urls
        )
    )
    walk(situations, questions, NARROW * 2 * 4 * 2 * 9)


# Posts -------------------------------------------------------------------------------------------


def test_set_post_status_over_its_whole_product() -> None:
    comparison = Comparison()
    asked = tuple(product(Role, decisions()))
    for post in posts():
        for role, (decision, warning, reason) in asked:
            expected = None
            if role is Role.STAFF:
                expected = oracle.post_answer(post, decision, warning, reason)
            found = post_decided(post, role, decision, warning, reason)
            comparison.check(found, expected, post, role, (decision, warning, reason))
    comparison.conclude(2 * 5 * 7 * 18 * 4 * 18)


def posts() -> Iterator[PostFacts]:
    """Every post that can be, in every campaign and participation."""
    unwarned = product(set(PostStatus) - {PostStatus.WARNING}, (None,), (None, "old"))
    warned = product((PostStatus.WARNING,), PostWarning, (None, "old"))
    states = (*unwarned, *warned)
    for tracking, campaign_status, participation, (status, warning, reason) in product(
        (True, False), CampaignStatus, ParticipationStatus, states
    ):
        yield PostFacts(
            post_tracking=tracking,
            campaign_status=campaign_status,
            participation_status=participation,
            status=status,
            warning=warning,
            reason=reason,
        )


def decisions() -> Iterator[tuple[PostDecision, PostWarning | None, str | None]]:
    """Every decision that is whole: a kind for WARNING, a reason where one is due."""
    yield from product((PostDecision.WARNING,), PostWarning, ("old", "new"))
    yield from product((PostDecision.INEFFECTIVE,), (None,), ("old", "new"))
    yield from product(
        (PostDecision.EFFECTIVE, PostDecision.APPROVED), (None,), (None, "old", "new")
    )


def post_decided(
    post: PostFacts,
    role: Role,
    decision: PostDecision,
    warning: PostWarning | None,
    reason: str | None,
) -> oracle.PostAnswer | None:
    try:
        made = decide_post(post, role, decision, warning, reason)
    except NotPermitted:
        return None
    return oracle.PostAnswer(made.outcome, made.target, made.warning, made.reason, made.error)


# What may be done, what stands in the way, what must be done -------------------------------------


def moods() -> Iterator[Facts]:
    """The whole product as it is on an ordinary day, and less of it with what else decides."""
    yield from map(situation, cores())
    for core in cores([(0, 0), (2, 1)]):
        yield situation(core, hidden=True, deadline_passed=True)
        yield situation(core, "first", override=Availability.AVAILABLE, deadline_passed=True)
        yield situation(core, "disconnected", selected_platforms=CAMPAIGN_PLATFORMS)
    for core, selected in product(cores([(0, 0), (2, 0), (2, 1)]), ("none", "disconnected")):
        yield situation(core, selected, has_account_place=False)
    yield from with_posts()


MOODS = WHOLE + NARROW * 2 * 3 + NARROW * 3 * 2 + NARROW * 2 * 4
# Of these the rule book lets come about: 15 of the 32 pairs of status and kind where no account is
# selected, 13 where one is.
POSSIBLE = 15 * (6 + 2 + 3) * 15 + 13 * (2 + 2 + 3 + 2 * 4) * 15


def test_an_action_is_available_when_some_input_makes_it_succeed() -> None:
    comparison = Comparison()
    for now, role in product(moods(), Role):
        found, expected = available_actions(now, role), oracle.possible_actions(now, role)
        comparison.check(found, expected, now, role)
    comparison.conclude(MOODS * 4)


def test_what_stands_in_a_creators_way_keeps_an_action_from_being_open() -> None:
    comparison = Comparison()
    for now in filter(oracle.can_be, moods()):
        expected = sorted(oracle.obstacles(now), key=list(ErrorCode).index)
        comparison.check(blockers(now, Role.INFLUENCER), tuple(expected), now)
    comparison.conclude(POSSIBLE)


def test_the_required_action_is_the_first_that_applies() -> None:
    comparison = Comparison()
    situations = tuple(filter(oracle.can_be, moods()))
    for now in situations:
        found = required_action(now)
        told_as = oracle.Need(found.type, found.accounts, found.blocked_by) if found else None
        comparison.check(told_as, oracle.need(now), now)
    comparison.conclude(POSSIBLE)


def test_a_required_action_says_what_to_do_and_which_platforms_will_do() -> None:
    compared = 0
    for found in filter(None, map(required_action, moods())):
        compared += 1
        assert found.message.strip()
        if found.type is not RequiredActionType.SELECT_ACCOUNT:
            assert found.platforms == CAMPAIGN_PLATFORMS
    assert compared > 1000


def test_every_refusal_is_explained_in_a_sentence() -> None:
    texts: dict[ErrorCode, set[str]] = {}
    for now, ask in refusals():
        code = decide(now, ask).error
        assert code is not None
        texts.setdefault(code, set()).add(message(code, now, ask))
    assert len(texts) == 17
    for code, told_as in texts.items():
        assert all(text[0].isupper() and text.endswith(".") for text in told_as), code


def refusals() -> Iterator[tuple[Facts, Command]]:
    """A refusal of every code, and more."""
    asked = [
        *(plain(action, role) for action, role in product(DECIDED, Role) if may(action, role)),
        Command(action=Action.APPLY, role=Role.INFLUENCER, account=IRRELEVANT),
        Command(action=Action.APPLY, role=Role.INFLUENCER, account=2),
        Command(action=Action.APPROVE, role=Role.STAFF, if_version=4),
        Command(action=Action.REMOVE, role=Role.STAFF, if_status=frozenset({JOINED})),
        Command(action=Action.SUBMIT_POST, role=Role.INFLUENCER, url_platform=Platform.LINE),
        Command(
            action=Action.SUBMIT_POST,
            role=Role.INFLUENCER,
            url_platform=Platform.TIKTOK,
            url_is_taken=True,
        ),
    ]
    for now, ask in product(islice(moods(), None, None, 7), asked):
        if oracle.answer(now, ask).outcome is Outcome.REFUSED:
            yield now, ask


def test_an_unavailable_influencer_is_told_with_the_reasons() -> None:
    core = Core(None, (False, True), (1, 1), CampaignStatus.ONGOING, None)
    ask = plain(Action.MARK_JOINED, Role.STAFF)
    hiding = (
        (UnavailableReason.HIDDEN_BY_STAFF,),
        (UnavailableReason.COUNTRY,),
        (UnavailableReason.CATEGORY,),
        (UnavailableReason.FOLLOWERS,),
        (UnavailableReason.COUNTRY, UnavailableReason.FOLLOWERS),
    )
    texts: set[str] = set()
    for reasons_now in hiding:
        now = replace(situation(core), unavailable_reasons=reasons_now)
        assert decide(now, ask).error is ErrorCode.INFLUENCER_UNAVAILABLE
        texts.add(message(ErrorCode.INFLUENCER_UNAVAILABLE, now, ask))
    assert len(texts) == len(hiding)


def test_who_applies_while_waiting_is_told_what_is_missing() -> None:
    """Applying over again does not help: one account is to select, none is to connect."""
    ask = plain(Action.APPLY, Role.INFLUENCER)
    kind, running = (False, True), CampaignStatus.ONGOING
    told_with = {}
    for qualifying in (0, 1, 2):
        now = situation(Core(WAITING, kind, (2, qualifying), running, None))
        assert decide(now, ask).error is ErrorCode.ACCOUNT_REQUIRED
        told_with[qualifying] = message(ErrorCode.ACCOUNT_REQUIRED, now, ask)
    assert "Connect" in told_with[0]
    assert "select" in told_with[1]
    assert "Several" in told_with[2]


# What each screen shows --------------------------------------------------------------------------


def test_the_select_tab_shows_every_status_as_the_rule_book_says() -> None:
    comparison = Comparison()
    for status, visible in product(STATUSES, (True, False)):
        found, expected = CANDIDATE_STATUS[status, visible], oracle.on_select_tab(status, visible)
        comparison.check(found, expected, status, visible)
    comparison.conclude(8 * 2)


def test_the_applicant_tab_shows_applicants_of_selection_campaigns_alone() -> None:
    comparison = Comparison()
    for status, selection in product(ParticipationStatus, (True, False)):
        found = applicant_status(status, selection=selection)
        expected = oracle.on_applicant_tab(status, selection)
        comparison.check(found, expected, status, selection)
    comparison.conclude(7 * 2)


def test_every_participation_that_was_not_removed_is_in_one_section_of_my_job() -> None:
    comparison = Comparison()
    for status, campaign, origin in product(
        ParticipationStatus, CampaignStatus, ParticipationOrigin
    ):
        section: JobSection | None = job_section(status, campaign, origin)
        found = [section] if section else []
        comparison.check(found, oracle.job_sections(status, campaign, origin), status, campaign)
        assert len(found) == (0 if status is REMOVED else 1)
    comparison.conclude(7 * 5 * 2)


# The rows that the `workflow` query serves -------------------------------------------------------


class Move(NamedTuple):
    """One change, as a row tells it."""

    action: Action
    role: Role
    selection: bool
    post_tracking: bool
    source: ParticipationStatus | None
    target: ParticipationStatus | None


class PostMove(NamedTuple):
    """One change of a post."""

    source: PostStatus
    target: PostStatus


def moves_that_happen() -> set[Move]:
    """All that `decide` lets happen to a participation that can be."""
    return {
        move(now, ask, made.target)
        for now in filter(oracle.can_be, moods())
        for ask in QUESTIONS
        if (made := decide(now, ask)).outcome is Outcome.CHANGED
    }


QUESTIONS = (
    *(plain(action, role) for action, role in product(DECIDED, Role) if oracle.may(action, role)),
    Command(action=Action.SET_AVAILABILITY, role=Role.STAFF),
)


def move(now: Facts, ask: Command, target: ParticipationStatus | None) -> Move:
    """Both no row and REMOVED are told as null before a change: nobody takes part."""
    source = None if now.status is REMOVED else now.status
    if ask.action is Action.SET_AVAILABILITY:
        target = source
    return Move(ask.action, ask.role, now.selection, now.post_tracking, source, target)


def moves_told(rows: Iterable[WorkflowRow]) -> set[Move]:
    return {
        Move(row.action, role, selection, tracking, row.from_status, row.to_status)
        for row in rows
        if row.action is not Action.SET_POST_STATUS
        for role in row.roles
        for selection in either(row.selection)
        for tracking in either(row.post_tracking)
    }


def either(switch: bool | None) -> tuple[bool, ...]:
    """The values for which a row stands: both where it says null."""
    return (True, False) if switch is None else (switch,)


def test_the_rows_served_tell_every_change_that_happens_and_no_other() -> None:
    happening, told_of = moves_that_happen(), moves_told(workflow_rows())
    assert len(happening) > 50
    assert sorted(map(str, happening - told_of)) == [], "these happen and no row tells of them"
    assert sorted(map(str, told_of - happening)) == [], "these are told and never happen"


def test_the_rows_served_tell_every_change_of_a_post_and_no_other() -> None:
    happening = {
        PostMove(post.status, made.target)
        for post, (decision, warning, reason) in product(posts(), tuple(decisions()))
        for made in (decide_post(post, Role.STAFF, decision, warning, reason),)
        if made.outcome is Outcome.CHANGED
    }
    told_of = {
        PostMove(row.from_post, row.to_post)
        for row in workflow_rows()
        if row.action is Action.SET_POST_STATUS and row.from_post and row.to_post
    }
    assert len(happening) == 3 * 4
    assert sorted(map(str, happening - told_of)) == [], "these happen and no row tells of them"
    assert sorted(map(str, told_of - happening)) == [], "these are told and never happen"


def test_the_rows_of_some_campaigns_are_those_of_all_that_hold_there() -> None:
    for campaign_type, selection in product((None, *CampaignType), (None, True, False)):
        holding = [
            row
            for row in workflow_rows()
            if campaign_type is None or row.campaign_type in (None, campaign_type)
            if selection is None or row.selection in (None, selection)
        ]
        assert list(workflow_rows(campaign_type, selection=selection)) == holding
    assert all(row.condition.strip() and row.roles for row in workflow_rows())


def test_only_affiliate_campaigns_have_rows_without_post_tracking() -> None:
    for row in workflow_rows():
        untracked = CampaignType.AFFILIATE if row.post_tracking is False else None
        assert row.campaign_type is untracked
