"""`eraseInfluencer`: erase the data of an influencer."""

from typing import Annotated

import strawberry

from database.log import empty_log
from projection import Completed
from resolvers.mutations.erase_influencer import EraseInfluencerOutcome, erase_late
from resolvers.mutations.erase_influencer import erase_influencer as resolve
from resolvers.pipeline.transaction import write
from schema.fields import DryRun, Info, answers
from schema.influencer import Influencer
from schema.mutations.results import Payload, UserError
from schema.participation import Participation
from workflow.enums import Role


@strawberry.input(description="The input of `eraseInfluencer`: the influencer, and the reason.")
class EraseInfluencerInput:
    influencer_id: strawberry.ID = strawberry.field(
        description="The id of the influencer whose data are to be erased."
    )
    reason: str = strawberry.field(
        description=(
            "The reason, for colleagues. It is kept, so name nobody in it. 1 to 2,000 characters."
        )
    )


@strawberry.type(description="The payload of `eraseInfluencer`.")
class EraseInfluencerPayload(Payload):
    influencer: Influencer | None = strawberry.field(
        description="The influencer, without their data. Null if `userErrors` has an entry."
    )
    removed: list[Participation] = strawberry.field(
        description=(
            "The participations that were `WAITING`, `APPLIED` or `REVIEWING` and are `REMOVED` "
            "now. Empty if the influencer had been erased before."
        )
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. If there are any, nothing was done."
    )


@answers(EraseInfluencerPayload | None)
async def erase_influencer(
    info: Info,
    input: Annotated[
        EraseInfluencerInput, strawberry.argument(description="The influencer, and the reason.")
    ],
    dry_run: DryRun = False,
) -> Completed[EraseInfluencerOutcome]:
    """Erase the data of an influencer, for good. For staff.

    Name, email, accounts and texts are deleted, also from the history and stored answers; the
    events and their times stay. Participations that are `WAITING`, `APPLIED` or `REVIEWING` become
    `REMOVED`; `APPROVED` and `JOINED` keep their place. The influencer's tokens end, and an upsert
    of their external id is refused. A repeated call erases data that was stored since.
    """
    outcome = EraseInfluencerOutcome()

    async def work() -> EraseInfluencerOutcome:
        nonlocal outcome
        outcome = await resolve(
            info.context, influencer_id=input.influencer_id, reason=input.reason
        )
        return outcome

    completed = await write(info, (Role.STAFF,), work, dry_run=dry_run)
    if not dry_run:
        await erase_late(input.influencer_id, outcome.texts)
        await empty_log()
    return completed
