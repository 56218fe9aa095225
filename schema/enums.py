"""The vocabularies, as clients see them: those of `models.enums`, described, and orders.

Modules of this room take their enums from here, so that none is used before it is described.
"""

from enum import StrEnum
from typing import cast

import strawberry
from strawberry.types.enum import WithStrawberryEnumDefinition

from workflow.enums import (
    Action,
    ApplicantStatus,
    Availability,
    CampaignStatus,
    CampaignType,
    CandidateStatus,
    ErrorCode,
    JobSection,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostDecision,
    PostRowStatus,
    PostStatus,
    PostWarning,
    RequiredActionType,
    Role,
    UnavailableReason,
)

__all__ = [
    "Action",
    "ApplicantStatus",
    "Availability",
    "CampaignOrder",
    "CampaignStatus",
    "CampaignType",
    "CandidateOrder",
    "CandidateStatus",
    "ErrorCode",
    "InfluencerOrder",
    "JobSection",
    "Outcome",
    "ParticipationOrder",
    "ParticipationOrigin",
    "ParticipationStatus",
    "Platform",
    "PostDecision",
    "PostRowStatus",
    "PostStatus",
    "PostWarning",
    "RequiredActionType",
    "Role",
    "UnavailableReason",
]


class CampaignOrder(StrEnum):
    CREATED_DESC = "CREATED_DESC"
    CREATED_ASC = "CREATED_ASC"
    TITLE_ASC = "TITLE_ASC"
    DEADLINE_ASC = "DEADLINE_ASC"


class CandidateOrder(StrEnum):
    FOLLOWERS_DESC = "FOLLOWERS_DESC"
    FOLLOWERS_ASC = "FOLLOWERS_ASC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    CHANGED_DESC = "CHANGED_DESC"


class InfluencerOrder(StrEnum):
    FOLLOWERS_DESC = "FOLLOWERS_DESC"
    FOLLOWERS_ASC = "FOLLOWERS_ASC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"


class ParticipationOrder(StrEnum):
    UPDATED_DESC = "UPDATED_DESC"
    UPDATED_ASC = "UPDATED_ASC"
    CREATED_DESC = "CREATED_DESC"
    CREATED_ASC = "CREATED_ASC"
    FOLLOWERS_DESC = "FOLLOWERS_DESC"


def _describe(
    enum: type[StrEnum], description: str, /, *, name: str | None = None, **values: str
) -> None:
    """Make it a GraphQL enum. Raises ValueError unless exactly its values are described."""
    if set(values) != set(enum.__members__):
        raise ValueError(f"{enum.__name__}: describe exactly {', '.join(enum.__members__)}")
    described = strawberry.enum(enum, name=name, description=description)
    for value in cast("WithStrawberryEnumDefinition", described).__strawberry_definition__.values:
        value.description = values[value.name]


# --- Campaigns ---

_describe(
    CampaignType,
    "How influencers come to take part in a campaign. Fixed once the campaign has left `DRAFT`.",
    NORMAL="Anyone who meets the requirements joins at once.",
    SELECTION=(
        "Influencers apply; staff or the advertiser approve or reject each application on the "
        "Applicant influencers tab."
    ),
    AFFILIATE=(
        "Sales by code or link; anyone who meets the requirements joins at once. The only type "
        "that may do without post tracking."
    ),
)
_describe(
    CampaignStatus,
    "Where a campaign is in its life. It only moves forward (steps may be skipped), by "
    "`updateCampaign` and never by the clock. A campaign is *running* while `UPCOMING` or "
    "`ONGOING`.",
    DRAFT=(
        "Being prepared: no influencer sees it, nobody can take part, and everything can be "
        "changed."
    ),
    UPCOMING="Announced: influencers whom the rules let see it may apply and join already.",
    ONGOING="Running.",
    COMPLETED="Over, done. Nothing can be changed any more, except the status of posts.",
    CANCELLED=(
        "Called off. Nothing can be changed any more. Reached from any status but `COMPLETED`."
    ),
)
_describe(
    CampaignOrder,
    "How campaigns are ordered. Ties are in the order of the ids.",
    CREATED_DESC="Newest first.",
    CREATED_ASC="Oldest first.",
    TITLE_ASC="By title, without regard to case and width, by code point.",
    DEADLINE_ASC="By application deadline, the nearest in time first; those without one last.",
)
_describe(
    Platform,
    "A social platform. More may come: tolerate values that you do not know.",
    INSTAGRAM="Instagram.",
    TIKTOK="TikTok.",
    YOUTUBE="YouTube.",
    X="X, once Twitter.",
    FACEBOOK="Facebook.",
    THREADS="Threads.",
    LINE="LINE, with its VOOM posts.",
)

