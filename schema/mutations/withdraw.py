"""`withdraw`: withdraw from a campaign."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.withdraw import withdraw as resolve
from resolvers.pipeline.single import ParticipationOutcome
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import DryRun, Info, answers
from schema.mutations.results import Payload, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(description="The input of `withdraw`: the participation to withdraw from.")
class WithdrawInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The id of the caller's participation, which is `WAITING`, `APPLIED` or `REVIEWING`, "
            "or `JOINED` without a live post (neither `INEFFECTIVE` nor deleted)."
        )
    )
    reason: str | None = strawberry.field(
        description=(
            "The reason, kept in the history for staff and the campaign's advertiser. At most "
            "2,000 characters."
        )
    )


@strawberry.type(description="The payload of `withdraw`.")
class WithdrawPayload(Payload):
    outcome: Outcome = strawberry.field(
        description="The outcome of the mutation; `REFUSED` if `userErrors` has an entry."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null if it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. Empty unless the outcome is `REFUSED`."
    )


@answers(WithdrawPayload | None)
async def withdraw(
    info: Info,
    input: Annotated[
        WithdrawInput, strawberry.argument(description="The participation, and the reason.")
    ],
    dry_run: DryRun = False,
) -> Completed[ParticipationOutcome]:
    """Withdraw from a campaign. For influencers.

    Possible from `WAITING`, `APPLIED` and `REVIEWING`, and from `JOINED` without a live post. A
    post is live unless it is `INEFFECTIVE`, or has the warning `DELETED_POST`. A place that was
    taken is free again.
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            reason=input.reason,
        ),
        dry_run=dry_run,
    )
