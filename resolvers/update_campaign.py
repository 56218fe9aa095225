"""`updateCampaign`: change a campaign, or move it on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from strawberry import UNSET

from models.bulk import update
from models.campaign import Campaign
from models.enums import CampaignStatus, ErrorCode, Role, platforms_of
from models.standing import moment_of
from projection import Completed
from resolvers.campaign_input import (
    FIELDS,
    camel_case,
    check_together,
    read,
    with_search_and_categories,
)
from resolvers.context import Context
from resolvers.create_campaign import CampaignPayload
from resolvers.database import locked_rows
from resolvers.ids import decode
from resolvers.results import UserError
from resolvers.text_input import Form
from resolvers.writing import MutationInfo, write

_FIXED = ("type", "post_tracking", "advertiser_id")
"""What is settled once a campaign is no draft any more."""
_LAST = (CampaignStatus.COMPLETED, CampaignStatus.CANCELLED)
_COLUMNS = (
    "title", "brand", "advertiser_id", "type", "post_tracking", "platforms", "status",
    "followers_min", "followers_max", "capacity", "places_taken", "starts_at", "ends_at",
)  # fmt: skip
_MOMENTS = ("starts_at", "ends_at")


async def update_campaign(info: MutationInfo, input: Any) -> Completed:
    """Change a campaign (`UpdateCampaignInput`)."""
    return await write(info, (Role.STAFF,), lambda: act(info.context, input))


async def act(context: Context, input: Any) -> CampaignPayload:
    """The same within a transaction, with keys in the payload."""
    form = Form()
    given = {name: getattr(input, name) for name in FIELDS if getattr(input, name) is not UNSET}
    row = read(form, given)
    if form.errors:
        return CampaignPayload(user_errors=form.errors)
    key = decode(input.id, "Campaign")
    before = await _locked(key) if key is not None else None
    if key is None or before is None:
        unknown = UserError(ErrorCode.NOT_FOUND, "There is no such campaign.", ["input", "id"])
        return CampaignPayload(user_errors=[unknown])
    check_together(form, {**before, **row})
    if not form.errors:
        _check_changes(
            form, before, {n: v for n, v in row.items() if n in before and v != before[n]}, row
        )
    if form.errors:
        return CampaignPayload(campaign=key, user_errors=form.errors)
    if row:
        title, brand = row.get("title", before["title"]), row.get("brand", before["brand"])
        row = await with_search_and_categories(row, title, brand)
        await update(Campaign, [{"id": key, **row, "updated_at": context.now}])
    return CampaignPayload(campaign=key)


async def _locked(key: int) -> dict[str, Any] | None:
    """The campaign's columns, for this transaction alone."""
    found = await locked_rows(_CAMPAIGN, "FOR UPDATE", id=key)
    if not found:
        return None
    row = dict(zip(_COLUMNS, found[0], strict=True))
    moments: dict[str, datetime | None] = {name: moment_of(row[name]) for name in _MOMENTS}
    return row | moments | {"post_tracking": bool(row["post_tracking"])}


_CAMPAIGN = f"SELECT {', '.join(_COLUMNS)} FROM campaign WHERE id = :id"


def _check_changes(
    form: Form, before: Mapping[str, Any], changed: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    """The form refuses changes that the campaign's status or its places do not allow."""
    status = CampaignStatus(before["status"])
    if status in _LAST:
        if given:
            _not_allowed(form, next(iter(given)), f"Nothing changes once a campaign is {status}.")
        return
    if status is not CampaignStatus.DRAFT:
        for name in _FIXED:
            if name in changed:
                _not_allowed(form, name, "It is fixed once a campaign is no draft any more.")
        _check_platforms(form, before["platforms"], given)
    if "status" in changed and not _is_forward(status, changed["status"]):
        _not_allowed(
            form, "status", f"A campaign does not go from {status} to {changed['status']}."
        )
    capacity = changed.get("capacity")
    if capacity is not None and capacity < before["places_taken"]:
        message = f"{before['places_taken']:,} places are taken: it cannot be less."
        form.refuse(ErrorCode.CAPACITY_REACHED, message, "capacity")


def _check_platforms(form: Form, before: int, given: Mapping[str, Any]) -> None:
    lost = before & ~given.get("platforms", before)
    if lost:
        names = ", ".join(platforms_of(lost))
        _not_allowed(form, "platforms", f"Platforms may only be added now: keep {names}.")


def _is_forward(before: CampaignStatus, after: CampaignStatus) -> bool:
    order = list(CampaignStatus)
    return order.index(after) > order.index(before)


def _not_allowed(form: Form, name: str, message: str) -> None:
    known = name if name in FIELDS else "id"
    form.refuse(ErrorCode.TRANSITION_NOT_ALLOWED, message, camel_case(known))
