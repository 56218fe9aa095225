"""The closed vocabularies of the workflow, named as clients see them.

They are `StrEnum`s so that a value is the same in Python, in the database and on the wire.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache


class CampaignType(StrEnum):
    """What influencers are paid for: posts, or sales."""

    SOCIAL = "SOCIAL"
    AFFILIATE = "AFFILIATE"


class AffiliateKind(StrEnum):
    """How the sales of an affiliate campaign are known to be an influencer's."""

    REFERRAL_CODE = "REFERRAL_CODE"
    URL_TRACKING = "URL_TRACKING"
    ECOMMERCE = "ECOMMERCE"


class CampaignStatus(StrEnum):
    """The status of a campaign; it only moves forward, and never by the clock."""

    is_running: bool
    """Whether influencers may see the campaign and take part in it."""
    is_over: bool
    """Whether nothing of the campaign itself changes any more."""

    DRAFT = "DRAFT"
    UPCOMING = "UPCOMING"
    ONGOING = "ONGOING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"

    def __init__(self, value: str) -> None:
        self.is_running = value in {"UPCOMING", "ONGOING"}
        self.is_over = value in {"COMPLETED", "CANCELLED"}


class Platform(StrEnum):
    """A social platform. The order is stored (see `number`): new ones go to the end."""

    number: int
    """Its number in the database, from 1."""
    bit: int
    """Its bit in a stored set of platforms."""

    INSTAGRAM = "INSTAGRAM"
    TIKTOK = "TIKTOK"
    YOUTUBE = "YOUTUBE"
    X = "X"
    FACEBOOK = "FACEBOOK"
    THREADS = "THREADS"
    LINE = "LINE"

    def __init__(self, _: str) -> None:
        self.number = len(type(self).__members__) + 1
        self.bit = 1 << (self.number - 1)


PLATFORMS = tuple(Platform)


def platform_of(number: int) -> Platform:
    """Return the platform with this number in the database."""
    return PLATFORMS[number - 1]


def mask_of(platforms: Iterable[Platform]) -> int:
    """Return the stored form of a set of platforms."""
    mask = 0
    for platform in platforms:
        mask |= platform.bit
    return mask


@cache
def platforms_of(mask: int) -> tuple[Platform, ...]:
    """Return the platforms in a stored set, in the order of the enum."""
    return tuple(platform for platform in Platform if platform.bit & mask)


class CandidateStatus(StrEnum):
    """The status on the Select influencer tab."""

    UNAVAILABLE = "UNAVAILABLE"
    AVAILABLE = "AVAILABLE"
    WAITING = "WAITING"
    APPLIED = "APPLIED"
    JOINED = "JOINED"
    REJECTED = "REJECTED"


class ApplicantStatus(StrEnum):
    """The status on the Applicant influencers tab."""

    APPLIED = "APPLIED"
    REVIEWING = "REVIEWING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class ParticipationStatus(StrEnum):
    """The stored status of a participation."""

    WAITING = "WAITING"
    APPLIED = "APPLIED"
    REVIEWING = "REVIEWING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    JOINED = "JOINED"
    REMOVED = "REMOVED"


class ParticipationOrigin(StrEnum):
    """Whether staff began a participation, or the influencer."""

    FORCED = "FORCED"
    SELF = "SELF"


class UnavailableReason(StrEnum):
    """Why a campaign is not visible to an influencer."""

    CAMPAIGN_NOT_OPEN = "CAMPAIGN_NOT_OPEN"
    HIDDEN_BY_STAFF = "HIDDEN_BY_STAFF"
    COUNTRY = "COUNTRY"
    CATEGORY = "CATEGORY"
    FOLLOWERS = "FOLLOWERS"


class Availability(StrEnum):
    """What staff may set a campaign's visibility to, for one influencer."""

    AVAILABLE = "AVAILABLE"
    UNAVAILABLE = "UNAVAILABLE"


class PostStatus(StrEnum):
    """The status of a submitted post."""

    SUBMITTED = "SUBMITTED"
    EFFECTIVE = "EFFECTIVE"
    WARNING = "WARNING"
    APPROVED = "APPROVED"
    INEFFECTIVE = "INEFFECTIVE"


class PostSource(StrEnum):
    """Who told of a post: its creator, or a service."""

    CREATOR = "CREATOR"
    SERVICE = "SERVICE"


