"""Refusals in words: what was wrong, and what to do about it."""

from workflow.enums import (
    Action,
    CampaignStatus,
    ErrorCode,
    ParticipationOrigin,
    PlanAction,
    UnavailableReason,
    platforms_of,
)
from workflow.plans import MAX_ITEMS
from workflow.table import (
    APPROVED,
    HOLDS_PLACE,
    JOINED,
    TAKES_PART,
    WAITING,
    Command,
    Facts,
    PostFacts,
)


def message(code: ErrorCode, facts: Facts, command: Command) -> str:
    """Return why the command was refused with this code."""
    match code:
        case ErrorCode.CAMPAIGN_CLOSED:
            return _closed(facts.campaign_status)
        case ErrorCode.STALE_STATUS:
            return f"It is {facts.status} by now. Look at it again, then decide."
        case ErrorCode.STALE_VERSION:
            return f"It has changed: its version is {facts.version} by now. Look at it again."
        case ErrorCode.TRANSITION_IRREVERSIBLE:
            return f"{facts.status} is a decision. A rejected application can be reopened."
        case ErrorCode.TRANSITION_NOT_ALLOWED:
            return _not_allowed(facts, command)
        case ErrorCode.INFLUENCER_UNAVAILABLE:
            reasons = " ".join(map(_REASONS.__getitem__, facts.unavailable_reasons))
            return f"The campaign is not visible to the influencer. {reasons}"
        case ErrorCode.ACCOUNT_REQUIRED:
            return _account_required(facts)
        case ErrorCode.ACCOUNT_NOT_RELEVANT | ErrorCode.PLATFORM_NOT_RELEVANT:
            return f"The campaign takes connected accounts and posts on: {_platforms(facts)}."
        case ErrorCode.INVALID_INPUT:
            return _invalid(command)
        case _:
            return _FIXED[code]


def post_message(code: ErrorCode, facts: PostFacts) -> str:
    """Return why a decision on a post was refused with this code."""
    match code:
        case ErrorCode.CAMPAIGN_CLOSED:
            return _closed(facts.campaign_status)
        case ErrorCode.TRANSITION_IRREVERSIBLE:
            return f"The post is {facts.state.status}, which is final."
        case ErrorCode.TRANSITION_NOT_ALLOWED:
            return _UNTRACKED
        case _:
            return _FIXED[code]


def plan_message(code: ErrorCode, action: PlanAction | None = None) -> str:
    """Return why a plan failed with this code, or one of its list was refused or left alone.

    `action` is the plan's, for one of its list.
    """
    if code is ErrorCode.TRANSITION_IRREVERSIBLE and action in _NO_WAY_BACK:
        return _NO_WAY_BACK[action]
    return _OF_PLANS.get(code) or _FIXED[code]


