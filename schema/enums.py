"""The enums: those of `workflow.enums` with their descriptions, and the orders of lists.

The other modules of this package import their enums from here, so that each is described before
it is used.
"""

from enum import StrEnum
from typing import cast

import strawberry
from strawberry.types.enum import WithStrawberryEnumDefinition

from models.webhook import DeliveryStatus
from workflow.enums import (
    Action,
    AffiliateKind,
    ApplicantStatus,
    Availability,
    CampaignStatus,
    CampaignType,
    CandidateStatus,
    ErrorCode,
    Finding,
    JobSection,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    PlanAction,
    PlanItemOutcome,
    PlanItemState,
    PlanStatus,
    Platform,
    PostDecision,
    PostRowStatus,
    PostSource,
    PostStatus,
    PostWarning,
    RequiredActionType,
    Role,
    Rule,
    UnavailableReason,
)

__all__ = [
    "Action",
    "AffiliateKind",
    "ApplicantStatus",
    "Availability",
    "CampaignOrder",
    "CampaignStatus",
    "CampaignType",
    "CandidateOrder",
    "CandidateStatus",
    "DeliveryStatus",
    "ErrorCode",
    "Finding",
    "InfluencerOrder",
    "JobSection",
    "Outcome",
    "ParticipationOrder",
    "ParticipationOrigin",
    "ParticipationStatus",
    "PlanAction",
    "PlanItemOutcome",
    "PlanItemState",
    "PlanStatus",
    "Platform",
    "PostDecision",
    "PostRowStatus",
    "PostSource",
    "PostStatus",
    "PostWarning",
    "RequiredActionType",
    "Role",
    "Rule",
    "UnavailableReason",
]


class CampaignOrder(StrEnum):
    UPDATED_DESC = "UPDATED_DESC"
    STARTS_DESC = "STARTS_DESC"
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
    NAME_ASC = "NAME_ASC"
    UPDATED_DESC = "UPDATED_DESC"
    UPDATED_ASC = "UPDATED_ASC"
    CREATED_DESC = "CREATED_DESC"
    CREATED_ASC = "CREATED_ASC"
    FOLLOWERS_DESC = "FOLLOWERS_DESC"


class PostOrder(StrEnum):
    SUBMITTED_DESC = "SUBMITTED_DESC"
    SUBMITTED_ASC = "SUBMITTED_ASC"


def _describe(
    enum: type[StrEnum], description: str, /, *, name: str | None = None, **values: str
) -> None:
    """Make the class a GraphQL enum. Raises ValueError unless exactly its values are described."""
    if set(values) != set(enum.__members__):
        raise ValueError(f"{enum.__name__}: describe exactly {', '.join(enum.__members__)}")
    described = strawberry.enum(enum, name=name, description=description)
    for value in cast("WithStrawberryEnumDefinition", described).__strawberry_definition__.values:
        value.description = values[value.name]


# --- Campaigns ---

