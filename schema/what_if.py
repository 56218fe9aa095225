"""A rule that is not saved, and what it would change."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from schema.candidate import Candidate
from schema.connection import Connection
from schema.enums import CandidateOrder
from schema.fields import After, Before, First, Last, projected

Order = Annotated[CandidateOrder | None, strawberry.argument(description="The order of the rows.")]


@strawberry.input(
    description=(
        "Audience rules of a campaign that are not saved. A field that is left out is as the "
        "campaign has it; null and an empty list are no such rule. What `updateCampaign` would "
        "refuse is `INVALID_INPUT`, with the path to it in `extensions.field`."
    )
)
class WhatIfRules:
    countries: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "The countries of the influencers to whom the campaign would be visible, as ISO 3166-1 "
            "alpha-2 codes in upper case, such as `JP`. Unlike a filter, it takes no `jp`."
        ),
    )
    categories: list[str] | None = strawberry.field(
        default=UNSET,
        description=(
            "The categories of which an influencer would need at least one, without regard to case "
            "and width; at most 50, of at most 100 characters each. Nobody has a category that is "
            "new here, and none is created."
        ),
    )
    followers_min: int | None = strawberry.field(
        default=UNSET,
        description=(
            "The smallest number of followers with which an account would qualify, from 0."
        ),
    )
    followers_max: int | None = strawberry.field(
        default=UNSET,
        description=(
            "The largest number of followers with which an account would qualify, from 0 and not "
            "below the smallest."
        ),
    )


@strawberry.type(
    description=(
        "A number of influencers. It is exact where 10,000 or fewer come into question, or where "
        "it follows from other exact numbers; else it is an estimate from a sample of 10,000."
    )
)
class WhatIfCount:
    count: int = strawberry.field(description="The number of influencers.")
    exact: bool = strawberry.field(
        description="Whether `count` is exact. False: it is an estimate."
    )
    margin: int = strawberry.field(
        description=(
            "The margin of error of an estimate: in 95 of 100 cases the true number differs from "
            "`count` by no more. 0 if `count` is exact."
        )
    )


@strawberry.type(
    description=(
        "To whom a campaign would be available under other audience rules, which are not saved. "
        "Nobody who takes part or has an override changes their status by a rule. A campaign that "
        "is neither `UPCOMING` nor `ONGOING` is available to nobody under any rule: then all "
        "numbers are 0, and both lists are empty. For staff."
    )
)
class WhatIf:
    available: WhatIfCount = strawberry.field(
        description=(
            "The number of influencers who would have the status `AVAILABLE`, overrides included."
        )
    )
    gained: WhatIfCount = strawberry.field(
        description="The number of those among them who are not `AVAILABLE` now."
    )
    lost: WhatIfCount = strawberry.field(
        description="The number of influencers who are `AVAILABLE` now, and would not be."
    )

    @projected
    def gained_candidates(
        self,
        order_by: Order = CandidateOrder.FOLLOWERS_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Candidate] | None:
        """The influencers who are not `AVAILABLE` now, and would be.

        Each row is as the campaign is, without the other rules: `UNAVAILABLE`, with the reasons
        that would be gone. `totalCount` is always exact: it counts all rows, which takes longer
        than `gained` where that is an estimate.
        """
        ...

    @projected
    def lost_candidates(
        self,
        order_by: Order = CandidateOrder.FOLLOWERS_DESC,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Candidate] | None:
        """The influencers who are `AVAILABLE` now, and would not be.

        Each row is as the campaign is, without the other rules: `AVAILABLE`. `totalCount` is always
        exact: it counts all rows, which takes longer than `lost` where that is an estimate.
        """
        ...