class PostRowStatus(StrEnum):
    """The status of a row of the Posts tab: a post's, or JOINED without a post."""

    JOINED = "JOINED"
    SUBMITTED = "SUBMITTED"
    EFFECTIVE = "EFFECTIVE"
    WARNING = "WARNING"
    APPROVED = "APPROVED"
    INEFFECTIVE = "INEFFECTIVE"


class PostDecision(StrEnum):
    """What staff may set a post to."""

    EFFECTIVE = "EFFECTIVE"
    WARNING = "WARNING"
    APPROVED = "APPROVED"
    INEFFECTIVE = "INEFFECTIVE"


class PostWarning(StrEnum):
    """The fault of a post with the status WARNING."""

    AD_FRAUD = "AD_FRAUD"
    DELETED_POST = "DELETED_POST"
    INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105
    INVALID_CONTENT = "INVALID_CONTENT"
    OTHER = "OTHER"


class Finding(StrEnum):
    """What services find of posts: some of `PostWarning`. Of two at one moment the first counts."""

    AD_FRAUD = "AD_FRAUD"
    DELETED_POST = "DELETED_POST"
    INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105


class RequiredActionType(StrEnum):
    """What a creator must do next."""

    CONNECT_ACCOUNT = "CONNECT_ACCOUNT"
    SELECT_ACCOUNT = "SELECT_ACCOUNT"
    SELECT_SOCIAL_MEDIA = "SELECT_SOCIAL_MEDIA"
    SUBMIT_POST = "SUBMIT_POST"


class Action(StrEnum):
    """Everything that can happen to a participation (`ParticipationAction` to clients)."""

    MARK_JOINED = "MARK_JOINED"
    APPLY = "APPLY"
    SELECT_ACCOUNT = "SELECT_ACCOUNT"
    CONNECT_ACCOUNT = "CONNECT_ACCOUNT"
    SELECT_SOCIAL_MEDIA = "SELECT_SOCIAL_MEDIA"
    SET_APPLIED = "SET_APPLIED"
    SET_REVIEWING = "SET_REVIEWING"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    REOPEN = "REOPEN"
    REMOVE = "REMOVE"
    WITHDRAW = "WITHDRAW"
    SET_AVAILABILITY = "SET_AVAILABILITY"
    SUBMIT_POST = "SUBMIT_POST"
    SET_POST_STATUS = "SET_POST_STATUS"
    RECORD_POST = "RECORD_POST"
    RECORD_FINDING = "RECORD_FINDING"
    ERASE = "ERASE"


class Rule(StrEnum):
    """The rows of `workflow/table.py`, by name. The order is stored: new ones go to the end."""

    number: int
    """Its number in the database, from 1."""

    MARK_JOINED_TO_APPROVED = "MARK_JOINED_TO_APPROVED"
    MARK_JOINED_TO_JOINED = "MARK_JOINED_TO_JOINED"
    MARK_JOINED_TO_WAITING = "MARK_JOINED_TO_WAITING"
    MARK_JOINED_UNTRACKED_TO_APPROVED = "MARK_JOINED_UNTRACKED_TO_APPROVED"
    MARK_JOINED_UNTRACKED_TO_JOINED = "MARK_JOINED_UNTRACKED_TO_JOINED"
    APPLY_TO_APPLIED = "APPLY_TO_APPLIED"
    APPLY_TO_JOINED = "APPLY_TO_JOINED"
    APPLY_UNTRACKED_TO_APPLIED = "APPLY_UNTRACKED_TO_APPLIED"
    APPLY_UNTRACKED_TO_JOINED = "APPLY_UNTRACKED_TO_JOINED"
    SELECT_ACCOUNT_TO_APPLIED = "SELECT_ACCOUNT_TO_APPLIED"
    SELECT_ACCOUNT_TO_JOINED = "SELECT_ACCOUNT_TO_JOINED"
    SELECT_ACCOUNT_AGAIN = "SELECT_ACCOUNT_AGAIN"
    CONNECT_ACCOUNT_TO_APPLIED = "CONNECT_ACCOUNT_TO_APPLIED"
    CONNECT_ACCOUNT_TO_JOINED = "CONNECT_ACCOUNT_TO_JOINED"
    SELECT_SOCIAL_MEDIA = "SELECT_SOCIAL_MEDIA"
    SET_APPLIED = "SET_APPLIED"
    SET_REVIEWING = "SET_REVIEWING"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    REOPEN = "REOPEN"
    REMOVE_WAITING = "REMOVE_WAITING"
    REMOVE_JOINED = "REMOVE_JOINED"
    REMOVE_APPROVED = "REMOVE_APPROVED"
    WITHDRAW = "WITHDRAW"
    WITHDRAW_JOINED = "WITHDRAW_JOINED"
    SET_AVAILABILITY = "SET_AVAILABILITY"
    SET_AVAILABILITY_WAITING = "SET_AVAILABILITY_WAITING"
    SUBMIT_POST = "SUBMIT_POST"
    RECORD_POST = "RECORD_POST"
    ERASE = "ERASE"
    SET_POST_STATUS = "SET_POST_STATUS"
    RECORD_FINDING = "RECORD_FINDING"

    def __init__(self, _: str) -> None:
        self.number = len(type(self).__members__) + 1


