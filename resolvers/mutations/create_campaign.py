"""`createCampaign`: set up a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database.bulk import insert
from models.campaign import Campaign
from projection import Completed
from resolvers.availability.counts import call_keeper
from resolvers.context import Context
from resolvers.mutations.campaign_input import (
    FIELDS,
    check_together,
    read,
    with_search_and_categories,
)
from resolvers.pipeline.results import UserError
from resolvers.pipeline.transaction import MutationInfo, write
from resolvers.pipeline.validation import Form
from workflow.enums import CampaignStatus, ErrorCode, Role

_AT_FIRST = (CampaignStatus.DRAFT, CampaignStatus.UPCOMING, CampaignStatus.ONGOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPayload:
    """The campaign as it is now; none where it was not made."""

    campaign: int | None = None
    user_errors: Sequence[UserError] = ()


async def create_campaign(info: MutationInfo, input: Any) -> Completed:
    """Create a campaign (`CreateCampaignInput`)."""
    completed = await write(info, (Role.STAFF,), lambda: act(info.context, input))
    call_keeper()
    return completed


async def act(context: Context, input: Any) -> CampaignPayload:
    """The same within a transaction, with keys in the payload."""
    form = Form()
    row = read(form, {name: getattr(input, name) for name in FIELDS})
    if input.status not in _AT_FIRST:
        message = f"A campaign begins as {', '.join(_AT_FIRST)}."
        form.refuse(ErrorCode.INVALID_INPUT, message, "status")
    check_together(form, row)
    if form.errors:
        return CampaignPayload(user_errors=form.errors)
    row |= {"places_taken": 0, "created_at": context.now, "updated_at": context.now}
    await with_search_and_categories(row, row["title"], row["brand"])
    [key] = await insert(Campaign, [row])
    return CampaignPayload(campaign=key)
