"""`withdraw`: step back."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.withdraw import withdraw as resolve
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import Info, answers
from schema.mutations.results import UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(description="What to withdraw from.")
class WithdrawInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The caller's participation: `WAITING`, `APPLIED`, `REVIEWING`, or `JOINED` without a "
            "post that counts."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "Why: kept in the history, for staff and the campaign's advertiser to read. At most "
            "2,000 characters."
        )
    )


@strawberry.type(description="How it came out.")
class WithdrawPayload:
    outcome: Outcome = strawberry.field(
        description="How it came out; `REFUSED` where `userErrors` has something."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null where it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why it was refused. Empty unless it was."
    )


@answers(WithdrawPayload)
async def withdraw(
    info: Info,
    input: Annotated[WithdrawInput, strawberry.argument(description="From what, and why.")],
) -> Completed:
    """Step back from a participation that is not decided. The calling influencer.

    From `WAITING`, `APPLIED`, `REVIEWING`, or `JOINED` without a live post: one that is not
    `INEFFECTIVE`. Their place is free again.
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            reason=input.reason,
        ),
    )
