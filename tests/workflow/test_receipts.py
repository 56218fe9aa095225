"""The stored form of receipts, which must be readable for ever."""

from collections.abc import Sequence
from typing import Any

import orjson

from workflow.decisions import decide
from workflow.enums import (
    Action,
    AffiliateKind,
    Availability,
    CampaignStatus,
    CampaignType,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostStatus,
    PostWarning,
    Role,
    Rule,
    UnavailableReason,
    mask_of,
)
from workflow.facts import AccountRow, CampaignRow
from workflow.receipts import (
    MAX_ACCOUNTS,
    Receipt,
    ReceiptAccount,
    ReceiptPost,
    make_post_receipt,
    make_receipt,
    read_receipt,
)
from workflow.table import Command, Facts, PostFacts, PostState

CAMPAIGN = CampaignRow(
    status="ONGOING",
    selection=True,
    post_tracking=True,
    affiliate_kind="REFERRAL_CODE",
    platforms=mask_of((Platform.INSTAGRAM, Platform.TIKTOK)),
    countries="",
    category_mask=0,
    category_overflow="",
    followers_min=100,
    followers_max=None,
    capacity=5,
    places_taken=2,
    codes_total=9,
    codes_given=2,
    application_deadline=None,
)
FACTS = Facts(
    campaign_status=CampaignStatus.ONGOING,
    selection=True,
    campaign_platforms=CAMPAIGN.platforms,
    own=frozenset({7, 8, 9}),
    relevant=frozenset({7, 8}),
    qualifying=frozenset({8}),
    places_left=3,
    codes_left=7,
)
ACCOUNTS = [AccountRow(7, 1, 99, None), AccountRow(8, 2, 500, None), AccountRow(9, 3, 9_000, None)]
STORED = [1, 1, 1, 3, 3, 3, 0, 0, 3, 7, 8, 0, 2, 1, 8, 500, 7, 99]
READ = Receipt(
    rule=Rule.MARK_JOINED_TO_APPROVED,
    campaign_type=CampaignType.AFFILIATE,
    affiliate_kind=AffiliateKind.REFERRAL_CODE,
    selection=True,
    post_tracking=True,
    campaign_status=CampaignStatus.ONGOING,
    campaign_platforms=(Platform.INSTAGRAM, Platform.TIKTOK),
    unavailable_reasons=[],
    availability_override=None,
    deadline_passed=False,
    places_left=3,
    codes_left=7,
    relevant_count=2,
    qualifying_count=1,
    accounts=[ReceiptAccount(8, 500, True), ReceiptAccount(7, 99, False)],
    origin=None,
    selection_was_lost=False,
    has_live_post=False,
    selected_account=8,
    selected_platforms=(),
    availability=None,
    post=None,
)


def stored(value: Sequence[Any]) -> Any:
    """As the database has it."""
    return orjson.loads(orjson.dumps(value))


def made(
    facts: Facts, action: Action, role: Role, *, accounts: Sequence[AccountRow] = (), **given: Any
) -> Receipt:
    command = Command(action=action, role=role, **given)
    campaign = CAMPAIGN._replace(status=facts.campaign_status.value)
    receipt = make_receipt(campaign, accounts, facts, command, decide(facts, command))
    found = read_receipt(stored(receipt))
    assert found is not None
    return found


def test_a_receipt_is_written_and_read_as_it_will_be_for_ever() -> None:
    command = Command(action=Action.MARK_JOINED, role=Role.STAFF)
    receipt = make_receipt(CAMPAIGN, ACCOUNTS, FACTS, command, decide(FACTS, command))

    assert stored(receipt) == STORED
    assert read_receipt(STORED) == READ


def test_what_is_stored_by_number_keeps_its_number() -> None:
    """Values may be added at the end of these lists, and nothing else."""
    for enum, names in {
        AffiliateKind: "REFERRAL_CODE URL_TRACKING ECOMMERCE",
        CampaignStatus: "DRAFT UPCOMING ONGOING COMPLETED CANCELLED",
        UnavailableReason: "CAMPAIGN_NOT_OPEN HIDDEN_BY_STAFF COUNTRY CATEGORY FOLLOWERS",
        Availability: "AVAILABLE UNAVAILABLE",
        PostStatus: "SUBMITTED EFFECTIVE WARNING APPROVED INEFFECTIVE",
        PostWarning: "AD_FRAUD DELETED_POST INVALID_TOKEN INVALID_CONTENT OTHER",
        Platform: "INSTAGRAM TIKTOK YOUTUBE X FACEBOOK THREADS LINE",
        Rule: (
            "MARK_JOINED_TO_APPROVED MARK_JOINED_TO_JOINED MARK_JOINED_TO_WAITING"
            " MARK_JOINED_UNTRACKED_TO_APPROVED MARK_JOINED_UNTRACKED_TO_JOINED"
            " APPLY_TO_APPLIED APPLY_TO_JOINED APPLY_UNTRACKED_TO_APPLIED"
            " APPLY_UNTRACKED_TO_JOINED SELECT_ACCOUNT_TO_APPLIED SELECT_ACCOUNT_TO_JOINED"
            " SELECT_ACCOUNT_AGAIN CONNECT_ACCOUNT_TO_APPLIED CONNECT_ACCOUNT_TO_JOINED"
            " SELECT_SOCIAL_MEDIA SET_APPLIED SET_REVIEWING APPROVE REJECT REOPEN"
            " REMOVE_WAITING REMOVE_JOINED REMOVE_APPROVED WITHDRAW WITHDRAW_JOINED"
            " SET_AVAILABILITY SET_AVAILABILITY_WAITING SUBMIT_POST RECORD_POST ERASE"
            " SET_POST_STATUS RECORD_FINDING"
        ),
    }.items():
        assert list(enum) == names.split(), enum


