"""The rule book, as data."""

import strawberry

from schema.enums import Action, CampaignType, ParticipationStatus, PostStatus, Role


@strawberry.type(
    description=(
        "A row of the rule book: what may follow what, by whom. What no row allows is refused."
    )
)
class WorkflowTransition:
    action: Action = strawberry.field(description="What is done.")
    roles: list[Role] = strawberry.field(description="Who may do it.")
    campaign_type: CampaignType = strawberry.field(description="In which type of campaign.")
    post_tracking: bool | None = strawberry.field(
        description="In campaigns with (true) or without (false) post tracking. Null: in either."
    )
    from_: ParticipationStatus | None = strawberry.field(
        name="from",
        description=(
            "The status before. Null: nobody takes part, as there is no participation or it is "
            "`REMOVED`."
        ),
    )
    to: ParticipationStatus | None = strawberry.field(
        description="The status after. Null: nobody takes part."
    )
    from_post: PostStatus | None = strawberry.field(
        description="The post's status before. Null where no post is judged."
    )
    to_post: PostStatus | None = strawberry.field(
        description="The post's status after. Null where no post is submitted or judged."
    )
    condition: str = strawberry.field(
        description="What must hold beside all this, in words. Empty: nothing."
    )
