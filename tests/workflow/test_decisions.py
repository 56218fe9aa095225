"""The rules that people ask about, one by one. The whole product: test_workflow_product.py."""

from dataclasses import replace

import pytest

from workflow.available_actions import available_actions, blockers, required_action
from workflow.decisions import Decision, NotPermitted, decide, decide_post
from workflow.enums import (
    Action,
    CampaignStatus,
    ErrorCode,
    Outcome,
    ParticipationStatus,
    Platform,
    PostDecision,
    PostStatus,
    PostWarning,
    RequiredActionType,
    Role,
    Rule,
    UnavailableReason,
    mask_of,
)
from workflow.messages import message
from workflow.rows import workflow_rows
from workflow.table import (
    POST_ROLES,
    REFUSAL_RANK,
    TRANSITIONS,
    Command,
    Facts,
    PostFacts,
    PostState,
    conditions,
)

ONE, TWO = frozenset({1}), frozenset({1, 2})

OPEN = Facts(
    campaign_status=CampaignStatus.ONGOING,
    campaign_platforms=mask_of((Platform.INSTAGRAM, Platform.TIKTOK)),
)
SELECTION = replace(OPEN, selection=True)
UNTRACKED = replace(OPEN, post_tracking=False)

MARK_JOINED = Command(action=Action.MARK_JOINED, role=Role.STAFF)
APPLY = Command(action=Action.APPLY, role=Role.INFLUENCER)
WITHDRAW = Command(action=Action.WITHDRAW, role=Role.INFLUENCER)
APPROVE = Command(action=Action.APPROVE, role=Role.ADVERTISER)
REJECT = Command(action=Action.REJECT, role=Role.ADVERTISER)


def with_accounts(facts: Facts, accounts: frozenset[int]) -> Facts:
    return replace(facts, own=accounts, relevant=accounts, qualifying=accounts)


def applicant(status: ParticipationStatus, **more: int) -> Facts:
    facts = replace(with_accounts(SELECTION, ONE), status=status, selected_account=1)
    return replace(facts, **more)


def joined(**more: int) -> Facts:
    facts = replace(with_accounts(OPEN, ONE), selected_account=1)
    return replace(facts, status=ParticipationStatus.JOINED, **more)


def test_a_forced_join_with_one_qualifying_account_takes_it_and_a_place() -> None:
    assert decide(with_accounts(OPEN, ONE), MARK_JOINED) == Decision(
        outcome=Outcome.CHANGED,
        target=ParticipationStatus.JOINED,
        account=1,
        places=1,
        rule=Rule.MARK_JOINED_TO_JOINED,
    )
    assert decide(with_accounts(SELECTION, ONE), MARK_JOINED) == Decision(
        outcome=Outcome.CHANGED,
        target=ParticipationStatus.APPROVED,
        account=1,
        places=1,
        rule=Rule.MARK_JOINED_TO_APPROVED,
    )


@pytest.mark.parametrize("accounts", [frozenset[int](), TWO])
def test_a_forced_join_waits_for_the_account_and_takes_no_place_yet(
    accounts: frozenset[int],
) -> None:
    full = replace(with_accounts(OPEN, accounts), places_left=0)
    assert decide(full, MARK_JOINED) == Decision(
        outcome=Outcome.CHANGED,
        target=ParticipationStatus.WAITING,
        rule=Rule.MARK_JOINED_TO_WAITING,
    )


def test_a_forced_selection_applicant_is_approved_as_usual() -> None:
    """Available → Waiting → Applied → Joined."""
    facts = with_accounts(SELECTION, TWO)
    waiting = replace(facts, status=decide(facts, MARK_JOINED).target)
    chosen = decide(waiting, Command(action=Action.SELECT_ACCOUNT, role=Role.INFLUENCER, account=2))
    assert (chosen.target, chosen.account, chosen.places) == (ParticipationStatus.APPLIED, 2, 0)
    approved = decide(replace(waiting, status=chosen.target, selected_account=2), APPROVE)
    assert (approved.target, approved.places) == (ParticipationStatus.APPROVED, 1)


def test_staff_cannot_join_someone_who_does_not_see_the_campaign_and_are_told_why() -> None:
    hidden = replace(OPEN, unavailable_reasons=(UnavailableReason.COUNTRY,))
    assert decide(hidden, MARK_JOINED).error is ErrorCode.INFLUENCER_UNAVAILABLE
    assert "country" in message(ErrorCode.INFLUENCER_UNAVAILABLE, hidden, MARK_JOINED)


def test_a_hidden_campaign_does_not_exist_for_an_applicant_not_even_its_type() -> None:
    hidden = replace(UNTRACKED, unavailable_reasons=(UnavailableReason.COUNTRY,), own=ONE)
    for command in (APPLY, replace(APPLY, account=1), replace(APPLY, account=99)):
        assert decide(hidden, command).error is ErrorCode.NOT_FOUND
    assert blockers(hidden, Role.INFLUENCER) == ()