_describe(
    CampaignType,
    "The type of a campaign, which says what influencers are paid for. Fixed once the campaign has "
    "left `DRAFT`. Campaigns of either type can be Selection campaigns.",
    SOCIAL="A social campaign: influencers are paid for posts.",
    AFFILIATE=(
        "An affiliate campaign: influencers are paid for sales. The only type that can be without "
        "post tracking."
    ),
)
_describe(
    AffiliateKind,
    "The kind of an affiliate campaign, which says how a sale is known to be an influencer's. "
    "Fixed once the campaign has left `DRAFT`.",
    REFERRAL_CODE="Buyers give the influencer's code.",
    URL_TRACKING="Buyers follow the influencer's link.",
    ECOMMERCE="Buyers buy in an online shop, which counts the influencer's sales.",
)
_describe(
    CampaignStatus,
    "The status of a campaign. A status only moves forward (steps may be skipped), by "
    "`updateCampaign` and never by the clock. A campaign is *running* while `UPCOMING` or "
    "`ONGOING`.",
    DRAFT=(
        "The campaign is being prepared: no influencer sees it or can take part, and everything "
        "can be changed."
    ),
    UPCOMING=(
        "The campaign is announced: influencers to whom it is visible can already apply and join."
    ),
    ONGOING="The campaign is under way: influencers to whom it is visible can apply and join.",
    COMPLETED="The campaign is over. Nothing can be changed any more but the status of posts.",
    CANCELLED=(
        "The campaign is called off, from any status but `COMPLETED`. Nothing can be changed any "
        "more."
    ),
)
_describe(
    CampaignOrder,
    "The order of campaigns; ties are ordered by id.",
    UPDATED_DESC="Campaigns created or changed last by `updateCampaign` come first.",
    STARTS_DESC="Campaigns with the latest start come first, those without one last.",
    CREATED_DESC="Campaigns created last come first.",
    CREATED_ASC="Campaigns created first come first.",
    TITLE_ASC=(
        "Campaigns are in the order of their titles: by code point, without regard to case and "
        "width."
    ),
    DEADLINE_ASC=(
        "Campaigns with the earliest application deadline come first, those without one last."
    ),
)
_describe(
    Platform,
    "A social platform. More may be added: clients must tolerate values that they do not know.",
    INSTAGRAM="The platform Instagram.",
    TIKTOK="The platform TikTok.",
    YOUTUBE="The platform YouTube.",
    X="The platform X, formerly Twitter.",
    FACEBOOK="The platform Facebook.",
    THREADS="The platform Threads.",
    LINE="The platform LINE, with posts on LINE VOOM.",
)

# --- Taking part ---