_OF_PLANS = {
    ErrorCode.INVALID_INPUT: "The filter is not valid any more. Make another plan.",
    ErrorCode.TOO_MANY_ITEMS: f"More than {MAX_ITEMS:,} influencers match. Narrow the filter.",
    ErrorCode.FREEZING_FAILED: (
        "The server has failed to freeze the list again and again. Make another plan with a"
        " narrower filter. If that fails too, tell those who run the server: their log says why."
    ),
    ErrorCode.DRIFTED: (
        "Something else has happened since, so they are left as they are. Look at them again, then"
        " decide."
    ),
    ErrorCode.NOT_FOUND: "They have no participation, or have been erased.",
    ErrorCode.CAMPAIGN_CLOSED: "The campaign is not running.",
    ErrorCode.TRANSITION_IRREVERSIBLE: "No way leads back from this decision.",
    ErrorCode.TRANSITION_NOT_ALLOWED: "The action is not possible in their status.",
    ErrorCode.INFLUENCER_UNAVAILABLE: "The campaign is not visible to them.",
    ErrorCode.CAPACITY_REACHED: "All places of the campaign are taken.",
    ErrorCode.CODES_EXHAUSTED: "All codes of the campaign are given out.",
}
"""Without what was so of one influencer at the time, which a list of a million does not keep."""
_DECISION = "They are decided. A rejected application can be reopened."
_NO_WAY_BACK: dict[PlanAction | None, str] = {
    PlanAction.SET_REVIEWING: _DECISION,
    PlanAction.SET_APPLIED: _DECISION,
    PlanAction.MARK_JOINED: "A removal is not taken back. Mark them as joined by a new plan.",
    PlanAction.APPROVE: "They were undecided before the rejection. Reopen them by a new plan.",
    PlanAction.REJECT: (
        "They were undecided before the approval. Reject them by a new plan, then reopen them."
    ),
}
"""By the action of the plan. But for the first two it takes another plan back."""
_UNTRACKED = "The campaign does not track posts."
_LIVE_POST = "There is a live post: it has to be INEFFECTIVE, or known to be deleted, first."
_FIXED = {
    ErrorCode.TOO_MANY_ITEMS: "The participation has as many posts as it may have.",
    ErrorCode.REASON_REQUIRED: "Give a reason.",
    ErrorCode.NOT_FOUND: "There is no such thing, or it is not yours.",
    ErrorCode.NOT_A_SELECTION_CAMPAIGN: "Only Selection campaigns have applicants to decide.",
    ErrorCode.DECIDED_ON_APPLICANT_TAB: (
        "They have applied. Decide their application on the Applicant influencers tab."
    ),
    ErrorCode.DEADLINE_PASSED: "The deadline for applications has passed.",
    ErrorCode.ACCOUNT_NOT_QUALIFYING: (
        "The account's followers are not in the campaign's range. Choose another account."
    ),
    ErrorCode.ACCOUNT_IN_USE: "The account is connected to someone else.",
    ErrorCode.URL_IN_USE: "A live post in the campaign has this URL.",
    ErrorCode.CAPACITY_REACHED: (
        "All places of the campaign are taken. Try again when one is free."
    ),
    ErrorCode.CODES_EXHAUSTED: (
        "All codes of the campaign are given out. Try again when there are new ones."
    ),
}

_REASONS = {
    UnavailableReason.CAMPAIGN_NOT_OPEN: "It is not open.",
    UnavailableReason.HIDDEN_BY_STAFF: "Staff have hidden it from them.",
    UnavailableReason.COUNTRY: "Their country is not one of its countries.",
    UnavailableReason.CATEGORY: "They have none of its categories.",
    UnavailableReason.FOLLOWERS: "No account of theirs has followers in its range.",
}


def _platforms(facts: Facts) -> str:
    return ", ".join(platforms_of(facts.campaign_platforms))


def _closed(status: CampaignStatus) -> str:
    if status is CampaignStatus.DRAFT:
        return "The campaign is still a DRAFT. Open it first."
    return f"The campaign is {status}: nothing in it changes any more."


def _account_required(facts: Facts) -> str:
    if len(facts.qualifying) > 1:
        return "Several of your accounts qualify. Say which one you take part with."
    if facts.qualifying:
        return "You are waited for: select the account with which you take part."
    return f"No account of yours qualifies. Connect one on: {_platforms(facts)}."


def _invalid(command: Command) -> str:
    match command.action:
        case Action.APPLY:
            return "No account is selected in this campaign: apply without one."
        case Action.SUBMIT_POST | Action.RECORD_POST:
            return "Give the https URL of a post on a platform that is known."
        case _:
            return "The input is not valid."


def _not_allowed(facts: Facts, command: Command) -> str:
    match command.action:
        case Action.SELECT_ACCOUNT if facts.status in TAKES_PART and facts.selected_connected:
            return "Another account is selected, and it is still connected."
        case Action.APPLY if facts.status in TAKES_PART:
            return "You take part already. An account can be replaced once it is disconnected."
        case Action.SELECT_SOCIAL_MEDIA if facts.post_tracking:
            return "Social media are selected in affiliate campaigns without post tracking alone."
        case Action.SUBMIT_POST | Action.RECORD_POST if not facts.post_tracking:
            return _UNTRACKED
        case Action.REMOVE if facts.status is APPROVED and facts.origin is ParticipationOrigin.SELF:
            return "They applied by themselves. Reject the application instead."
        case Action.REMOVE if facts.status in HOLDS_PLACE:
            return _LIVE_POST
        case Action.WITHDRAW if facts.status is JOINED:
            return _LIVE_POST
        case Action.SET_AVAILABILITY if facts.status is WAITING:
            return "They are WAITING: the campaign cannot be hidden from them. Remove them first."
        case Action.SET_AVAILABILITY:
            return "They take part in the campaign. Availability is for those who do not."
        case _:
            return f"{command.action} is not possible while it is {facts.status or 'not begun'}."