def test_whoever_was_removed_starts_a_new_round() -> None:
    removed = replace(with_accounts(OPEN, ONE), status=ParticipationStatus.REMOVED)
    assert decide(removed, APPLY).starts_round
    assert not decide(replace(removed, status=None), APPLY).starts_round


def test_reopening_starts_a_round_and_keeps_the_account() -> None:
    reopen = Command(action=Action.REOPEN, role=Role.STAFF)
    assert decide(applicant(ParticipationStatus.REJECTED), reopen) == Decision(
        outcome=Outcome.CHANGED,
        target=ParticipationStatus.APPLIED,
        account=1,
        starts_round=True,
        rule=Rule.REOPEN,
    )


@pytest.mark.parametrize("action", [Action.SET_APPLIED, Action.SET_REVIEWING])
@pytest.mark.parametrize("status", [ParticipationStatus.APPROVED, ParticipationStatus.REJECTED])
def test_a_decision_does_not_go_back_under_review(
    status: ParticipationStatus, action: Action
) -> None:
    command = Command(action=action, role=Role.STAFF)
    assert decide(applicant(status), command).error is ErrorCode.TRANSITION_IRREVERSIBLE


def test_approving_and_rejecting_switch_freely_while_there_is_a_place() -> None:
    rejected = applicant(ParticipationStatus.REJECTED, places_left=1)
    assert decide(rejected, APPROVE).places == 1
    full = replace(rejected, places_left=0)
    assert decide(full, APPROVE).error is ErrorCode.CAPACITY_REACHED
    approved = applicant(ParticipationStatus.APPROVED, places_left=0)
    assert decide(approved, REJECT).places == -1


def test_a_repeat_is_unchanged_even_on_a_stale_screen_and_in_a_closed_campaign() -> None:
    closed = replace(
        applicant(ParticipationStatus.APPROVED, version=7),
        campaign_status=CampaignStatus.COMPLETED,
    )
    assert decide(closed, replace(APPROVE, if_version=3)).outcome is Outcome.UNCHANGED
    assert decide(closed, replace(REJECT, if_version=3)).error is ErrorCode.STALE_VERSION
    assert decide(closed, REJECT).error is ErrorCode.CAMPAIGN_CLOSED


def test_nobody_leaves_with_a_live_post() -> None:
    posted = replace(joined(), has_live_post=True)
    assert decide(posted, WITHDRAW).error is ErrorCode.TRANSITION_NOT_ALLOWED
    assert Action.WITHDRAW not in available_actions(posted, Role.INFLUENCER)
    assert decide(joined(), WITHDRAW).places == -1


def test_connecting_an_account_at_full_capacity_leaves_it_waiting() -> None:
    connected = replace(with_accounts(OPEN, ONE), status=ParticipationStatus.WAITING, places_left=0)
    connect = Command(action=Action.CONNECT_ACCOUNT, role=Role.INFLUENCER, qualifying_before=0)
    assert decide(connected, connect) == Decision(
        outcome=Outcome.UNCHANGED, target=ParticipationStatus.WAITING
    )
    need = required_action(connected)
    assert need is not None
    assert need.type is RequiredActionType.SELECT_ACCOUNT
    assert need.blocked_by == (ErrorCode.CAPACITY_REACHED,)


def test_an_account_is_to_be_connected_where_there_is_room_for_one() -> None:
    waiting = replace(OPEN, status=ParticipationStatus.WAITING)
    lost = replace(joined(), qualifying=frozenset(), selected_connected=False)
    for facts in (waiting, lost):
        assert Action.CONNECT_ACCOUNT in available_actions(facts, Role.INFLUENCER)
        full = replace(facts, has_account_place=False)
        assert Action.CONNECT_ACCOUNT not in available_actions(full, Role.INFLUENCER)
        assert ErrorCode.TOO_MANY_ITEMS in blockers(full, Role.INFLUENCER)
        need = required_action(full)
        assert need is not None
        assert need.type is RequiredActionType.CONNECT_ACCOUNT
        assert need.blocked_by == (ErrorCode.TOO_MANY_ITEMS,)


def test_a_disconnected_selection_is_replaced_without_moving_anyone() -> None:
    lost = replace(joined(places_left=0), own=TWO, relevant=frozenset({2}))
    lost = replace(lost, qualifying=frozenset({2}), selected_connected=False)
    select = Command(action=Action.SELECT_ACCOUNT, role=Role.INFLUENCER, account=2)
    assert decide(lost, select) == Decision(
        outcome=Outcome.CHANGED,
        target=ParticipationStatus.JOINED,
        account=2,
        rule=Rule.SELECT_ACCOUNT_AGAIN,
    )
    again = replace(select, account=1)
    assert decide(lost, again).error is ErrorCode.ACCOUNT_NOT_RELEVANT


def test_apply_is_available_with_several_accounts_and_blocked_with_none() -> None:
    assert Action.APPLY in available_actions(with_accounts(OPEN, TWO), Role.INFLUENCER)
    assert available_actions(OPEN, Role.INFLUENCER) == ()
    assert blockers(OPEN, Role.INFLUENCER) == (ErrorCode.ACCOUNT_REQUIRED,)


