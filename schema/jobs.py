"""The badges of the creator's My Job page."""

import strawberry

from schema.enums import JobSection


@strawberry.type(description="How much a section of the creator's My Job page holds.")
class JobCount:
    section: JobSection = strawberry.field(description="The section.")
    count: int = strawberry.field(
        description="How many participations, as `myJobs` would say in `totalCount`."
    )
    action_required: int = strawberry.field(
        description="How many of them have a `requiredAction`, blocked ones included."
    )