_describe(
    CandidateStatus,
    "The status of an influencer on a campaign's Select influencer tab, with or without a "
    "participation.",
    UNAVAILABLE=(
        "The influencer does not take part and the campaign is not visible to them; see "
        "`Candidate.unavailableReasons`."
    ),
    AVAILABLE=(
        "The influencer does not take part and the campaign is visible to them: staff can mark "
        "them as joined."
    ),
    WAITING=(
        "The influencer was marked as joined by staff and must select one of several qualifying "
        "accounts, or connect one."
    ),
    APPLIED=(
        "The influencer's application to a Selection campaign is not decided: `APPLIED` or "
        "`REVIEWING` as stored."
    ),
    JOINED=(
        "The influencer takes part: `JOINED` as stored, or `APPROVED` in a Selection campaign."
    ),
    REJECTED="The influencer's application was rejected.",
)
_describe(
    CandidateOrder,
    "The order of the Select influencer tab; ties are ordered by id.",
    FOLLOWERS_DESC=(
        "Influencers with the most followers (of their largest connected account) come first."
    ),
    FOLLOWERS_ASC=(
        "Influencers with the fewest followers (of their largest connected account; 0 without one) "
        "come first."
    ),
    NAME_ASC=(
        "Influencers are in the order of their names: by code point, without regard to case and "
        "width."
    ),
    NAME_DESC=(
        "Influencers are in the reverse order of their names: by code point, without regard to "
        "case and width."
    ),
    CHANGED_DESC=(
        "Influencers whose participation (also a removed one) changed last come first, influencers "
        "without one last. Changes of availability do not count."
    ),
)
_describe(
    ApplicantStatus,
    "The status of an applicant on the Applicant influencers tab. Only in Selection campaigns.",
    APPLIED="The influencer has applied. Can be switched to `REVIEWING` and back.",
    REVIEWING=(
        "The application is under review by internal teams or the advertiser. Can be switched to "
        "`APPLIED` and back."
    ),
    APPROVED=(
        "The application is approved: the influencer takes part, holds one place of the capacity "
        "and is shown on the Posts tab. Can be switched to `REJECTED` and back, but not to "
        "`APPLIED` or `REVIEWING`."
    ),
    REJECTED=(
        "The application is rejected. Can be switched to `APPROVED` and back; only "
        "`reopenApplications` makes it `APPLIED` again."
    ),
)
_describe(
    ParticipationStatus,
    "The status of a participation, as stored. `APPLIED`, `REVIEWING`, `APPROVED` and `REJECTED` "
    "occur only in Selection campaigns, `JOINED` only in others.",
    WAITING=(
        "The influencer was marked as joined by staff, and must select or connect a qualifying "
        "account. Holds no place."
    ),
    APPLIED="The influencer has applied, and the application waits for review.",
    REVIEWING="The influencer's application is under review.",
    APPROVED="The influencer's application is approved: they take part and hold a place.",
    REJECTED="The influencer's application is rejected.",
    JOINED="The influencer has joined: they take part and hold a place.",
    REMOVED=(
        "The influencer was removed by staff, has withdrawn, or was erased, and does not take "
        "part. The next join or application starts a new round of the same participation."
    ),
)
_describe(
    ParticipationOrigin,
    "The origin of a participation's present round.",
    FORCED="Staff began the round, by marking the influencer as joined.",
    SELF="The influencer began the round, by applying.",
)
_describe(
    ParticipationOrder,
    "The order of participations; ties are ordered by id.",
    NAME_ASC=(
        "Participations are in the order of their influencers' names: by code point, without "
        "regard to case and width."
    ),
    UPDATED_DESC="Participations changed last come first.",
    UPDATED_ASC="Participations unchanged for longest come first.",
    CREATED_DESC="Participations created last come first.",
    CREATED_ASC="Participations created first come first.",
    FOLLOWERS_DESC=(
        "Participations of influencers with the most followers (of their largest connected "
        "account) come first."
    ),
)
_describe(
    UnavailableReason,
    "A reason why a campaign is not visible to an influencer.",
    CAMPAIGN_NOT_OPEN="The campaign is not running: it is neither `UPCOMING` nor `ONGOING`.",
    HIDDEN_BY_STAFF=(
        "Staff have set the influencer's availability to `UNAVAILABLE`, by `setAvailability`."
    ),
    COUNTRY="The influencer's country is unknown, or not one of the campaign's.",
    CATEGORY="The influencer has no category in common with the campaign.",
    FOLLOWERS=(
        "The influencer has relevant accounts, but none whose followers are in the campaign's "
        "range."
    ),
)
_describe(
    Availability,
    "The availability of a campaign to one influencer, as staff set it over the audience rules.",
    AVAILABLE=(
        "The campaign is visible to the influencer, also where the audience rules exclude them, "
        "and each of their relevant accounts qualifies."
    ),
    UNAVAILABLE=(
        "The campaign is hidden from the influencer, also where the audience rules admit them."
    ),
)
_describe(
    RequiredActionType,
    "The kind of action that an influencer must take next for a participation.",
    CONNECT_ACCOUNT=(
        "The influencer must connect an account: one that qualifies, as they have none, or one on "
        "each of the social media that were selected."
    ),
    SELECT_ACCOUNT="The influencer must select one of their qualifying accounts.",
    SELECT_SOCIAL_MEDIA=(
        "The influencer must select the platforms that they use, in an affiliate campaign without "
        "post tracking."
    ),
    SUBMIT_POST=(
        "The influencer must submit the URL of a post, or of a new one where all so far have a "
        "warning or are ineffective."
    ),
)
_describe(
    Action,
    "An action on a participation: in events one that was performed, in `availableActions` one "
    "that the caller can perform. More may be added: clients must tolerate values that they do "
    "not know.",
    name="ParticipationAction",
    MARK_JOINED="Staff mark an influencer as joined, by `markJoined`.",
    APPLY="The influencer applies, or joins where no approval is needed, by `apply`.",
    SELECT_ACCOUNT="The influencer selects the account to take part with, by `selectAccount`.",
    CONNECT_ACCOUNT=(
        "The influencer connects an account, by `connectAccount`, or `upsertInfluencers` connects "
        "it. Participations that waited for exactly this account move on."
    ),
    SELECT_SOCIAL_MEDIA=(
        "Staff or the influencer select platforms in an affiliate campaign without post tracking, "
        "by `selectSocialMedia`."
    ),
    SET_APPLIED=(
        "Staff or the advertiser set an application under review back to `APPLIED`, by "
        "`setApplicantStatus`."
    ),
    SET_REVIEWING=(
        "Staff or the advertiser take an application under review, by `setApplicantStatus`."
    ),
    APPROVE="Staff or the advertiser approve an application, by `setApplicantStatus`.",
    REJECT="Staff or the advertiser reject an application, by `setApplicantStatus`.",
    REOPEN=(
        "Staff make a rejected influencer an applicant again, in a new round, by "
        "`reopenApplications`."
    ),
    REMOVE=(
        "Staff remove an influencer who is waiting or joined, or whom they put in themselves and "
        "who was approved, by `removeParticipants`."
    ),
    WITHDRAW="The influencer withdraws from the campaign, by `withdraw`.",
    SET_AVAILABILITY=(
        "Staff show or hide the campaign, or let the audience rules decide again, by "
        "`setAvailability`."
    ),
    SUBMIT_POST="The influencer submits the URL of a post, by `submitPost`.",
    SET_POST_STATUS="Staff set the status of a post, by `setPostStatus`.",
    RECORD_POST="A service records a post, by `recordPosts`.",
    RECORD_FINDING=(
        "A service records what it found of a post, or that it is over, by `recordFindings`, and "
        "the post's status changes."
    ),
    ERASE=(
        "The server removes an undecided participation when staff erase the influencer's data, by "
        "`eraseInfluencer`."
    ),
)
_describe(
    Rule,
    "A row of the transition rules, by its name: `workflow` has the rows, and "
    "`Decision.rule` says by which one an event was decided. *Untracked* is an affiliate campaign "
    "without post tracking. More may be added: clients must tolerate values that they do not know.",
    name="WorkflowRule",
    MARK_JOINED_TO_APPROVED=(
        "Staff mark as joined an influencer with exactly 1 qualifying account, in a Selection "
        "campaign: `APPROVED` with that account."
    ),
    MARK_JOINED_TO_JOINED=(
        "Staff mark as joined an influencer with exactly 1 qualifying account, in other campaigns: "
        "`JOINED` with that account."
    ),
    MARK_JOINED_TO_WAITING=(
        "Staff mark as joined an influencer with no qualifying account, or several: `WAITING` "
        "until one is connected or selected."
    ),
    MARK_JOINED_UNTRACKED_TO_APPROVED=(
        "Staff mark an influencer as joined in an untracked Selection campaign: `APPROVED` without "
        "an account."
    ),
    MARK_JOINED_UNTRACKED_TO_JOINED=(
        "Staff mark an influencer as joined in another untracked campaign: `JOINED` without an "
        "account."
    ),
    APPLY_TO_APPLIED=(
        "The influencer applies with a qualifying account to a Selection campaign: `APPLIED`."
    ),
    APPLY_TO_JOINED="The influencer joins another campaign with a qualifying account: `JOINED`.",
    APPLY_UNTRACKED_TO_APPLIED=(
        "The influencer applies to an untracked Selection campaign: `APPLIED` without an account."
    ),
    APPLY_UNTRACKED_TO_JOINED=(
        "The influencer joins another untracked campaign: `JOINED` without an account."
    ),
    SELECT_ACCOUNT_TO_APPLIED=(
        "The influencer, who is `WAITING`, selects an account in a Selection campaign: `APPLIED`."
    ),
    SELECT_ACCOUNT_TO_JOINED=(
        "The influencer, who is `WAITING`, selects an account in another campaign: `JOINED`."
    ),
    SELECT_ACCOUNT_AGAIN=(
        "The influencer takes part and selects an account in place of one that was disconnected."
    ),
    CONNECT_ACCOUNT_TO_APPLIED=(
        "The influencer, who is `WAITING` without a qualifying account, connects the first one in "
        "a Selection campaign: `APPLIED`."
    ),
    CONNECT_ACCOUNT_TO_JOINED=(
        "The influencer, who is `WAITING` without a qualifying account, connects the first one in "
        "another campaign: `JOINED`."
    ),
    SELECT_SOCIAL_MEDIA="Staff or the influencer select platforms in an untracked campaign.",
    SET_APPLIED="Staff or the advertiser set an applicant back from `REVIEWING` to `APPLIED`.",
    SET_REVIEWING="Staff or the advertiser take an applicant from `APPLIED` to `REVIEWING`.",
    APPROVE="Staff or the advertiser approve an application, or one that was rejected.",
    REJECT="Staff or the advertiser reject an application, or one that was approved.",
    REOPEN="Staff open a new round for a rejected influencer: `APPLIED`.",
    REMOVE_WAITING="Staff remove an influencer who is `WAITING`.",
    REMOVE_JOINED="Staff remove an influencer who is `JOINED` and has no live post.",
    REMOVE_APPROVED=(
        "Staff remove an influencer whom staff put in, who is `APPROVED` and has no live post."
    ),
    WITHDRAW="The influencer withdraws while `WAITING`, `APPLIED` or `REVIEWING`.",
    WITHDRAW_JOINED="The influencer withdraws while `JOINED` without a live post.",
    SET_AVAILABILITY=(
        "Staff set or remove the availability override of an influencer who does not take part."
    ),
    SET_AVAILABILITY_WAITING=(
        "Staff set to `AVAILABLE`, or remove, the availability override of an influencer who is "
        "`WAITING`."
    ),
    SUBMIT_POST="The influencer, who is `APPROVED` or `JOINED`, submits a post.",
    RECORD_POST="A service records a post of an influencer who is `APPROVED` or `JOINED`.",
    ERASE="The server removes an undecided participation of an influencer who is erased.",
    SET_POST_STATUS="Staff set the status of a post that is not final.",
    RECORD_FINDING="The status of a post that is not final follows from what a service found.",
)
_describe(
    JobSection,
    "A section of the creator's My Job page. Each participation that is not removed is in exactly "
    "one section.",
    IN_PROGRESS=(
        "Participations in running campaigns that are `WAITING`, `APPROVED` or `JOINED`, or that "
        "staff marked as joined and are still `APPLIED` or `REVIEWING`."
    ),
    APPLIED=(
        "Participations in running campaigns for which the influencer has applied and that are not "
        "decided."
    ),
    COMPLETED="Participations in completed campaigns that are `APPROVED` or `JOINED`.",
    CLOSED=(
        "All other participations: rejected ones, those in cancelled campaigns, and those that a "
        "completed campaign left undecided."
    ),
)

