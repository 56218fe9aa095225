"""Receipts: the facts on which the rules decided an event, as the history keeps them.

A receipt is stored as a JSON array of numbers, which names nobody; the first says in which form the
others are. Values of enums are stored by their place, so new ones go to an enum's end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from workflow.decisions import Decision
from workflow.enums import (
    AffiliateKind,
    Availability,
    CampaignStatus,
    CampaignType,
    ParticipationOrigin,
    Platform,
    PostStatus,
    PostWarning,
    Rule,
    UnavailableReason,
    platform_of,
    platforms_of,
)
from workflow.facts import AccountRow, CampaignRow
from workflow.table import Command, Facts, PostFacts, PostState

StoredReceipt: TypeAlias = Sequence[Any]
"""A receipt in its stored form, before or after JSON."""
E = TypeVar("E", bound=StrEnum)

FORM = 1
"""The form that is written."""
MAX_ACCOUNTS = 10
"""Accounts that are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class ReceiptAccount:
    """A relevant account, as it was."""

    account: int
    followers: int
    qualifies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPost:
    """The post of an event, before and after it."""

    platform: Platform | None = None
    """The platform of the URL; None unless a post was submitted or recorded."""
    from_: PostStatus | None = None
    from_warning: PostWarning | None = None
    to: PostStatus
    to_warning: PostWarning | None = None
    url_is_taken: bool = False
    """Another live post of the campaign had the URL, which this one had lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The facts of an event, the row that applied to them, and what was asked for."""

    rule: Rule
    campaign_type: CampaignType
    affiliate_kind: AffiliateKind | None
    selection: bool
    post_tracking: bool
    campaign_status: CampaignStatus
    campaign_platforms: Sequence[Platform]
    unavailable_reasons: Sequence[UnavailableReason]
    availability_override: Availability | None
    deadline_passed: bool
    places_left: int | None
    codes_left: int | None
    """None where no code was given."""
    relevant_count: int
    qualifying_count: int
    accounts: Sequence[ReceiptAccount]
    """Those that qualified first, the selected one before the others, then by followers."""
    origin: ParticipationOrigin | None
    selection_was_lost: bool
    """The selected account had been disconnected."""
    has_live_post: bool
    selected_account: int | None
    """The one that was selected, or is kept in a round that was opened anew."""
    selected_platforms: Sequence[Platform]
    availability: Availability | None
    """The new value of the override."""
    post: ReceiptPost | None


def _numbers(enum: type[StrEnum]) -> Mapping[str | None, int]:
    """Return the stored numbers of an enum's values; 0 is none of them."""
    return {None: 0, **{value.value: number for number, value in enumerate(enum, start=1)}}


_RULES = tuple(Rule)
_KINDS, _KIND_NUMBERS = tuple(AffiliateKind), _numbers(AffiliateKind)
_STATUSES, _STATUS_NUMBERS = tuple(CampaignStatus), _numbers(CampaignStatus)
_REASON_NUMBERS = _numbers(UnavailableReason)
_OVERRIDES, _OVERRIDE_NUMBERS = tuple(Availability), _numbers(Availability)
_POST_STATUSES, _POST_NUMBERS = tuple(PostStatus), _numbers(PostStatus)
_WARNINGS, _WARNING_NUMBERS = tuple(PostWarning), _numbers(PostWarning)

_SELECTION, _TRACKED, _PAST_DEADLINE, _LOST, _LIVE_POST, _FORCED, _SELF = (1 << n for n in range(7))
_ORIGINS: Mapping[ParticipationOrigin | None, int] = {
    None: 0,
    ParticipationOrigin.FORCED: _FORCED,
    ParticipationOrigin.SELF: _SELF,
}
_SETS_AVAILABILITY = frozenset((Rule.SET_AVAILABILITY, Rule.SET_AVAILABILITY_WAITING))


# Writing


def make_receipt(
    campaign: CampaignRow,
    accounts: Sequence[AccountRow],
    facts: Facts,
    command: Command,
    decision: Decision,
) -> StoredReceipt:
    """Return the receipt of a change that was decided."""
    assert decision.rule is not None, "only a row changes anything"
    return _stored(
        campaign,
        accounts,
        facts,
        decision.rule,
        codes_left=facts.codes_left if decision.gives_code else None,
        selected=decision.account,
        asked=_asked(command),
    )


def make_post_receipt(
    campaign: CampaignRow,
    accounts: Sequence[AccountRow],
    facts: Facts,
    rule: Rule,
    post: PostFacts,
    after: PostState,
) -> StoredReceipt:
    """Return the receipt of a post's new status. `facts` are those of its creator."""
    asked = (*_state(post.state), *_state(after), int(post.url_is_taken))
    return _stored(campaign, accounts, facts, rule, asked=asked)


