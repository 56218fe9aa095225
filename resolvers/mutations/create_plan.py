"""`createPlan`: plan one action over all who match a filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from database.bulk import insert
from database.session import rows
from models.plan import Plan
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.ids import decode
from resolvers.mutations.plan_input import PlanCallOutcome
from resolvers.pipeline.bulk import MAX_ITEMS, unknown_campaign
from resolvers.pipeline.transaction import caller_in
from resolvers.pipeline.validation import MAX_NOTE, Form
from resolvers.plans.freezing import READY_TIME, reading_run
from resolvers.plans.request import Request
from workflow.enums import ErrorCode, PlanAction, PlanStatus
from workflow.plans import OF_CANDIDATES

_TABS = {True: "candidates", False: "applicants"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The arguments of a screen's field, by which the caller chooses."""

    filter: Mapping[str, Any] | None
    order: str | None


async def create_plan(
    context: Context,
    *,
    campaign_id: str,
    action: PlanAction,
    chosen: Mapping[str, Chosen],
    excepted: Sequence[str],
    limit: int | None,
    texts: Mapping[str, str | None],
) -> PlanCallOutcome:
    """Make a plan, whose list is frozen afterwards. `chosen` is by the field's name."""
    form = Form()
    reason = _reason(form, action, texts["reason"])
    message = form.optional(texts["message"], MAX_NOTE, "message")
    request = _request(form, action, chosen, excepted, limit)
    if form.refusals:
        return PlanCallOutcome(user_errors=form.refusals)
    campaign = decode(campaign_id, "Campaign")
    if campaign is None or not await rows(_CAMPAIGN, id=campaign):
        return PlanCallOutcome(user_errors=unknown_campaign())
    await _check_filter(form, context, request, campaign)
    if form.refusals:
        return PlanCallOutcome(user_errors=form.refusals)
    key = await insert_plan(
        context,
        campaign_id=campaign,
        action=action.value,
        undoes_id=None,
        request=request.to_json(),
        reason=reason,
        message=message,
    )
    return PlanCallOutcome(plan=key)


async def insert_plan(context: Context, **columns: Any) -> int:
    """Insert a plan that is PREPARING, and return its id."""
    caller, now = caller_in(context), context.tick()
    row = {
        "status": PlanStatus.PREPARING.value,
        "created_by_id": caller.subject,
        "created_by_name": caller.name,
        "created_at": now,
        "expires_at": now + READY_TIME,
        **columns,
    }
    [key] = await insert(Plan, [row])
    return key


def _reason(form: Form, action: PlanAction, reason: str | None) -> str | None:
    if action is PlanAction.REMOVE:
        return form.reason(reason, "reason")
    return form.optional(reason, MAX_NOTE, "reason")


def _request(
    form: Form,
    action: PlanAction,
    chosen: Mapping[str, Chosen],
    excepted: Sequence[str],
    limit: int | None,
) -> Request:
    is_of_candidates = action in OF_CANDIDATES
    tab, other = _TABS[is_of_candidates], _TABS[not is_of_candidates]
    if chosen[other].filter is not None:
        _refuse_tab(form, action, tab, other)
    if chosen[other].order is not None:
        _refuse_tab(form, action, tab, f"{other}Order")
    if limit is not None and limit < 1:
        form.refuse(ErrorCode.INVALID_INPUT, "Give 1 or more, or leave it out.", "limit")
    asked = chosen[tab].filter or {}
    form.moment(asked.get("updatedSince"), tab, "updatedSince")
    return Request(
        is_of_candidates=is_of_candidates,
        filter=asked,
        order=chosen[tab].order,
        excepted=_excepted(form, excepted),
        limit=limit,
    )


def _refuse_tab(form: Form, action: PlanAction, tab: str, given: str) -> None:
    message = f"{action.value} is over {tab}: give `{tab}` in its place."
    form.refuse(ErrorCode.INVALID_INPUT, message, given)


def _excepted(form: Form, ids: Sequence[str]) -> list[int]:
    """Return the influencers who are left out. An unknown id leaves nobody out."""
    if len(ids) > MAX_ITEMS:
        message = f"These are {len(ids):,} ids: at most {MAX_ITEMS:,} are taken."
        form.refuse(ErrorCode.TOO_MANY_ITEMS, message, "except")
        return []
    keys = [decode(gid, "Influencer") for gid in ids]
    for index, key in enumerate(keys):
        if key is None:
            message = "This is not an influencer's id."
            form.refuse(ErrorCode.INVALID_INPUT, message, "except", index)
    return [key for key in keys if key is not None]


async def _check_filter(form: Form, context: Context, request: Request, campaign: int) -> None:
    """Refuse a filter that the screen would refuse."""
    try:
        await request.listing(reading_run(context), campaign)
    except RequestError as error:
        tab = _TABS[request.is_of_candidates]
        form.refuse(ErrorCode.INVALID_INPUT, error.message, tab)


_CAMPAIGN = "SELECT 1 FROM campaign WHERE id = :id"