# --- Posts ---

_SUBMITTED = "The post is submitted by the influencer, and not reviewed yet."
_EFFECTIVE = "The post is appropriate."
_WARNING = "The post is inappropriate, for the reason in `PostWarning`. Can be solved."
_APPROVED = "The post is accepted and the influencer may request payment. Final."
_INEFFECTIVE = "The post is invalid. Final; the influencer may post anew."
_describe(
    PostStatus,
    "The status of a submitted post.",
    SUBMITTED=_SUBMITTED,
    EFFECTIVE=_EFFECTIVE,
    WARNING=_WARNING,
    APPROVED=_APPROVED,
    INEFFECTIVE=_INEFFECTIVE,
)
_describe(
    PostOrder,
    "The order of the rows of the Posts tab; ties are ordered by id. In either order the rows "
    "without a post come last.",
    SUBMITTED_DESC="Posts submitted last come first.",
    SUBMITTED_ASC="Posts submitted first come first.",
)
_describe(
    PostRowStatus,
    "The status of a row of the Posts tab: that of its post, or `JOINED`.",
    JOINED="The influencer has joined, and has not posted in the present round.",
    SUBMITTED=_SUBMITTED,
    EFFECTIVE=_EFFECTIVE,
    WARNING=_WARNING,
    APPROVED=_APPROVED,
    INEFFECTIVE=_INEFFECTIVE,
)
_describe(
    PostDecision,
    "The status to which staff can set a post.",
    EFFECTIVE=_EFFECTIVE,
    WARNING="The post is inappropriate, but can be solved. Needs `warning` and `reason`.",
    APPROVED=_APPROVED,
    INEFFECTIVE="The post is invalid. Final; the influencer may post anew. Needs `reason`.",
)
_describe(
    PostWarning,
    "The kind of warning that a post has.",
    AD_FRAUD="The post's reach or engagement looks bought or forged.",
    DELETED_POST="The post was deleted. The influencer may post anew.",
    INVALID_TOKEN="The platform no longer shows us the post: the account must be connected again.",  # noqa: S106
    INVALID_CONTENT="The post's content is not what the campaign asks for.",
    OTHER="The post has another fault, which the reason names.",
)
_describe(
    PostSource,
    "The source of a post: who told of it first.",
    CREATOR="The influencer submitted the post.",
    SERVICE="A service recorded the post (`recordPosts`).",
)
_describe(
    Finding,
    "A fault that a service finds of a post (`recordFindings`). While it holds, the post has the "
    "warning of the same name, unless staff have set the post's status since. Of two findings at "
    "one moment the first of this list counts.",
    AD_FRAUD="The post's reach or engagement looks bought or forged.",
    DELETED_POST="The post is no longer on the platform.",
    INVALID_TOKEN="The platform no longer shows the post to the service.",  # noqa: S106
)

