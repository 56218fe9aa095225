"""`addReferralCodes`: add codes to the pool of a referral campaign."""

from typing import Annotated

import strawberry

from projection import Completed
from resolvers.mutations.add_referral_codes import AddReferralCodesOutcome
from resolvers.mutations.add_referral_codes import add_referral_codes as resolve
from resolvers.pipeline.transaction import write
from schema.campaign import Campaign
from schema.fields import DryRun, Info, answers
from schema.mutations.results import Payload, UserError
from workflow.enums import Role


@strawberry.input(description="The input of `addReferralCodes`: a campaign, and its new codes.")
class AddReferralCodesInput:
    campaign_id: strawberry.ID = strawberry.field(
        description=(
            "The id of the campaign, which must be a `REFERRAL_CODE` one, and not `COMPLETED` or "
            "`CANCELLED`."
        )
    )
    codes: list[str] = strawberry.field(
        description=(
            "The codes: 1 to 10,000, each once, of 1 to 100 visible characters. They are trimmed, "
            "compared exactly, and given to participants in this order."
        )
    )


@strawberry.type(description="The payload of `addReferralCodes`.")
class AddReferralCodesPayload(Payload):
    campaign: Campaign | None = strawberry.field(
        description="The campaign, as it is now. Null if it was not found."
    )
    added: int = strawberry.field(description="The number of codes that were added.")
    unchanged: int = strawberry.field(
        description="The number of codes that the campaign had already."
    )
    user_errors: list[UserError] = strawberry.field(
        description="The reasons for the refusal. If there are any, no code was added."
    )


@answers(AddReferralCodesPayload | None)
async def add_referral_codes(
    info: Info,
    input: Annotated[
        AddReferralCodesInput,
        strawberry.argument(description="The campaign, and the codes to add."),
    ],
    dry_run: DryRun = False,
) -> Completed[AddReferralCodesOutcome]:
    """Add referral codes to a campaign's pool. For staff.

    Each participant is given the next one on being `APPROVED` or `JOINED`, and keeps it for ever.
    Codes that the campaign has already are counted as unchanged; one that cannot be used is
    `INVALID_INPUT`, and then none is added.
    """
    return await write(
        info,
        (Role.STAFF,),
        lambda: resolve(info.context, campaign_id=input.campaign_id, codes=input.codes),
        dry_run=dry_run,
    )
