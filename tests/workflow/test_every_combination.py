"""Everything that can be asked, in every case that can come about, decided as docs/rules.md says.

Each test walks a whole product of cases (cases.py) and questions, and compares what the server's
table makes of each with what the oracle makes of it (oracle.py). Each says how many it must have
compared: a walk that goes nowhere fails. On the way each change is decided once more, from what its
receipt keeps (replay.py).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Any, NamedTuple, get_args

import orjson
import pytest

from tests.workflow import cases, oracle
from tests.workflow.cases import FOREIGN, ONE_FITS, SHAPES, cores, facts_of, mask, number
from tests.workflow.oracle import Account, Answer, Case, Role, Standing, Status, Url
from tests.workflow.replay import Kept, check_replay
from workflow.available_actions import available_actions, blockers, required_action
from workflow.decisions import (
    Decision,
    NotPermitted,
    PostDecisionResult,
    decide,
    decide_finding,
    decide_post,
    may,
    post_actions,
)
from workflow.enums import (
    Action,
    Availability,
    CampaignStatus,
    ErrorCode,
    Finding,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostDecision,
    PostStatus,
    PostWarning,
    Rule,
)
from workflow.enums import Role as ServersRole
from workflow.facts import post_state
from workflow.findings import Decided, Observation, state_after
from workflow.messages import message
from workflow.receipts import Receipt, StoredReceipt, make_post_receipt, make_receipt, read_receipt
from workflow.rows import WorkflowRow, workflow_rows
from workflow.screens import CANDIDATE_STATUS, applicant_status, job_section
from workflow.table import POST_ROLES, REFUSAL_RANK, Command, Facts, PostFacts

pytestmark = pytest.mark.slow

# Comparing ----------------------------------------------------------------------------------------


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
    """A case or a question in one line, without what is as it is by default."""
    if not isinstance(given, Case):
        return str(given)
    said = (
        f"{name}={value}"
        for name, value in given._asdict().items()
        if value != Case._field_defaults.get(name)
    )
    return f"Case({', '.join(said)})"


class Outcomes(NamedTuple):
    """An answer of either side, in the same words."""

    outcome: str
    code: str | None
    status: str | None
    selected: int | None
    round: int
    places: int
    takes_code: bool


def found_by_the_table(case: Case, now: Facts, ask: Command) -> Outcomes:
    made = decide(now, ask)
    if made.outcome is Outcome.CHANGED and ask.action is not Action.ERASE:
        replay(case, now, ask, made)
    selected = made.account
    if selected is None and not made.starts_round and case.selected is not None:
        selected = number(case.selected)
    started = (case.round if case.status else 1) + made.starts_round
    return Outcomes(
        made.outcome, made.error, made.target, selected, started, made.places, made.gives_code
    )


def replay(case: Case, now: Facts, ask: Command, made: Decision) -> None:
    """Fails unless what is kept of the change leads to it once more."""
    sets = ask.action is Action.SET_AVAILABILITY
    before = None if sets and case.status == "REMOVED" else now.status
    event = Kept(ask.action, ask.role, before, None if sets else made.target)
    campaign, accounts = cases.campaign_of(case), cases.accounts_of(case)
    check_replay(event, kept(make_receipt(campaign, accounts, now, ask, made)))


def kept(stored: StoredReceipt) -> Receipt:
    """The receipt, as it comes back from the database."""
    found = read_receipt(orjson.loads(orjson.dumps(stored)))
    assert found is not None
    return found


def expected_by_the_oracle(case: Case, answer: Answer) -> Outcomes:
    after = answer if answer.outcome == "CHANGED" else case
    selected = None if after.selected is None else number(after.selected)
    places = holds_place(after.status) - holds_place(case.status)
    started = after.round if after.status else 1
    return Outcomes(
        answer.outcome, answer.code, after.status, selected, started, places, answer.takes_code
    )


def holds_place(status: Status | None) -> bool:
    return status in ("APPROVED", "JOINED")


Asked = tuple[Command, Answer]


def walk(walked: Iterable[Case], ask: Callable[[Case], Iterable[Asked]], size: int) -> None:
    """Put every question in every case."""
    comparison = Comparison()
    for case in walked:
        now = facts_of(case)
        for command, answer in ask(case):
            found = found_by_the_table(case, now, command)
            comparison.check(found, expected_by_the_oracle(case, answer), case, command)
    comparison.conclude(size)


def command(action: str, role: Role, **given: Any) -> Command:
    return Command(action=Action(action), role=ServersRole(role), **given)


# Who ----------------------------------------------------------------------------------------------


def test_a_role_may_use_the_actions_that_the_rule_book_gives_it() -> None:
    comparison = Comparison()
    for action, role in product(Action, ServersRole):
        forbidden = oracle.is_forbidden(action.value, role.value)
        comparison.check(may(action, role), not forbidden, action, role)
        if forbidden:
            with pytest.raises(NotPermitted):
                decide(facts_of(Case()), Command(action=action, role=role))
    comparison.conclude(len(Action) * len(ServersRole))


# Action by action, with all that decides ----------------------------------------------------------


def test_mark_joined_with_and_without_sight_of_the_campaign() -> None:
    walk(
        cases.everybody(),
        lambda case: [(command("MARK_JOINED", "STAFF"), oracle.mark_joined(case))],
        32_652,
    )


def test_apply_with_every_account_before_and_after_the_deadline() -> None:
    def ask(case: Case) -> Iterator[Asked]:
        for account in (None, *case.accounts, FOREIGN):
            given = None if account is None else number(account)
            applying = command("APPLY", "INFLUENCER", account=given)
            yield applying, oracle.apply(case, account)

    walked = (
        case._replace(deadline_passed=late) for case in cases.everybody() for late in (False, True)
    )
    walk(walked, ask, 352_512)


def test_select_account_with_every_account() -> None:
    def ask(case: Case) -> Iterator[Asked]:
        if case.status is None:
            return
        for account in (*case.accounts, FOREIGN):
            selecting = command("SELECT_ACCOUNT", "INFLUENCER", account=number(account))
            yield selecting, oracle.select_account(case, account)

    walked = (case._replace(deadline_passed=True) for case in cases.everybody())
    walk(walked, ask, 128_784)


CONNECTED: tuple[tuple[Account, ...], ...] = (
    (cases.NEW,),
    (cases.small(cases.NEW),),
    (cases.LOST._replace(connected=True),),
    (cases.NEW._replace(platform="LINE"),),
    (cases.NEW, cases.small(cases.NEWER)),
    (cases.NEW, cases.NEWER),
)


def test_connect_account_moves_on_only_who_had_none_and_has_one() -> None:
    comparison = Comparison()
    for case in cases.everybody():
        before = len(oracle.qualifying(case))
        for connected in CONNECTED if case.status == "WAITING" else CONNECTED[:1]:
            names = [account.name for account in connected]
            kept = [account for account in case.accounts if account.name not in names]
            after = case._replace(accounts=(*kept, *connected))
            now = facts_of(after)
            answer = oracle.connect_account(case, connected)
            for role in ("INFLUENCER", "SYSTEM"):
                connecting = command("CONNECT_ACCOUNT", role, qualifying_before=before)
                found = found_by_the_table(after, now, connecting)
                expected = expected_by_the_oracle(after, answer)
                comparison.check(found, expected, case, connected, connecting)
    comparison.conclude(81_144)


def test_select_social_media_with_every_choice_of_platforms() -> None:
    choices = (("TIKTOK",), ("INSTAGRAM", "TIKTOK"), ("LINE",), ("TIKTOK", "LINE"))

    def ask(case: Case) -> Iterator[Asked]:
        for role, chosen in product(("STAFF", "INFLUENCER"), choices):
            selecting = command("SELECT_SOCIAL_MEDIA", role, platforms=mask(chosen))
            yield selecting, oracle.select_social_media(case, chosen)

    walk(with_platforms(cores()), ask, 91_584)


def with_platforms(walked: Iterable[Case]) -> Iterator[Case]:
    """Participations with every set of platforms that they may have selected."""
    sets: tuple[tuple[str, ...], ...] = ((), ("TIKTOK",), ("INSTAGRAM", "TIKTOK"))
    for case in walked:
        if case.status is not None:
            for platforms in ((),) if case.post_tracking else sets:
                yield case._replace(selected_platforms=platforms)


def participations(walked: Iterable[Case]) -> Iterator[Case]:
    return (case for case in cases.with_selection(walked) if case.status is not None)


def test_set_applicant_status_on_fresh_and_stale_screens() -> None:
    screens: tuple[tuple[Status, ...], ...] = (
        (), ("APPLIED",), ("REVIEWING", "APPROVED"), ("REJECTED", "WAITING"),
    )  # fmt: skip
    asked = tuple(product(oracle.DECISIONS.items(), ("STAFF", "ADVERTISER"), screens, (None, 4, 5)))

    def ask(case: Case) -> Iterator[Asked]:
        for (action, target), role, seen, version in asked:
            if_status = frozenset(map(ParticipationStatus, seen))
            deciding = command(action, role, if_status=if_status, if_version=version)
            answer = oracle.set_applicant_status(case, target, if_status=seen, if_version=version)
            yield deciding, answer

    walk(participations(cores([ONE_FITS])), ask, 262_656)


def test_remove_with_and_without_posts_on_fresh_and_stale_screens() -> None:
    screens: tuple[tuple[Status, ...], ...] = (
        (), ("WAITING",), ("JOINED", "APPLIED"), ("REMOVED",), ("APPROVED",),
    )  # fmt: skip

    def ask(case: Case) -> Iterator[Asked]:
        for seen in screens:
            if_status = frozenset(map(ParticipationStatus, seen))
            removing = command("REMOVE", "STAFF", if_status=if_status)
            yield removing, oracle.remove(case, if_status=seen)

    walk(cases.with_posts(participations(cores([ONE_FITS]))), ask, 104_400)


def test_reopen_withdraw_and_erase_with_and_without_posts() -> None:
    def ask(case: Case) -> Iterator[Asked]:
        yield command("REOPEN", "STAFF"), oracle.reopen(case)
        yield command("WITHDRAW", "INFLUENCER"), oracle.withdraw(case)
        yield command("ERASE", "SYSTEM"), oracle.erase(case)

    walk(cases.with_posts(participations(cores([ONE_FITS]))), ask, 62_640)


def test_set_availability_over_every_override() -> None:
    def ask(case: Case) -> Iterator[Asked]:
        for availability in (None, *get_args(oracle.Availability)):
            given = None if availability is None else Availability(availability)
            setting = command("SET_AVAILABILITY", "STAFF", availability=given)
            yield setting, oracle.set_availability(case, availability)

    walk(cases.everybody(), ask, 97_956)


@pytest.mark.parametrize(
    ("action", "role", "answer"),
    [
        ("SUBMIT_POST", "INFLUENCER", oracle.submit_post),
        ("RECORD_POST", "SERVICE", oracle.record_post),
    ],
)
def test_posts_of_every_kind_of_url(
    action: str, role: Role, answer: Callable[[Case, Url], Answer]
) -> None:
    def ask(case: Case) -> Iterator[Asked]:
        for platform in ("INSTAGRAM", "TIKTOK", "LINE", None):
            url = Url(platform, "old")
            submitting = command(
                action,
                role,
                url_platform=None if platform is None else Platform(platform),
                url_is_own=oracle.holds(case.posts, url),
                url_is_taken=oracle.holds(case.others_posts, url),
            )
            yield submitting, answer(case, url)

    theirs = ((), *((post,) for post in cases.ONE_POST))
    walked = (
        case._replace(others_posts=others, room_for_post=room)
        for case in cases.with_posts(participations(cores([ONE_FITS], SHAPES)))
        for others, room in product(theirs, (True, False))
        if not (others and oracle.holds(case.posts, others[0].url))
    )
    walk(walked, ask, 115_584)


# Posts --------------------------------------------------------------------------------------------

REASONS = (None, "old", "new")
WARNED = tuple(get_args(oracle.Warned))
UNWARNED: tuple[oracle.PostStatus, ...] = ("SUBMITTED", "EFFECTIVE", "APPROVED", "INEFFECTIVE")
STANDINGS = (
    *(Standing(status, None, reason) for status in UNWARNED for reason in REASONS[:2]),
    *(Standing("WARNING", kind, reason) for kind in WARNED for reason in REASONS[:2]),
)
WHOLE_DECISIONS = (
    *(Standing("WARNING", kind, reason) for kind in WARNED for reason in REASONS[1:]),
    *(Standing("INEFFECTIVE", None, reason) for reason in REASONS[1:]),
    *(Standing(status, None, reason) for status in ("EFFECTIVE", "APPROVED") for reason in REASONS),
)
"""Every decision that is whole: a kind for WARNING, a reason where one is due."""


def test_set_post_status_over_its_whole_product() -> None:
    comparison = Comparison()
    for post, held, status in product(
        (oracle.PostCase(standing=standing) for standing in STANDINGS),
        (False, True),
        get_args(oracle.Status),
    ):
        for campaign_status in get_args(oracle.CampaignStatus):
            case = post._replace(campaign_status=campaign_status, is_held_by_another=held)
            if held and oracle.is_live(oracle.shown(case.standing)):
                continue  # it holds the address itself
            now = post_facts(case, ParticipationStatus(status))
            for wanted in WHOLE_DECISIONS:
                answer = oracle.set_post_status(
                    case, wanted.status, warning=wanted.warning, reason=wanted.reason
                )
                expected = (answer.outcome, answer.code, *of(answer.post.standing))
                comparison.check(decided(now, wanted), expected, now, wanted)
    comparison.conclude(13_860)


MOMENTS = (-9.0, -1.0, 1.0)
"""Before, at and after what staff decided, where they decided."""
SEEN = tuple(
    oracle.Observation(finding, at, over)
    for finding, at, over in product(get_args(oracle.Finding), MOMENTS, (False, True))
)
DECIDED = (
    (Standing(), float("-inf")),
    (Standing("EFFECTIVE", None, "old"), -1.0),
    (Standing("WARNING", "DELETED_POST", "old"), -1.0),
    (Standing("WARNING", "AD_FRAUD", "old"), -1.0),
    (Standing("APPROVED"), -1.0),
    (Standing("INEFFECTIVE", None, "old"), -1.0),
)

CAMPAIGNS: tuple[oracle.CampaignStatus, ...] = ("ONGOING", "COMPLETED", "CANCELLED")


def found_posts() -> Iterator[oracle.PostCase]:
    """Posts of which something was decided and up to two things were found, one after the other."""
    for (decided, at), held, campaign_status in product(DECIDED, (False, True), CAMPAIGNS):
        for first, second in product((None, *SEEN), (None, *SEEN)):
            post = oracle.PostCase(decided=decided, decided_at=at, standing=decided)
            for seen in filter(None, (first, second)):
                post = oracle.record_finding(post, seen).post
            if held and oracle.is_live(oracle.shown(post.standing)):
                continue  # it holds the address itself
            yield post._replace(is_held_by_another=held, campaign_status=campaign_status)


def test_record_finding_over_its_whole_product() -> None:
    comparison = Comparison()
    for post in found_posts():
        now = post_facts(post, ParticipationStatus.JOINED)
        for seen in SEEN:
            answer = oracle.record_finding(post, seen)
            follows = state_after(decided_of(post), map(observed, {*post.observations, seen}))
            made = decide_finding(now, ServersRole.SERVICE, follows)
            replay_post(Action.RECORD_FINDING, ServersRole.SERVICE, now, made)
            found = (made.outcome, made.error, *made.state)
            expected = (answer.outcome, answer.code, *of(answer.post.standing))
            comparison.check(found, expected, post, seen)
    comparison.conclude(160_002)


def test_the_actions_on_a_post_are_those_of_which_something_can_come() -> None:
    comparison = Comparison()
    for post in found_posts():
        now = post_facts(post, ParticipationStatus.JOINED)
        if post.is_held_by_another and len({seen.finding for seen in post.observations}) > 1:
            continue  # to end two findings takes two calls
        for role in LOOKING:
            found = post_actions(now, ServersRole(role), decided_of(post).state)
            comparison.check(set(found), oracle.post_actions(post, role), post, role)
    comparison.conclude(29_724)


def decided_of(post: oracle.PostCase) -> Decided:
    state = post_state(*post.decided)
    return Decided(state, None if post.decided_at == float("-inf") else moment(post.decided_at))


def observed(seen: oracle.Observation) -> Observation:
    at = moment(seen.observed_at)
    return Observation(Finding(seen.finding), at, at, seen.over)


def moment(minutes: float) -> datetime:
    return cases.NOW + timedelta(minutes=minutes)


def of(standing: Standing) -> tuple[str, str | None, str | None]:
    return standing.status, standing.warning, standing.reason


def post_facts(case: oracle.PostCase, status: ParticipationStatus) -> PostFacts:
    return PostFacts(
        campaign_status=CampaignStatus(case.campaign_status),
        post_tracking=True,
        state=post_state(*case.standing),
        url_is_taken=case.is_held_by_another,
    )


def decided(now: PostFacts, wanted: Standing) -> tuple[str | None, ...]:
    warning = PostWarning(wanted.warning) if wanted.warning else None
    made = decide_post(now, ServersRole.STAFF, PostDecision(wanted.status), warning, wanted.reason)
    replay_post(Action.SET_POST_STATUS, ServersRole.STAFF, now, made)
    return made.outcome, made.error, *made.state


def replay_post(
    action: Action, role: ServersRole, now: PostFacts, made: PostDecisionResult
) -> None:
    """The same for the status of a post."""
    if made.outcome is Outcome.CHANGED:
        joined = Case(status="JOINED")
        campaign = cases.campaign_of(joined)._replace(status=now.campaign_status)
        facts = facts_of(joined)
        stored = make_post_receipt(campaign, (), facts, Rule(action), now, made.state)
        check_replay(Kept(action, role, facts.status, facts.status), kept(stored))


# What may be done, what stands in the way, what must be done --------------------------------------


def moods() -> Iterator[Case]:
    """Every core with every selection, and less of it with what else there is to see."""
    yield from cases.with_selection(cores())
    yield from with_platforms(cores([ONE_FITS]))
    yield from cases.with_posts(participations(cores([ONE_FITS], SHAPES)))
    for case in cases.with_selection(cores(cases.PEOPLE[::2], SHAPES)):
        for sight in cases.SIGHTS[1:]:
            yield case._replace(**sight)
        yield case._replace(deadline_passed=True)
        yield case._replace(room_for_account=False, room_for_post=False)


LOOKING: tuple[Role, ...] = ("STAFF", "ADVERTISER", "INFLUENCER", "SERVICE")


def test_an_action_is_available_when_some_input_makes_it_succeed() -> None:
    comparison = Comparison()
    for case in moods():
        now = facts_of(case)
        for role in LOOKING:
            found = set(available_actions(now, ServersRole(role)))
            comparison.check(found, oracle.available_actions(case, role), case, role)
    comparison.conclude(131_664)


def test_what_stands_in_a_creators_way_keeps_an_action_from_being_open() -> None:
    comparison = Comparison()
    for case in moods():
        found = list(blockers(facts_of(case), ServersRole.INFLUENCER))
        comparison.check(found, oracle.viewer_blockers(case), case)
    comparison.conclude(32_916)


def test_the_required_action_is_the_first_that_applies() -> None:
    comparison = Comparison()
    for case in moods():
        found, needed = required_action(facts_of(case)), oracle.required_action(case)
        shown = found and (found.type, found.platforms, found.accounts, list(found.blocked_by))
        expected = needed and (
            needed.type,
            mask(needed.platforms),
            tuple(sorted(number(account) for account in needed.accounts)),
            needed.blocked_by,
        )
        comparison.check(shown, expected, case)
        assert found is None or found.message.strip()
    comparison.conclude(32_916)


def test_every_refusal_is_explained_in_a_sentence() -> None:
    texts: dict[ErrorCode, set[str]] = {}
    for now, ask in refusals():
        code = decide(now, ask).error
        assert code is not None
        texts.setdefault(code, set()).add(message(code, now, ask))
    assert len(texts) == len(REFUSAL_RANK) - 2  # all but REASON_REQUIRED and ACCOUNT_IN_USE
    for code, told_as in texts.items():
        assert all(text[0].isupper() and text.endswith(".") for text in told_as), code


PLAIN = (
    *(Command(action=action, role=role) for action, role in product(Action, ServersRole)
      if may(action, role) and action not in POST_ROLES),
    command("SELECT_ACCOUNT", "INFLUENCER", account=1),
    command("SELECT_SOCIAL_MEDIA", "STAFF", platforms=mask(["TIKTOK"])),
    command("SELECT_SOCIAL_MEDIA", "INFLUENCER", platforms=mask(["TIKTOK"])),
    command("SET_AVAILABILITY", "STAFF", availability=Availability.AVAILABLE),
    command("SUBMIT_POST", "INFLUENCER", url_platform=Platform.TIKTOK),
    command("RECORD_POST", "SERVICE", url_platform=Platform.TIKTOK),
)  # fmt: skip
"""Every action with the most ordinary input."""


def refusals() -> Iterator[tuple[Facts, Command]]:
    """A refusal of every code, and more."""
    asked = (
        *PLAIN,
        command("APPLY", "INFLUENCER", account=3),
        command("APPLY", "INFLUENCER", account=2),
        command("APPROVE", "STAFF", if_version=4),
        command("REMOVE", "STAFF", if_status=frozenset({ParticipationStatus.JOINED})),
        command("SUBMIT_POST", "INFLUENCER", url_platform=Platform.LINE),
        command("SUBMIT_POST", "INFLUENCER", url_platform=Platform.TIKTOK, url_is_taken=True),
    )
    for now in map(facts_of, islice(moods(), None, None, 13)):
        for ask in asked:
            if decide(now, ask).outcome is Outcome.REFUSED:
                yield now, ask


def test_an_unavailable_influencer_is_told_with_the_reasons() -> None:
    case, ask = Case(accounts=ONE_FITS), command("MARK_JOINED", "STAFF")
    hiding: tuple[dict[str, Any], ...] = (
        {"override": "UNAVAILABLE"},
        {"country_fits": False},
        {"category_fits": False},
        {"accounts": cases.PEOPLE[1]},
        {"accounts": cases.PEOPLE[1], "country_fits": False},
    )
    texts: set[str] = set()
    for hidden in hiding:
        now = facts_of(case._replace(**hidden))
        assert decide(now, ask).error is ErrorCode.INFLUENCER_UNAVAILABLE
        texts.add(message(ErrorCode.INFLUENCER_UNAVAILABLE, now, ask))
    assert len(texts) == len(hiding)


def test_who_applies_while_waiting_is_told_what_is_missing() -> None:
    """Applying over again does not help: one account is to select, none is to connect."""
    ask = command("APPLY", "INFLUENCER")
    told_with: list[str] = []
    for accounts in (cases.PEOPLE[3], cases.PEOPLE[4], cases.PEOPLE[5]):
        now = facts_of(Case(status="WAITING", accounts=accounts))
        assert decide(now, ask).error is ErrorCode.ACCOUNT_REQUIRED
        told_with.append(message(ErrorCode.ACCOUNT_REQUIRED, now, ask))
    assert "Connect" in told_with[0]
    assert "select" in told_with[1]
    assert "Several" in told_with[2]


# What each screen shows ---------------------------------------------------------------------------


def test_the_select_tab_shows_every_status_as_the_rule_book_says() -> None:
    comparison = Comparison()
    for status, sight in product((None, *ParticipationStatus), cases.SIGHTS):
        case = Case(status=None if status is None else status.value, accounts=ONE_FITS, **sight)
        found = CANDIDATE_STATUS[status, oracle.is_visible(case)]
        comparison.check(found, oracle.candidate_status(case), case)
    comparison.conclude(8 * 6)


def test_the_applicant_tab_shows_applicants_of_selection_campaigns_alone() -> None:
    comparison = Comparison()
    for status, selection in product(ParticipationStatus, (True, False)):
        found = applicant_status(status, selection=selection)
        expected = oracle.applicant_status(Case(status=status.value, selection=selection))
        comparison.check(found, expected, status, selection)
    comparison.conclude(7 * 2)


def test_every_participation_that_was_not_removed_is_in_one_section_of_my_job() -> None:
    comparison = Comparison()
    for status, campaign, origin in product(
        ParticipationStatus, get_args(oracle.CampaignStatus), ParticipationOrigin
    ):
        found = job_section(status, CampaignStatus(campaign), origin)
        case = Case(campaign_status=campaign, status=status.value, origin=origin.value)
        comparison.check(found, oracle.job_section(case), case)
        assert (found is None) is (status is ParticipationStatus.REMOVED)
    comparison.conclude(7 * 5 * 2)


# The rows that the `workflow` query serves --------------------------------------------------------


class Move(NamedTuple):
    """One change, as a row tells it."""

    action: Action
    role: ServersRole
    type: str
    selection: bool
    tracking: bool
    source: str | None
    target: str | None


class PostMove(NamedTuple):
    """One change of a post."""

    action: Action
    selection: bool
    source: PostStatus
    target: PostStatus


def moves_that_happen() -> set[Move]:
    """All that `decide` lets happen to a participation that can be."""
    people = (cases.ALWAYS, ONE_FITS, cases.PEOPLE[5])
    found = set[Move]()
    for case in (*cases.with_selection(cores(people)), *with_platforms(cores(people[:1]))):
        now = facts_of(case)
        for ask in PLAIN:
            made = decide(now, ask)
            if made.outcome is Outcome.CHANGED:
                found.add(move(case, ask, made.target))
    return found


def move(case: Case, ask: Command, target: ParticipationStatus | None) -> Move:
    """Both no row and REMOVED are told as null before a change: nobody takes part."""
    source = None if case.status == "REMOVED" else case.status
    after = source if ask.action is Action.SET_AVAILABILITY else target
    return Move(ask.action, ask.role, case.type, case.selection, case.post_tracking, source, after)


def moves_told(rows: Iterable[WorkflowRow]) -> set[Move]:
    return {
        Move(row.action, role, type_, selection, tracking, row.from_status, row.to_status)
        for row in rows
        if row.action not in POST_ROLES
        for role in row.roles
        for type_, selection, tracking in campaigns_of(row)
    }


def campaigns_of(row: WorkflowRow) -> set[tuple[str, bool, bool]]:
    """Null is any: those of the 14 kinds that the row covers."""
    return {
        (type_, selection, tracking)
        for type_, _, selection, tracking in cases.KINDS
        if row.campaign_type in (None, type_)
        and row.selection in (None, selection)
        and row.post_tracking in (None, tracking)
    }


def test_the_rows_served_tell_every_change_that_happens_and_no_other() -> None:
    happening, told_of = moves_that_happen(), moves_told(workflow_rows())
    assert len(happening) > 50
    assert sorted(map(str, happening - told_of)) == [], "these happen and no row tells of them"
    assert sorted(map(str, told_of - happening)) == [], "these are told and never happen"


def test_the_rows_served_tell_every_change_of_a_post_and_no_other() -> None:
    posts = [post_facts(oracle.PostCase(standing=one), ParticipationStatus.JOINED)
             for one in STANDINGS]  # fmt: skip
    changed = {
        (Action.SET_POST_STATUS, post.state.status, PostStatus(wanted.status))
        for post, wanted in product(posts, WHOLE_DECISIONS)
        if decided(post, wanted)[0] is Outcome.CHANGED
    }
    found = {
        (Action.RECORD_FINDING, PostStatus(before), PostStatus(after))
        for before, after in changed_by_findings()
    }
    happening = {
        PostMove(action, selection, before, after)
        for selection, (action, before, after) in product((True, False), changed | found)
    }
    told_of = {
        PostMove(row.action, selection, row.from_post, row.to_post)
        for row in workflow_rows()
        if row.action in POST_ROLES and row.from_post and row.to_post
        for selection in ((True, False) if row.selection is None else (row.selection,))
    }
    assert len(happening) == 2 * (3 * 4 + 5)
    assert happening == told_of


def changed_by_findings() -> Iterator[tuple[str, str]]:
    for post, seen in product(found_posts(), SEEN):
        answer = oracle.record_finding(post, seen)
        if answer.outcome == "CHANGED":
            yield post.standing.status, answer.post.standing.status


def test_the_rows_of_some_campaigns_are_those_of_all_that_may_be_theirs() -> None:
    every = workflow_rows()
    assert workflow_rows(selection=True) == tuple(r for r in every if r.selection is not False)
    assert workflow_rows(selection=False) == tuple(r for r in every if r.selection is not True)
    assert all(row.condition.strip() and row.roles for row in every)