# --- Callers and outcomes ---

_describe(
    Role,
    "The role of a caller or an actor.",
    STAFF="A member of the agency's staff.",
    ADVERTISER="A member of an advertiser, who sees and decides that advertiser's campaigns.",
    INFLUENCER="An influencer, who sees and changes their own participations and accounts.",
    SERVICE=(
        "A service that looks at social platforms, or keeps influencers up to date: it calls "
        "`recordPosts`, `recordFindings`, `upsertInfluencers` and `viewer` alone."
    ),
    SYSTEM="The server itself, for example in an import. Only an actor, never a caller.",
)
_describe(
    Outcome,
    "The outcome of a mutation, or of one item of a bulk mutation.",
    CHANGED="The change was made.",
    UNCHANGED="Everything was as asked already: no change was made, and no event was written.",
    REFUSED="The change was refused, for the reason that the error gives.",
)
_describe(
    ErrorCode,
    "The reason why a mutation or an item of it was refused. Where several apply, the answer is "
    "the first in this order: `INVALID_INPUT` and other faults of the call, `NOT_FOUND`, "
    "`STALE_…`, `CAMPAIGN_CLOSED`, `NOT_A_SELECTION_CAMPAIGN`, `TRANSITION_…` and "
    "`DECIDED_ON_APPLICANT_TAB`, `DEADLINE_PASSED`, `INFLUENCER_UNAVAILABLE`, accounts, platforms "
    "and URLs, `CAPACITY_REACHED`, `CODES_EXHAUSTED`. More may be added: clients must tolerate "
    "values that they do not know.",
    INVALID_INPUT=(
        "A value cannot be used: it is too long, empty, repeated, malformed, or contradicts "
        "another."
    ),
    TOO_MANY_ITEMS=(
        "The call has more items than one call may have: split the call. Of one item: the "
        "participation has 100 posts, or the influencer 50 accounts, and may have no more. Of "
        "`createWebhook`: there are 50 webhooks, and may be no more."
    ),
    REASON_REQUIRED="The change needs a reason. Ask the user for one.",
    NOT_FOUND="The object does not exist, or the caller may not see it.",
    STALE_VERSION="The participation has changed since it was read (`ifVersion`). Read it again.",
    STALE_STATUS=(
        "The participation is no longer in one of the statuses of `ifStatus`. Read it again."
    ),
    CAMPAIGN_CLOSED="The campaign is not running: it is `DRAFT`, `COMPLETED` or `CANCELLED`.",
    NOT_A_SELECTION_CAMPAIGN="The campaign is not a Selection campaign, so has no applications.",
    TRANSITION_IRREVERSIBLE=(
        "The decision cannot be undone: the application is approved or rejected, or the post's "
        "status is final."
    ),
    DECIDED_ON_APPLICANT_TAB=(
        "The influencer has applied already: decide the application on the Applicant influencers "
        "tab."
    ),
    TRANSITION_NOT_ALLOWED=(
        "The change is not possible from the present status, or not in this campaign."
    ),
    DEADLINE_PASSED="The campaign's application deadline has passed.",
    INFLUENCER_UNAVAILABLE=(
        "The campaign is not visible to the influencer; the message says why. `setAvailability` "
        "can make it visible."
    ),
    ACCOUNT_REQUIRED=(
        "The influencer must name one of several qualifying accounts, or connect one where none "
        "qualifies."
    ),
    ACCOUNT_NOT_RELEVANT="The account is disconnected, or on none of the campaign's platforms.",
    ACCOUNT_NOT_QUALIFYING="The account's followers are not in the campaign's range.",
    ACCOUNT_IN_USE="The account is connected to another influencer.",
    PLATFORM_NOT_RELEVANT="The platform is not one of the campaign's.",
    URL_IN_USE="Another influencer has submitted the URL to the campaign.",
    CAPACITY_REACHED=(
        "The campaign has no place left, or the new capacity is below the places taken."
    ),
    CODES_EXHAUSTED=(
        "The campaign gives each participant a referral code, and none is left. "
        "`addReferralCodes` adds more."
    ),
    DRIFTED=(
        "Something else has happened to the influencer since the plan's list was frozen, or since "
        "the plan that is taken back was applied."
    ),
    PLAN_NOT_READY="The plan's status does not allow it.",
    PLAN_IN_THE_WAY="Another plan of the campaign is being applied: wait for its end.",
    FREEZING_FAILED="The plan's list could not be frozen, again and again: narrow the filter.",
)
_describe(
    InfluencerOrder,
    "The order of influencers; ties are ordered by id.",
    FOLLOWERS_DESC=(
        "Influencers with the most followers (of their largest connected account) come first."
    ),
    FOLLOWERS_ASC=(
        "Influencers with the fewest followers (of their largest connected account; 0 without one) "
        "come first."
    ),
    NAME_ASC=(
        "Influencers are in the order of their names: by code point, without regard to case and "
        "width."
    ),
    NAME_DESC=(
        "Influencers are in the reverse order of their names: by code point, without regard to "
        "case and width."
    ),
)

