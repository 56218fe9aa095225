"""`createCampaign`: set up a campaign."""

from dataclasses import dataclass

from database.bulk import insert
from models.campaign import Campaign
from resolvers.context import Context
from resolvers.mutations.campaign_input import (
    CampaignFields,
    check_together,
    read,
    with_search_and_categories,
)
from resolvers.pipeline.transaction import MutationOutcome
from resolvers.pipeline.validation import Form
from workflow.enums import CampaignStatus, ErrorCode

_FIRST = (CampaignStatus.DRAFT, CampaignStatus.UPCOMING, CampaignStatus.ONGOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignOutcome(MutationOutcome):
    """The outcome for a campaign; None where there is none."""

    campaign: int | None = None


async def create_campaign(context: Context, *, fields: CampaignFields) -> CampaignOutcome:
    """Create a campaign, of which all fields are given."""
    form = Form()
    row = read(form, fields)
    if "status" in row and row["status"] not in _FIRST:
        message = f"A campaign begins as {', '.join(_FIRST)}."
        form.refuse(ErrorCode.INVALID_INPUT, message, "status")
    check_together(form, row)
    if form.refusals:
        return CampaignOutcome(user_errors=form.refusals)
    now = context.tick()
    row |= {"places_taken": 0, "created_at": now, "updated_at": now}
    await with_search_and_categories(row, row["title"], row["brand"])
    [key] = await insert(Campaign, [row])
    return CampaignOutcome(campaign=key)
