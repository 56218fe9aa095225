"""The transition rules, as data."""

import strawberry

from schema.enums import Action, CampaignType, ParticipationStatus, PostStatus, Role, Rule


@strawberry.type(
    description=(
        "One row of the transition rules: an action, the roles that may perform it, and the "
        "statuses before and after it. A transition that no row allows is refused."
    )
)
class WorkflowTransition:
    rule: Rule = strawberry.field(
        description=(
            "The name of the row, which stays the same. Transitions from several statuses, or to "
            "several statuses of a post, can have one name."
        )
    )
    action: Action = strawberry.field(description="The action that makes the transition.")
    roles: list[Role] = strawberry.field(description="The roles that may perform the action.")
    campaign_type: CampaignType | None = strawberry.field(
        description="The type of campaign in which the transition exists. Null: in both."
    )
    selection: bool | None = strawberry.field(
        description=(
            "Whether the transition exists only in Selection campaigns (true) or only in others "
            "(false). Null: in both."
        )
    )
    post_tracking: bool | None = strawberry.field(
        description=(
            "Whether the transition exists only in campaigns with post tracking (true) or only in "
            "those without (false). Null: in both."
        )
    )
    from_: ParticipationStatus | None = strawberry.field(
        name="from",
        description=(
            "The participation's status before the transition. Null: the influencer does not take "
            "part, so there is no participation or it is `REMOVED`."
        ),
    )
    to: ParticipationStatus | None = strawberry.field(
        description=(
            "The participation's status after the transition. Null: the influencer does not take "
            "part."
        )
    )
    from_post: PostStatus | None = strawberry.field(
        description="The post's status before the transition. Null unless it reviews a post."
    )
    to_post: PostStatus | None = strawberry.field(
        description=(
            "The post's status after the transition. Null unless it makes or reviews a post."
        )
    )
    condition: str = strawberry.field(
        description="The further conditions of the transition, in words. Empty if there are none."
    )
