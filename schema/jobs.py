"""The sizes of the sections of the creator's My Job page."""

import strawberry

from schema.enums import JobSection


@strawberry.type(
    description="The number of participations in one section of the creator's My Job page."
)
class JobCount:
    section: JobSection = strawberry.field(description="The section of the My Job page.")
    count: int = strawberry.field(
        description="The number of participations in the section, as `totalCount` of `myJobs`."
    )
    action_required: int = strawberry.field(
        description=(
            "The number of participations in the section that have a `requiredAction`, blocked "
            "ones included."
        )
    )
