"""The cases that can come about, and the same facts as the server's table takes them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

from tests.workflow.oracle import (
    Account,
    CampaignStatus,
    Case,
    Kind,
    Origin,
    Post,
    Status,
    Type,
    Url,
)
from workflow.enums import Platform, mask_of
from workflow.facts import (
    AccountRow,
    CampaignRow,
    InfluencerRow,
    ParticipationRow,
    PostRow,
    build_facts,
)
from workflow.table import Facts

# Every kind of campaign, with the statuses that occur in it --------------------------------------

AKind = tuple[Type, Kind | None, bool, bool]
KINDS: tuple[AKind, ...] = (
    ("SOCIAL", None, False, True),
    ("SOCIAL", None, True, True),
    ("AFFILIATE", "REFERRAL_CODE", False, True),
    ("AFFILIATE", "REFERRAL_CODE", False, False),
    ("AFFILIATE", "REFERRAL_CODE", True, True),
    ("AFFILIATE", "REFERRAL_CODE", True, False),
    ("AFFILIATE", "URL_TRACKING", False, True),
    ("AFFILIATE", "URL_TRACKING", False, False),
    ("AFFILIATE", "URL_TRACKING", True, True),
    ("AFFILIATE", "URL_TRACKING", True, False),
    ("AFFILIATE", "ECOMMERCE", False, True),
    ("AFFILIATE", "ECOMMERCE", False, False),
    ("AFFILIATE", "ECOMMERCE", True, True),
    ("AFFILIATE", "ECOMMERCE", True, False),
)
"""Type, kind, selection, post tracking."""
SHAPES = (KINDS[0], KINDS[1], KINDS[7], KINDS[9])
"""One kind for each pair of selection and post tracking, for the widest products."""

APPLICANT: tuple[Status, ...] = ("APPLIED", "REVIEWING", "APPROVED", "REJECTED")


def statuses(*, selection: bool, tracking: bool) -> tuple[Status | None, ...]:
    waiting: tuple[Status, ...] = ("WAITING",) if tracking else ()
    return (None, *waiting, *(APPLICANT if selection else ("JOINED",)), "REMOVED")


# Everybody's accounts: none, one or two that are relevant, none of them qualifying, one or two ---

FIRST = Account("INSTAGRAM", name="first")
SECOND = Account("TIKTOK", name="second")
ELSEWHERE = Account("LINE", name="elsewhere")
LOST = Account("INSTAGRAM", connected=False, name="lost")
FOREIGN = Account("INSTAGRAM", name="foreign")
NEW, NEWER = Account("TIKTOK", name="new"), Account("TIKTOK", name="newer")
ALWAYS = (ELSEWHERE, LOST)
NUMBERS = {
    account.name: 1 + place
    for place, account in enumerate((FIRST, SECOND, ELSEWHERE, LOST, NEW, NEWER, FOREIGN))
}


def small(account: Account) -> Account:
    return account._replace(in_range=False)


PEOPLE = (
    ALWAYS,
    (small(FIRST), *ALWAYS),
    (FIRST, *ALWAYS),
    (small(FIRST), small(SECOND), *ALWAYS),
    (FIRST, small(SECOND), *ALWAYS),
    (FIRST, SECOND, *ALWAYS),
)
ONE_FITS = PEOPLE[2]


CODES = ((1, False), (0, False), (0, True))
"""Codes left, and whether they have one already."""


def cores(
    people: Iterable[tuple[Account, ...]] = PEOPLE, kinds: Iterable[AKind] = KINDS
) -> Iterator[Case]:
    """Each kind, status, people, campaign status and number of places and codes."""
    for (type_, kind, selection, tracking), accounts in product(kinds, people):
        for status, campaign_status, places, (codes, has_code) in product(
            statuses(selection=selection, tracking=tracking),
            get_args(CampaignStatus),
            (None, 1, 0),
            CODES if kind == "REFERRAL_CODE" else CODES[:1],
        ):
            if campaign_status == "DRAFT" and status is not None:
                continue  # nobody takes part in a draft
            if has_code and status is None:
                continue  # it is their participation's
            yield Case(
                type=type_,
                kind=kind,
                selection=selection,
                post_tracking=tracking,
                campaign_status=campaign_status,
                places_left=places,
                codes_left=codes,
                has_code=has_code,
                accounts=accounts,
                status=status,
                round=2,
                version=5,
            )


def everybody() -> Iterator[Case]:
    """Every core with every selection, and one kind of each shape with every sight too."""
    yield from with_selection(cores())
    for sight in SIGHTS[1:]:
        for case in with_selection(cores(kinds=SHAPES)):
            yield case._replace(**sight)


def with_selection(cases: Iterable[Case]) -> Iterator[Case]:
    """Each with every account that may be the selected one, and of either origin."""
    for case in cases:
        for selected, origin in product(selectable(case), origins(case)):
            yield case._replace(selected=selected, origin=origin)


def selectable(case: Case) -> tuple[Account | None, ...]:
    if not case.post_tracking or case.status in (None, "WAITING"):
        return (None,)
    relevant = case.accounts[: -len(ALWAYS)]
    kept = (relevant[0], LOST) if relevant else (LOST,)
    return (None, *kept) if case.status == "REMOVED" else kept


def origins(case: Case) -> tuple[Origin, ...]:
    if case.status in ("APPLIED", "REVIEWING", "APPROVED", "REJECTED", "JOINED"):
        return ("FORCED", "SELF")
    return ("FORCED",)


# Posts --------------------------------------------------------------------------------------------

OLD, OTHER = Url("INSTAGRAM", "old"), Url("INSTAGRAM", "other")
A_POST = Post(OLD)
DELETED = A_POST._replace(status="WARNING", warning="DELETED_POST")
INEFFECTIVE = A_POST._replace(status="INEFFECTIVE")
ONE_POST = (
    A_POST,
    A_POST._replace(status="EFFECTIVE"),
    A_POST._replace(status="WARNING", warning="AD_FRAUD"),
    DELETED,
    A_POST._replace(status="APPROVED"),
    INEFFECTIVE,
)
SEVERAL = ((INEFFECTIVE, A_POST), (DELETED, INEFFECTIVE), (INEFFECTIVE, A_POST._replace(url=OTHER)))
POSTS: tuple[tuple[Post, ...], ...] = ((), *((post,) for post in ONE_POST), *SEVERAL)


def with_posts(cases: Iterable[Case]) -> Iterator[Case]:
    for case in cases:
        can_have = case.post_tracking and case.status is not None
        for posts in POSTS if can_have else ((),):
            yield case._replace(posts=posts)


# Sight --------------------------------------------------------------------------------------------

SIGHTS: tuple[dict[str, Any], ...] = (
    {},
    {"country_fits": False},
    {"category_fits": False},
    {"override": "UNAVAILABLE"},
    {"override": "AVAILABLE"},
    {"override": "AVAILABLE", "country_fits": False, "category_fits": False},
)


# The same facts as the table takes them -----------------------------------------------------------

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def facts_of(case: Case) -> Facts:
    return replace(
        build_facts(
            campaign_of(case),
            InfluencerRow("ID" if case.country_fits else "TH", 1 if case.category_fits else 2, ""),
            accounts_of(case),
            override=case.override,
            participation=_participation(case),
            posts=[PostRow(post.status, post.warning) for post in case.posts],
            now=NOW,
        ),
        has_post_place=case.room_for_post,
        has_account_place=case.room_for_account,
    )


def campaign_of(case: Case) -> CampaignRow:
    return CampaignRow(
        status=case.campaign_status,
        selection=case.selection,
        post_tracking=case.post_tracking,
        affiliate_kind=case.kind,
        platforms=mask(case.platforms),
        countries="ID MY",
        category_mask=1,
        category_overflow="",
        followers_min=1_000,
        followers_max=9_000,
        capacity=case.places_left,
        places_taken=0,
        codes_total=case.codes_left,
        codes_given=0,
        application_deadline=NOW if case.deadline_passed else NOW + HOUR,
    )


def accounts_of(case: Case) -> list[AccountRow]:
    return [_account(account) for account in case.accounts]


def _account(account: Account) -> AccountRow:
    followers = 1_000 if account.in_range else 999
    gone = None if account.connected else NOW
    return AccountRow(number(account), Platform(account.platform).number, followers, gone)


def _participation(case: Case) -> ParticipationRow | None:
    if case.status is None:
        return None
    selected = None if case.selected is None else number(case.selected)
    platforms = mask(case.selected_platforms)
    code = 1 if case.has_code else None
    return ParticipationRow(case.status, case.origin, case.version, selected, platforms, code)


def number(account: Account) -> int:
    """The id of an account."""
    return NUMBERS[account.name]


def mask(platforms: Iterable[str]) -> int:
    return mask_of(Platform(platform) for platform in platforms)