def test_a_receipt_of_a_later_form_is_none_that_we_know() -> None:
    assert read_receipt([2, *STORED[1:]]) is None
    assert read_receipt([1, len(Rule) + 1, *STORED[2:]]) is None


def test_of_many_accounts_the_ten_that_mattered_most_are_kept_and_all_counted() -> None:
    accounts = [AccountRow(key, 1, 1_000 - key, None) for key in range(1, 31)]
    every = frozenset(range(1, 31))
    facts = Facts(
        campaign_status=CampaignStatus.ONGOING,
        own=every,
        relevant=every - {30},
        qualifying=frozenset(range(20, 30)) - {24},
    )

    receipt = made(facts, Action.APPLY, Role.INFLUENCER, accounts=accounts, account=28)

    assert (receipt.relevant_count, receipt.qualifying_count) == (29, 9)
    assert len(receipt.accounts) == MAX_ACCOUNTS == 10
    assert [one.account for one in receipt.accounts] == [28, 20, 21, 22, 23, 25, 26, 27, 29, 1]
    assert [one.qualifies for one in receipt.accounts] == [True] * 9 + [False]
    assert [one.followers for one in receipt.accounts] == [
        1_000 - one.account for one in receipt.accounts
    ]


def test_the_account_that_was_chosen_is_kept_however_small_it_was() -> None:
    accounts = [AccountRow(key, 1, 1_000 - key, None) for key in range(1, 31)]
    every = frozenset(range(1, 31))
    facts = Facts(
        campaign_status=CampaignStatus.ONGOING, own=every, relevant=every, qualifying=every
    )

    receipt = made(facts, Action.APPLY, Role.INFLUENCER, accounts=accounts, account=30)

    assert receipt.selected_account == 30
    assert [one.account for one in receipt.accounts] == [30, *range(1, 10)]


def test_all_that_a_receipt_can_say_is_said() -> None:
    facts = Facts(
        campaign_status=CampaignStatus.ONGOING,
        status=ParticipationStatus.WAITING,
        origin=ParticipationOrigin.FORCED,
        unavailable_reasons=(
            UnavailableReason.COUNTRY,
            UnavailableReason.CATEGORY,
            UnavailableReason.FOLLOWERS,
        ),
        override=Availability.UNAVAILABLE,
        deadline_passed=True,
        places_left=0,
        codes_left=0,
    )

    receipt = made(facts, Action.SET_AVAILABILITY, Role.STAFF, availability=Availability.AVAILABLE)

    assert receipt.rule is Rule.SET_AVAILABILITY_WAITING
    assert receipt.origin is ParticipationOrigin.FORCED
    assert tuple(receipt.unavailable_reasons) == facts.unavailable_reasons
    assert receipt.availability_override is Availability.UNAVAILABLE
    assert receipt.availability is Availability.AVAILABLE
    assert receipt.deadline_passed
    assert (receipt.places_left, receipt.codes_left) == (0, None)


def test_social_media_posts_and_lost_accounts_are_kept() -> None:
    untracked = Facts(
        campaign_status=CampaignStatus.UPCOMING,
        post_tracking=False,
        campaign_platforms=mask_of((Platform.X, Platform.LINE)),
        status=ParticipationStatus.JOINED,
        origin=ParticipationOrigin.SELF,
    )
    selecting = made(untracked, Action.SELECT_SOCIAL_MEDIA, Role.STAFF, platforms=Platform.LINE.bit)
    assert (selecting.selected_platforms, selecting.post_tracking) == ((Platform.LINE,), False)
    assert selecting.origin is ParticipationOrigin.SELF

    lost = Facts(
        campaign_status=CampaignStatus.ONGOING,
        campaign_platforms=Platform.X.bit,
        status=ParticipationStatus.JOINED,
        selected_account=4,
        selected_connected=False,
        has_live_post=True,
    )
    posting = made(lost, Action.SUBMIT_POST, Role.INFLUENCER, url_platform=Platform.X)
    assert posting.post == ReceiptPost(platform=Platform.X, to=PostStatus.SUBMITTED)
    assert posting.selection_was_lost
    assert posting.has_live_post


def test_the_status_of_a_post_is_kept_before_and_after() -> None:
    facts = PostFacts(
        campaign_status=CampaignStatus.COMPLETED,
        post_tracking=True,
        state=PostState(PostStatus.WARNING, PostWarning.DELETED_POST, "gone"),
        url_is_taken=True,
    )
    after = PostState(PostStatus.WARNING, PostWarning.OTHER, "look")
    joined = Facts(campaign_status=CampaignStatus.COMPLETED, status=ParticipationStatus.JOINED)

    campaign = CAMPAIGN._replace(status="COMPLETED")
    receipt = make_post_receipt(campaign, (), joined, Rule.SET_POST_STATUS, facts, after)

    found = read_receipt(stored(receipt))
    assert found is not None
    assert found.rule is Rule.SET_POST_STATUS
    assert found.campaign_status is CampaignStatus.COMPLETED
    assert found.post == ReceiptPost(
        from_=PostStatus.WARNING,
        from_warning=PostWarning.DELETED_POST,
        to=PostStatus.WARNING,
        to_warning=PostWarning.OTHER,
        url_is_taken=True,
    )
