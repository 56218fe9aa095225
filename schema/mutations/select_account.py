"""`selectAccount`: select the account to take part with."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.select_account import select_account as resolve
from resolvers.pipeline.single import ParticipationOutcome
from resolvers.pipeline.transaction import write
from schema.enums import Outcome
from schema.fields import DryRun, Info, answers
from schema.mutations.results import Payload, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(
    description="The input of `selectAccount`: a participation, and the account to take part with."
)
class SelectAccountInput:
    participation_id: strawberry.ID = strawberry.field(
        description=(
            "The id of the caller's participation, which is `WAITING` or has a selected account "
            "that is disconnected."
        )
    )
    account_id: strawberry.ID = strawberry.field(
        description="The id of one of the caller's qualifying accounts (`requiredAction.accounts`)."
    )


@strawberry.type(description="The payload of `selectAccount`.")
class SelectAccountPayload(Payload):
    outcome: Outcome = strawberry.field(
        description="The outcome of the mutation; `REFUSED` if `userErrors` has an entry."
    )
    participation: Participation | None = strawberry.field(
        description="The participation, as it is now. Null if it was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. Empty unless the outcome is `REFUSED`."
    )


@answers(SelectAccountPayload | None)
async def select_account(
    info: Info,
    input: Annotated[
        SelectAccountInput,
        strawberry.argument(description="The participation, and the account to take part with."),
    ],
    dry_run: DryRun = False,
) -> Completed[ParticipationOutcome]:
    """Select the account to take part with. For influencers.

    Moves `WAITING` on to `APPLIED` in Selection campaigns and to `JOINED` in others. After that,
    only to replace a selected account that is disconnected.
    """
    return await write(
        info,
        (Role.INFLUENCER,),
        lambda: resolve(
            info.context,
            participation_id=input.participation_id,
            account_id=input.account_id,
        ),
        dry_run=dry_run,
    )