def _stored(
    campaign: CampaignRow,
    accounts: Sequence[AccountRow],
    facts: Facts,
    rule: Rule,
    *,
    codes_left: int | None = None,
    selected: int | None = None,
    asked: int | Sequence[int],
) -> StoredReceipt:
    reasons = facts.unavailable_reasons
    return (
        FORM,
        rule.number,
        _KIND_NUMBERS[campaign.affiliate_kind],
        _STATUS_NUMBERS[campaign.status],
        _flags(facts),
        facts.campaign_platforms,
        sum([1 << _REASON_NUMBERS[reason] for reason in reasons]) if reasons else 0,
        _OVERRIDE_NUMBERS[facts.override],
        facts.places_left,
        codes_left,
        selected or 0,
        asked,
        len(facts.relevant),
        len(facts.qualifying),
        *_shown(accounts, facts, selected),
    )


def _flags(facts: Facts) -> int:
    return (
        _SELECTION * facts.selection
        | _TRACKED * facts.post_tracking
        | _PAST_DEADLINE * facts.deadline_passed
        | _LOST * facts.selection_is_lost
        | _LIVE_POST * facts.has_live_post
        | _ORIGINS[facts.origin]
    )


def _asked(command: Command) -> int | Sequence[int]:
    """Return what the command asks for, beside an account; which one it is, the rule tells."""
    if command.url_platform is not None:
        return (command.url_platform.number,)
    return command.platforms or _OVERRIDE_NUMBERS[command.availability]


def _state(state: PostState) -> tuple[int, int]:
    return _POST_NUMBERS[state.status], _WARNING_NUMBERS[state.warning]


def _shown(accounts: Sequence[AccountRow], facts: Facts, selected: int | None) -> list[int]:
    """Return the ids and followers of the accounts that mattered most, in turn."""
    relevant, qualifying = facts.relevant, facts.qualifying
    ranked: list[tuple[bool, bool, int, int]] = []
    # A bulk call comes by here a thousand times: a loop takes half as long as comprehensions.
    for key, _, followers, _ in accounts:
        if key in relevant:
            ranked.append((key not in qualifying, key != selected, -followers, key))
    ranked.sort()
    shown: list[int] = []
    for _, _, fewer, key in ranked[:MAX_ACCOUNTS]:
        shown += (key, -fewer)
    return shown


# Reading


def read_receipt(stored: StoredReceipt) -> Receipt | None:
    """Return the receipt; None if a later version wrote it, in a form or with values of its own."""
    if stored[0] != FORM:
        return None
    try:
        return _read(stored)
    except IndexError:  # a value at the end of an enum, which is not there yet
        return None


def _read(stored: StoredReceipt) -> Receipt:
    rule: int
    status: int
    asked: int | list[int]
    _, rule, kind, status, flags, platforms, reasons, override, *rest = stored
    places_left, codes_left, selected, asked, relevant, qualifying, *shown = rest
    name = _RULES[rule - 1]
    number, post = (0, _post(asked)) if isinstance(asked, list) else (asked, None)
    return Receipt(
        rule=name,
        campaign_type=CampaignType.AFFILIATE if kind else CampaignType.SOCIAL,
        affiliate_kind=_value(_KINDS, kind),
        selection=bool(flags & _SELECTION),
        post_tracking=bool(flags & _TRACKED),
        campaign_status=_STATUSES[status - 1],
        campaign_platforms=platforms_of(platforms),
        unavailable_reasons=[r for r in UnavailableReason if reasons >> _REASON_NUMBERS[r] & 1],
        availability_override=_value(_OVERRIDES, override),
        deadline_passed=bool(flags & _PAST_DEADLINE),
        places_left=places_left,
        codes_left=codes_left,
        relevant_count=relevant,
        qualifying_count=qualifying,
        accounts=list(_accounts(shown, qualifying)),
        origin=next((origin for origin, flag in _ORIGINS.items() if flags & flag), None),
        selection_was_lost=bool(flags & _LOST),
        has_live_post=bool(flags & _LIVE_POST),
        selected_account=selected or None,
        selected_platforms=platforms_of(number if name is Rule.SELECT_SOCIAL_MEDIA else 0),
        availability=_value(_OVERRIDES, number) if name in _SETS_AVAILABILITY else None,
        post=post,
    )


def _value(values: Sequence[E], number: int) -> E | None:
    return values[number - 1] if number else None


def _accounts(shown: Sequence[int], qualifying: int) -> Iterator[ReceiptAccount]:
    for place, (account, followers) in enumerate(zip(shown[::2], shown[1::2], strict=True)):
        yield ReceiptAccount(account, followers, place < qualifying)


def _post(asked: Sequence[int]) -> ReceiptPost:
    """Return the post that was submitted on a platform, or whose status was changed."""
    if len(asked) == 1:
        return ReceiptPost(platform=platform_of(asked[0]), to=PostStatus.SUBMITTED)
    status, warning, to, to_warning, url_is_taken = asked
    return ReceiptPost(
        from_=_value(_POST_STATUSES, status),
        from_warning=_value(_WARNINGS, warning),
        to=_POST_STATUSES[to - 1],
        to_warning=_value(_WARNINGS, to_warning),
        url_is_taken=bool(url_is_taken),
    )