# --- Plans ---

_describe(
    PlanAction,
    "The action of a plan, which is the action of the same name in `ParticipationAction`.",
    MARK_JOINED="Mark candidates as joined, as `markJoined` does.",
    SET_REVIEWING="Set applicants to `REVIEWING`, as `setApplicantStatus` does.",
    SET_APPLIED="Set applicants back to `APPLIED`, as `setApplicantStatus` does.",
    APPROVE="Approve applicants, as `setApplicantStatus` does.",
    REJECT="Reject applicants, as `setApplicantStatus` does.",
    REOPEN="Make rejected applicants applied again, as `reopenApplications` does.",
    REMOVE="Remove participants, as `removeParticipants` does.",
)
_describe(
    PlanStatus,
    "The status of a plan.",
    PREPARING="The list is being frozen, in the background.",
    READY="The list is frozen: look at it, then apply the plan. It expires after 24 hours.",
    APPLYING="The plan is being applied, in the background.",
    APPLIED="Each item that was to change has been tried.",
    CANCELLED="The plan was cancelled, perhaps midway. It is never resumed.",
    EXPIRED="The plan was not applied within 24 hours.",
    FAILED="The list could not be frozen; see `Plan.error`.",
)
_describe(
    PlanItemOutcome,
    "The outcome of a plan for one item of its list, as the rules answered when it was frozen.",
    name="PlanOutcome",
    CHANGES="The action would change the participation.",
    UNCHANGED="The participation was as asked already.",
    REFUSED="The action would be refused; see `PlanItem.error`.",
)
_describe(
    PlanItemState,
    "The state of an item that was to change, once it was tried.",
    DONE="The item was changed as planned.",
    DRIFTED="The item was left alone, as it would not have come out as planned.",
)

# --- Webhooks ---

_describe(
    DeliveryStatus,
    "The status of a delivery of an event to a webhook.",
    PENDING="The message has not arrived yet. It is sent again until it has.",
    DELIVERED="The receiver has answered with a status from 200 to 299.",
    FAILED=(
        "The message was given up, because it failed for 24 hours while other messages of the "
        "webhook arrived. `redeliver` sends it again."
    ),
)
