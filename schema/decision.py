"""The facts on which the rules decided an event."""

import strawberry

from schema.account import SocialAccount
from schema.enums import (
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
)


@strawberry.type(description="A relevant account of the influencer, as it was at a decision.")
class DecisionAccount:
    account: SocialAccount = strawberry.field(description="The account, as it is now.")
    followers: int = strawberry.field(
        description="The number of followers of the account at the decision."
    )
    qualifies: bool = strawberry.field(
        description="Whether the account qualified for the campaign at the decision."
    )


@strawberry.type(
    description="The post that a decision was about, with its status before and after it."
)
class DecisionPost:
    platform: Platform | None = strawberry.field(
        description=(
            "The platform of the URL that was submitted or recorded. Null for a decision about a "
            "post that was there already."
        )
    )
    from_: PostStatus | None = strawberry.field(
        name="from",
        description="The post's status before the decision. Null if the post is new.",
    )
    from_warning: PostWarning | None = strawberry.field(
        description="The post's warning before the decision. Null if its status was another one."
    )
    to: PostStatus = strawberry.field(description="The post's status after the decision.")
    to_warning: PostWarning | None = strawberry.field(
        description="The post's warning after the decision. Null if its status is another one."
    )
    url_is_taken: bool = strawberry.field(
        description=(
            "Whether another live post of the campaign had the URL at the decision, so that this "
            "one could not become live again."
        )
    )


@strawberry.type(
    description=(
        "The facts on which the rules decided an event, as they were at that moment. They are kept "
        "with the event, and stay the same whatever changes later."
    )
)
class Decision:
    rule: Rule = strawberry.field(
        description=(
            "The row of the transition rules that allowed the event; `workflow` has the rows."
        )
    )
    campaign_type: CampaignType = strawberry.field(
        description="The campaign's type at the decision."
    )
    affiliate_kind: AffiliateKind | None = strawberry.field(
        description="The campaign's affiliate kind at the decision. Null in `SOCIAL` campaigns."
    )
    selection: bool = strawberry.field(
        description="Whether the campaign was a Selection campaign at the decision."
    )
    post_tracking: bool = strawberry.field(
        description="Whether the campaign tracked posts at the decision."
    )
    campaign_status: CampaignStatus = strawberry.field(
        description=(
            "The campaign's status at the decision: it was running if `UPCOMING` or `ONGOING`."
        )
    )
    campaign_platforms: list[Platform] = strawberry.field(
        description="The campaign's platforms at the decision, by which accounts are relevant."
    )
    unavailable_reasons: list[UnavailableReason] = strawberry.field(
        description=(
            "The reasons why the campaign was not visible to the influencer at the decision. Empty "
            "if it was visible."
        )
    )
    availability_override: Availability | None = strawberry.field(
        description=(
            "The availability that staff had set for the influencer before the event. Null if the "
            "audience rules applied."
        )
    )
    deadline_passed: bool = strawberry.field(
        description="Whether the application deadline had passed at the decision."
    )
    places_left: int | None = strawberry.field(
        description=(
            "The number of places that were left before the event, after those that earlier items "
            "of the same call took. Null if the campaign had no limit."
        )
    )
    codes_left: int | None = strawberry.field(
        description=(
            "The number of referral codes that were left before the event. Null unless the event "
            "gave a code."
        )
    )
    relevant_count: int = strawberry.field(
        description="The number of the influencer's relevant accounts at the decision."
    )
    qualifying_count: int = strawberry.field(
        description="The number of the influencer's qualifying accounts at the decision."
    )
    accounts: list[DecisionAccount] = strawberry.field(
        description=(
            "The relevant accounts that mattered most, 10 at most: those that qualified before the "
            "others, `selectedAccount` first, then by followers."
        )
    )
    origin: ParticipationOrigin | None = strawberry.field(
        description=(
            "The origin of the participation before the event. Null if there was no participation."
        )
    )
    selection_was_lost: bool = strawberry.field(
        description="Whether the account selected before the event had been disconnected."
    )
    has_live_post: bool = strawberry.field(
        description="Whether the participation had a live post before the event."
    )
    selected_account: SocialAccount | None = strawberry.field(
        description=(
            "The account that the event selected, or that `REOPEN` took over, as it is now. Null "
            "if the event selected none."
        )
    )
    selected_platforms: list[Platform] = strawberry.field(
        description="The platforms that `SELECT_SOCIAL_MEDIA` selected. Empty for other actions."
    )
    availability: Availability | None = strawberry.field(
        description=(
            "The availability that `SET_AVAILABILITY` set. Null if it removed the override, and "
            "for other actions."
        )
    )
    post: DecisionPost | None = strawberry.field(
        description="The post that the event was about. Null if it was about none."
    )