# --- Taking part ---

_describe(
    CandidateStatus,
    "Status on the Select influencer tab: how an influencer stands to a campaign, whether or "
    "not they take part.",
    UNAVAILABLE=(
        "Does not take part, and the campaign is not visible to them; "
        "`Candidate.unavailableReasons` says why."
    ),
    AVAILABLE=(
        "Does not take part; the campaign is visible to them, and staff can mark them as joined."
    ),
    WAITING=(
        "Marked as joined by staff. With several qualifying accounts the system waits for them to "
        "select one, with none for them to connect one."
    ),
    APPLIED=(
        "Applied to a Selection campaign and not decided yet (`APPLIED` or `REVIEWING` as stored)."
    ),
    JOINED="Takes part (`JOINED`, or in Selection campaigns `APPROVED`, as stored).",
    REJECTED="Their application was rejected.",
)
_describe(
    CandidateOrder,
    "How the Select influencer tab is ordered. Ties are in the order of the ids.",
    FOLLOWERS_DESC="Most followers (of the largest connected account) first.",
    FOLLOWERS_ASC="Fewest followers (of the largest connected account; 0 without one) first.",
    NAME_ASC="By name, without regard to case and width, by code point.",
    NAME_DESC="By name, backwards.",
    CHANGED_DESC=(
        "Latest change of their participation first, removed ones included, changes of "
        "availability not; those who never took part last."
    ),
)
_describe(
    ApplicantStatus,
    "Status on the Applicant influencers tab, of Selection campaigns alone.",
    APPLIED="Applied. Switches freely with `REVIEWING`.",
    REVIEWING="Under review by internal teams or the advertiser. Switches freely with `APPLIED`.",
    APPROVED=(
        "May join, and is shown on the Posts tab. Takes one place of the capacity. Switches freely "
        "with `REJECTED`, and never goes back to `APPLIED` or `REVIEWING`."
    ),
    REJECTED=(
        "Turned down. Switches freely with `APPROVED`; only `reopenApplications` makes them "
        "`APPLIED` again."
    ),
)
_describe(
    ParticipationStatus,
    "Status of a participation as stored. `APPLIED`, `REVIEWING`, `APPROVED` and `REJECTED` "
    "occur in Selection campaigns alone, `JOINED` in the other types alone.",
    WAITING=(
        "Marked as joined by staff; waits for the influencer to select or connect a qualifying "
        "account. Holds no place."
    ),
    APPLIED="Their application waits to be looked at.",
    REVIEWING="Their application is under review.",
    APPROVED="Their application was approved: they take part, and hold a place.",
    REJECTED="Their application was turned down.",
    JOINED="They take part, and hold a place.",
    REMOVED=(
        "Removed by staff, or withdrawn by themselves. As if they had never taken part: the next "
        "join or application starts a new round of the same participation."
    ),
)
_describe(
    ParticipationOrigin,
    "Who began the present round of a participation.",
    FORCED="Staff, by marking the influencer as joined.",
    SELF="The influencer, by applying.",
)
_describe(
    ParticipationOrder,
    "How participations are ordered. Ties are in the order of the ids.",
    UPDATED_DESC="Latest change first.",
    UPDATED_ASC="Longest unchanged first.",
    CREATED_DESC="Newest first.",
    CREATED_ASC="Oldest first.",
    FOLLOWERS_DESC="Most followers (of the influencer's largest connected account) first.",
)
_describe(
    UnavailableReason,
    "Why a campaign is not visible to an influencer.",
    CAMPAIGN_NOT_OPEN="The campaign is not running: it is neither `UPCOMING` nor `ONGOING`.",
    HIDDEN_BY_STAFF="Staff set their availability to `UNAVAILABLE` (`setAvailability`).",
    COUNTRY="Their country is not one of the campaign's, or is not known.",
    CATEGORY="They have no category in common with the campaign.",
    FOLLOWERS="They have relevant accounts, but none whose followers are in the campaign's range.",
)
_describe(
    Availability,
    "What staff may set a campaign's visibility to for one influencer, whatever the audience "
    "rules say.",
    AVAILABLE=(
        "Shows the campaign to them although the rules leave them out. Every relevant account of "
        "theirs qualifies."
    ),
    UNAVAILABLE="Hides the campaign from them although they meet the rules.",
)
_describe(
    RequiredActionType,
    "What a creator must do next for a participation.",
    CONNECT_ACCOUNT="Connect an account that qualifies: none of theirs does.",
    SELECT_ACCOUNT="Select one of their qualifying accounts.",
    SELECT_SOCIAL_MEDIA=(
        "Select the platforms they will use (affiliate campaigns without post tracking)."
    ),
    SUBMIT_POST=(
        "Submit the URL of their post, or of a new one where the last has a warning or is "
        "ineffective."
    ),
)
_describe(
    Action,
    "Everything that can happen to a participation: what an event tells, and what a caller may "
    "do next.",
    name="ParticipationAction",
    MARK_JOINED="Staff mark an influencer as joined: `markJoined`.",
    APPLY="The influencer applies, or joins where no approval is needed: `apply`.",
    SELECT_ACCOUNT="The influencer selects the account to take part with: `selectAccount`.",
    CONNECT_ACCOUNT=(
        "The influencer connects an account, which moves on whoever was waiting for exactly that: "
        "`connectAccount`, or by the agency's own database `upsertInfluencers`."
    ),
    SELECT_SOCIAL_MEDIA=(
        "Platforms are selected in an affiliate campaign without post tracking: "
        "`selectSocialMedia`."
    ),
    SET_APPLIED="An application under review goes back to `APPLIED`: `setApplicantStatus`.",
    SET_REVIEWING="An application is taken under review: `setApplicantStatus`.",
    APPROVE="An application is approved: `setApplicantStatus`.",
    REJECT="An application is rejected: `setApplicantStatus`.",
    REOPEN=(
        "Staff make a rejected influencer an applicant again, in a new round: `reopenApplications`."
    ),
    REMOVE="Staff take someone out who waits or joined: `removeParticipants`.",
    WITHDRAW="The influencer steps back: `withdraw`.",
    SET_AVAILABILITY=(
        "Staff show or hide the campaign, or let the rules decide again: `setAvailability`."
    ),
    SUBMIT_POST="The influencer submits the URL of a post: `submitPost`.",
    SET_POST_STATUS="Staff judge a post: `setPostStatus`.",
    ERASE=(
        "An influencer's personal data are erased, which ends what was not decided. Never a "
        "caller's to do."
    ),
)
_describe(
    JobSection,
    "A section of the creator's My Job page. Each participation but removed ones is in exactly "
    "one.",
    IN_PROGRESS=(
        "In running campaigns: `WAITING`, `APPROVED`, `JOINED`, and those marked as joined by "
        "staff that are still `APPLIED` or `REVIEWING`."
    ),
    APPLIED="In running campaigns: their own applications that are not decided yet.",
    COMPLETED="`APPROVED` and `JOINED` in completed campaigns.",
    CLOSED="All others: rejected, cancelled, or over before they were decided.",
)