def test_all_that_stands_in_the_way_is_told() -> None:
    facts = replace(OPEN, deadline_passed=True, places_left=0)
    assert blockers(facts, Role.INFLUENCER) == (
        ErrorCode.DEADLINE_PASSED,
        ErrorCode.ACCOUNT_REQUIRED,
        ErrorCode.CAPACITY_REACHED,
    )


def test_the_only_platform_that_is_selected_leaves_nothing_to_select() -> None:
    one = Platform.INSTAGRAM.bit
    facts = replace(UNTRACKED, status=ParticipationStatus.JOINED, campaign_platforms=one)
    assert Action.SELECT_SOCIAL_MEDIA in available_actions(facts, Role.STAFF)
    chosen = replace(facts, selected_platforms=one)
    assert Action.SELECT_SOCIAL_MEDIA not in available_actions(chosen, Role.STAFF)


def test_a_full_participation_takes_no_more_posts_but_knows_its_own() -> None:
    full = replace(joined(), has_post_place=False)
    submit = Command(action=Action.SUBMIT_POST, role=Role.INFLUENCER, url_platform=Platform.TIKTOK)
    assert decide(full, submit).error is ErrorCode.TOO_MANY_ITEMS
    assert decide(full, replace(submit, url_is_own=True)).outcome is Outcome.UNCHANGED
    assert blockers(full, Role.INFLUENCER) == (ErrorCode.TOO_MANY_ITEMS,)


def test_posts_are_decided_in_completed_campaigns_too() -> None:
    post = PostFacts(
        campaign_status=CampaignStatus.COMPLETED,
        post_tracking=True,
        state=PostState(PostStatus.WARNING, PostWarning.INVALID_CONTENT, "No product is shown."),
        url_is_taken=False,
    )
    solved = decide_post(post, Role.STAFF, PostDecision.EFFECTIVE, None, None)
    assert (solved.outcome, solved.state.status) == (Outcome.CHANGED, PostStatus.EFFECTIVE)
    assert (solved.state.warning, solved.state.reason) == (None, None)
    closed = replace(post, campaign_status=CampaignStatus.CANCELLED)
    refused = decide_post(closed, Role.STAFF, PostDecision.EFFECTIVE, None, None)
    assert refused.error is ErrorCode.CAMPAIGN_CLOSED
    final = replace(post, state=PostState(PostStatus.APPROVED))
    refused = decide_post(final, Role.STAFF, PostDecision.EFFECTIVE, None, None)
    assert refused.error is ErrorCode.TRANSITION_IRREVERSIBLE


def test_a_role_that_may_never_do_it_gets_no_decision() -> None:
    with pytest.raises(NotPermitted):
        decide(OPEN, replace(MARK_JOINED, role=Role.ADVERTISER))
    with pytest.raises(NotPermitted):
        decide(applicant(ParticipationStatus.APPLIED), replace(APPROVE, role=Role.INFLUENCER))


def test_every_row_tells_its_refusals_in_the_order_of_the_codes() -> None:
    for row in TRANSITIONS:
        for source in row.sources:
            ranks = [REFUSAL_RANK[condition.refusal] for condition in conditions(row, source)]
            assert ranks == sorted(ranks)


def test_one_action_has_the_same_roles_in_every_row() -> None:
    roles = {(row.action, row.roles) for row in TRANSITIONS}
    assert len(roles) == len({action for action, _ in roles})


def test_every_row_that_moves_has_a_name_of_its_own() -> None:
    named = [row.rule for row in TRANSITIONS if row.rule is not None]
    of_posts = [Rule(action) for action in POST_ROLES]
    assert sorted([*named, *of_posts]) == sorted(Rule)
    assert None not in {row.rule for row in TRANSITIONS if row.refusal is None}
    assert {row.rule for row in TRANSITIONS if row.refusal is not None} == {None}


def test_a_name_begins_with_the_action() -> None:
    for row in workflow_rows():
        assert row.rule.startswith(row.action)


def test_a_decision_names_the_row_that_made_it() -> None:
    waits = replace(with_accounts(OPEN, ONE), status=ParticipationStatus.WAITING)
    selects = Command(action=Action.SELECT_ACCOUNT, role=Role.INFLUENCER, account=1)

    assert decide(with_accounts(OPEN, ONE), MARK_JOINED).rule is Rule.MARK_JOINED_TO_JOINED
    assert decide(with_accounts(OPEN, TWO), MARK_JOINED).rule is Rule.MARK_JOINED_TO_WAITING
    assert decide(UNTRACKED, MARK_JOINED).rule is Rule.MARK_JOINED_UNTRACKED_TO_JOINED
    assert decide(waits, selects).rule is Rule.SELECT_ACCOUNT_TO_JOINED
    assert decide(waits, MARK_JOINED).rule is None
    assert decide(OPEN, APPROVE).rule is None
