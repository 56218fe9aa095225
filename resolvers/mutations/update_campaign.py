"""`updateCampaign`: change a campaign, or move it to a later status."""

from collections.abc import Mapping
from typing import Any

import orjson

from database.bulk import update
from database.session import locked_rows
from models.campaign import Campaign
from resolvers.audience_input import camel_case
from resolvers.availability.writers import invalidate
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.mutations.campaign_input import (
    FIELDS,
    CampaignFields,
    check_together,
    read,
    with_search_and_categories,
)
from resolvers.mutations.create_campaign import CampaignOutcome
from resolvers.pipeline.validation import Form, Refusal, path_of
from workflow.enums import CampaignStatus, CampaignType, ErrorCode, platforms_of
from workflow.facts import moment_of

_FIXED = ("type", "selection", "affiliate_kind", "post_tracking", "advertiser_id")
"""Fields that never change after DRAFT."""
_ORDER = (
    CampaignStatus.DRAFT,
    CampaignStatus.UPCOMING,
    CampaignStatus.ONGOING,
    CampaignStatus.COMPLETED,
    CampaignStatus.CANCELLED,
)
"""A campaign moves only forward."""
_RULES = {
    "platforms",
    "countries",
    "category_mask",
    "category_overflow",
    "followers_min",
    "followers_max",
}
_MOMENTS = ("application_deadline", "starts_at", "ends_at", "updated_at")
_SWITCHES = ("selection", "post_tracking")
_LISTS = ("hashtags", "mentions", "categories")


async def update_campaign(context: Context, *, id: str, changes: CampaignFields) -> CampaignOutcome:
    """Change a campaign: the fields that are given, or its status."""
    form = Form()
    row = read(form, changes)
    key = decode(id, "Campaign")
    before = await _lock(context, key) if key is not None else None
    if key is None or before is None:
        unknown = Refusal(ErrorCode.NOT_FOUND, "There is no such campaign.", path_of("id"))
        return CampaignOutcome(user_errors=form.refusals or [unknown])
    changed = {name: value for name, value in row.items() if value != before[name]}
    refused = changes.keys() - row.keys()
    kept = {name: value for name, value in before.items() if name not in refused}
    cleared = {"affiliate_kind": None} if changed.get("type") == CampaignType.SOCIAL else {}
    check_together(form, {**kept, **cleared, **row})
    if not form.refusals:
        _check_changes(form, before, changed)
    if form.refusals:
        return CampaignOutcome(campaign=key, user_errors=form.refusals)
    if changed:
        title, brand = row.get("title", before["title"]), row.get("brand", before["brand"])
        changed = await with_search_and_categories({**cleared, **changed}, title, brand)
        now = max(context.now, before["updated_at"])
        await update(Campaign, [{"id": key, **changed, "updated_at": now}])
        if _changes_audience(before, changed):
            await invalidate(key)
    return CampaignOutcome(campaign=key)


async def _lock(context: Context, key: int) -> dict[str, Any] | None:
    """Lock and load the campaign's columns; None if it does not exist."""
    found = await locked_rows(_CAMPAIGN, "FOR UPDATE", id=key)
    context.tick()
    if not found:
        return None
    row = dict(zip(_COLUMNS, found[0], strict=True))
    moments = {name: moment_of(row[name]) for name in _MOMENTS}
    lists = {name: orjson.loads(row[name]) for name in _LISTS}
    switches = {name: bool(row[name]) for name in _SWITCHES}
    return row | moments | lists | switches


_COLUMNS = (*FIELDS, "title_key", "places_taken", "updated_at")
_CAMPAIGN = f"SELECT {', '.join(_COLUMNS)} FROM campaign WHERE id = :id"


def _changes_audience(before: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
    """Return whether the campaign may become available to other influencers."""
    status = CampaignStatus(before["status"])
    opens_or_closes = changed.get("status", status).is_running != status.is_running
    return opens_or_closes or bool(changed.keys() & _RULES)


def _check_changes(form: Form, before: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Refuse changes that the campaign's status or its places do not allow."""
    status = CampaignStatus(before["status"])
    if status.is_over:
        for name in changed:
            _not_allowed(form, name, f"Nothing changes once a campaign is {status}.")
    elif status is not CampaignStatus.DRAFT:
        _check_after_draft(form, before, changed)
    if "status" in changed and not status.is_over and not _is_forward(status, changed["status"]):
        _not_allowed(
            form, "status", f"A campaign does not go from {status} to {changed['status']}."
        )
    capacity = changed.get("capacity")
    if not form.refusals and capacity is not None and capacity < before["places_taken"]:
        message = f"{before['places_taken']:,} places are taken: it cannot be less."
        form.refuse(ErrorCode.CAPACITY_REACHED, message, "capacity")


def _check_after_draft(form: Form, before: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    for name in _FIXED:
        if name in changed:
            _not_allowed(form, name, "It is fixed once a campaign is no draft any more.")
    lost = before["platforms"] & ~changed.get("platforms", before["platforms"])
    if lost:
        names = ", ".join(platforms_of(lost))
        _not_allowed(form, "platforms", f"Platforms may only be added now: keep {names}.")


def _is_forward(before: CampaignStatus, after: CampaignStatus) -> bool:
    return _ORDER.index(after) > _ORDER.index(before)


def _not_allowed(form: Form, name: str, message: str) -> None:
    if name in FIELDS:  # a derived column is refused with its sources
        form.refuse(ErrorCode.TRANSITION_NOT_ALLOWED, message, camel_case(name))