# --- Posts ---

_describe(
    PostStatus,
    "Status of a submitted post.",
    SUBMITTED="Submitted by the influencer, and not judged yet.",
    EFFECTIVE="Appropriate.",
    WARNING="Inappropriate, in the way that `PostWarning` names; can be solved.",
    APPROVED="Accepted for good: the influencer may request payment. Final.",
    INEFFECTIVE="Invalid. Final; the influencer may post anew.",
)
_describe(
    PostRowStatus,
    "Status of a row of the Posts tab: that of its post, or `JOINED`.",
    JOINED="Joined, nothing posted yet.",
    SUBMITTED="Submitted by the influencer, and not judged yet.",
    EFFECTIVE="Appropriate.",
    WARNING="Inappropriate, in the way that `PostWarning` names; can be solved.",
    APPROVED="Accepted for good: the influencer may request payment. Final.",
    INEFFECTIVE="Invalid. Final; the influencer may post anew.",
)
_describe(
    PostDecision,
    "What staff may set a post to.",
    EFFECTIVE="Appropriate.",
    WARNING="Inappropriate, but can be solved. Needs a kind (`warning`) and a reason.",
    APPROVED="Accepted for good: the influencer may request payment. Final.",
    INEFFECTIVE="Invalid. Final. Needs a reason.",
)
_describe(
    PostWarning,
    "What is wrong with a post that has a warning.",
    AD_FRAUD="Reach or engagement that looks bought or forged.",
    DELETED_POST="The post is not there any more. The influencer may post anew.",
    INVALID_TOKEN="The platform refuses to show us the post: connect the account again.",  # noqa: S106
    INVALID_CONTENT="The content is not what the campaign asks for.",
    OTHER="Anything else: see the reason.",
)