class JobSection(StrEnum):
    """A section of the creator's My Job page."""

    IN_PROGRESS = "IN_PROGRESS"
    APPLIED = "APPLIED"
    COMPLETED = "COMPLETED"
    CLOSED = "CLOSED"


class Role(StrEnum):
    """Who acts. SYSTEM acts on its own account, never with a token."""

    STAFF = "STAFF"
    ADVERTISER = "ADVERTISER"
    INFLUENCER = "INFLUENCER"
    SERVICE = "SERVICE"
    SYSTEM = "SYSTEM"


class Outcome(StrEnum):
    """The outcome of one item of a mutation."""

    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


class PlanAction(StrEnum):
    """The action of a plan: some of `Action`, under the same names."""

    MARK_JOINED = "MARK_JOINED"
    SET_REVIEWING = "SET_REVIEWING"
    SET_APPLIED = "SET_APPLIED"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    REOPEN = "REOPEN"
    REMOVE = "REMOVE"


class PlanStatus(StrEnum):
    """The status of a plan."""

    PREPARING = "PREPARING"
    READY = "READY"
    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"


class PlanItemOutcome(StrEnum):
    """The outcome of a plan for one item of its list (`PlanOutcome` to clients)."""

    CHANGES = "CHANGES"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


class PlanItemState(StrEnum):
    """The state of an item that a plan was to change, once it was tried."""

    DONE = "DONE"
    DRIFTED = "DRIFTED"


class ErrorCode(StrEnum):
    """Why something was refused."""

    INVALID_INPUT = "INVALID_INPUT"
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS"
    REASON_REQUIRED = "REASON_REQUIRED"
    NOT_FOUND = "NOT_FOUND"
    STALE_VERSION = "STALE_VERSION"
    STALE_STATUS = "STALE_STATUS"
    CAMPAIGN_CLOSED = "CAMPAIGN_CLOSED"
    NOT_A_SELECTION_CAMPAIGN = "NOT_A_SELECTION_CAMPAIGN"
    TRANSITION_IRREVERSIBLE = "TRANSITION_IRREVERSIBLE"
    DECIDED_ON_APPLICANT_TAB = "DECIDED_ON_APPLICANT_TAB"
    TRANSITION_NOT_ALLOWED = "TRANSITION_NOT_ALLOWED"
    DEADLINE_PASSED = "DEADLINE_PASSED"
    INFLUENCER_UNAVAILABLE = "INFLUENCER_UNAVAILABLE"
    ACCOUNT_REQUIRED = "ACCOUNT_REQUIRED"
    ACCOUNT_NOT_RELEVANT = "ACCOUNT_NOT_RELEVANT"
    ACCOUNT_NOT_QUALIFYING = "ACCOUNT_NOT_QUALIFYING"
    ACCOUNT_IN_USE = "ACCOUNT_IN_USE"
    PLATFORM_NOT_RELEVANT = "PLATFORM_NOT_RELEVANT"
    URL_IN_USE = "URL_IN_USE"
    CAPACITY_REACHED = "CAPACITY_REACHED"
    CODES_EXHAUSTED = "CODES_EXHAUSTED"
    DRIFTED = "DRIFTED"
    PLAN_NOT_READY = "PLAN_NOT_READY"
    PLAN_IN_THE_WAY = "PLAN_IN_THE_WAY"
    FREEZING_FAILED = "FREEZING_FAILED"