# --- Callers and outcomes ---

_describe(
    Role,
    "Who acts.",
    STAFF="A member of the agency's staff.",
    ADVERTISER="Someone of an advertiser, who sees and decides that advertiser's campaigns.",
    INFLUENCER="A creator, who sees and moves what is their own.",
    SYSTEM="The server itself, such as by an import. Never a caller with a token.",
)
_describe(
    Outcome,
    "How one item of a mutation came out.",
    CHANGED="It was done.",
    UNCHANGED="It was so already: nothing was done, and no event was written.",
    REFUSED="Nothing was done; the error says why.",
)
_describe(
    ErrorCode,
    "Why something was refused. Where several apply, the answer is the one that comes first in "
    "this order: `INVALID_INPUT` and what else is wrong with the call, `NOT_FOUND`, `STALE_…`, "
    "`CAMPAIGN_CLOSED`, `NOT_A_SELECTION_CAMPAIGN`, the transitions, `DEADLINE_PASSED`, "
    "`INFLUENCER_UNAVAILABLE`, accounts, platforms and URLs, `CAPACITY_REACHED`. More may "
    "come: tolerate values that you do not know.",
    INVALID_INPUT=(
        "A value cannot be used: too long, empty, repeated, malformed, or at odds with another."
    ),
    TOO_MANY_ITEMS="More items than one call may have. Split the call.",
    REASON_REQUIRED="This needs a reason. Ask the user for one.",
    NOT_FOUND="There is no such object, or it is not the caller's to see.",
    STALE_VERSION="The participation has changed since it was read (`ifVersion`). Read it again.",
    STALE_STATUS=(
        "The participation is in none of the statuses of `ifStatus` any more. Read it again."
    ),
    CAMPAIGN_CLOSED="The campaign is not running (`DRAFT`, `COMPLETED` or `CANCELLED`).",
    NOT_A_SELECTION_CAMPAIGN="Only Selection campaigns have applications.",
    TRANSITION_IRREVERSIBLE=(
        "A decision cannot be taken back to before it: an approved or rejected application, or a "
        "post with a final status."
    ),
    DECIDED_ON_APPLICANT_TAB=(
        "They have applied already: decide the application on the Applicant influencers tab."
    ),
    TRANSITION_NOT_ALLOWED="Not possible from the status it has now, or in this campaign.",
    DEADLINE_PASSED="The application deadline has passed.",
    INFLUENCER_UNAVAILABLE=(
        "The campaign is not visible to the influencer; the message says why. `setAvailability` "
        "can show it to them."
    ),
    ACCOUNT_REQUIRED=(
        "Which account? They have several that qualify and named none, or have none yet and must "
        "connect one."
    ),
    ACCOUNT_NOT_RELEVANT="The account is disconnected, or on none of the campaign's platforms.",
    ACCOUNT_NOT_QUALIFYING="The account's followers are not in the campaign's range.",
    ACCOUNT_IN_USE="The account is connected to someone else.",
    PLATFORM_NOT_RELEVANT="The platform is not one of the campaign's.",
    URL_IN_USE="Someone else submitted this URL to the campaign.",
    CAPACITY_REACHED="No place is left, or fewer than are taken would be.",
)
_describe(
    InfluencerOrder,
    "How influencers are ordered. Ties are in the order of the ids.",
    FOLLOWERS_DESC="Most followers (of the largest connected account) first.",
    FOLLOWERS_ASC="Fewest followers (of the largest connected account; 0 without one) first.",
    NAME_ASC="By name, without regard to case and width, by code point.",
    NAME_DESC="By name, backwards.",
)
