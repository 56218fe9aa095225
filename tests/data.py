"""Rows to test on, each with everything set that a test does not care about."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from database.bulk import insert
from database.session import run
from models import categories, profiles
from models.campaign import AvailabilityOverride, Campaign
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from models.plan import CODE_NUMBERS, OUTCOME_NUMBERS, STATUS_NUMBERS, Plan
from models.referral_code import ReferralCode
from models.text import fold
from models.webhook import Delivery, DeliveryStatus, Webhook
from workflow.categories import mask_and_overflow
from workflow.enums import (
    Action,
    AffiliateKind,
    CampaignStatus,
    CampaignType,
    ErrorCode,
    ParticipationOrigin,
    ParticipationStatus,
    PlanAction,
    PlanItemOutcome,
    PlanStatus,
    Platform,
    PostStatus,
    Role,
    Rule,
    mask_of,
)
from workflow.post_addresses import digest

NOW = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"The secret of webhooks."
_numbers = count(1)


async def campaign(**given: Any) -> Campaign:
    """An ongoing campaign on Instagram and TikTok, without selection, rules or limits."""
    number = next(_numbers)
    platforms = given.pop("platforms", (Platform.INSTAGRAM, Platform.TIKTOK))
    names: list[str] = given.pop("categories", [])
    mask, overflow = mask_and_overflow((await categories.register(names)).values())
    values: dict[str, Any] = {
        "title": f"Campaign {number}",
        "brand": "Brand",
        "advertiser_id": "acme",
        "description": "",
        "hashtags": [],
        "mentions": [],
        "type": CampaignType.SOCIAL,
        "selection": False,
        "affiliate_kind": (
            AffiliateKind.URL_TRACKING if given.get("type") == CampaignType.AFFILIATE else None
        ),
        "status": CampaignStatus.ONGOING,
        "post_tracking": True,
        "platforms": mask_of(platforms),
        "countries": " ".join(given.pop("countries", [])),
        "categories": names,
        "category_mask": mask,
        "category_overflow": overflow,
        "created_at": NOW,
        "updated_at": NOW,
        **given,
    }
    keys = {
        "title_key": fold(values["title"]),
        "search_key": f"{fold(values['title'])}\n{fold(values['brand'])}",
    }
    return await Campaign.create(**_all(keys, values))


async def influencer(
    *accounts: tuple[Platform, int], disconnected: tuple[Platform, ...] = (), **given: Any
) -> Influencer:
    """An influencer with these accounts (platform, followers); `disconnected` once had those."""
    number = next(_numbers)
    names: list[str] = given.pop("categories", [])
    mask, overflow = mask_and_overflow((await categories.register(names)).values())
    values: dict[str, Any] = {
        "external_id": f"external-{number}",
        "name": f"Influencer {number}",
        "email": f"{number}@example.com",
        "country": "JP",
        "categories": names,
        "category_mask": mask,
        "category_overflow": overflow,
        "created_at": NOW,
        "updated_at": NOW,
        **given,
    }
    person = await Influencer.create(**_all({"name_key": fold(values["name"])}, values))
    for platform, followers in accounts:
        await account(person, platform, followers)
    for platform in disconnected:
        await account(person, platform, 5_000, disconnected_at=NOW)
    await profiles.refresh([person.id])
    await person.refresh_from_db()
    return person


async def crowd(size: int) -> list[int]:
    """Influencers with an account each."""
    people = await insert(
        Influencer,
        [
            {
                "external_id": f"crowd-{number}",
                "name": f"Someone {number}",
                "name_key": f"someone {number}",
                "categories": [],
                "category_mask": 0,
                "category_overflow": "",
                "created_at": NOW,
                "updated_at": NOW,
                "followers": 10,
                "platforms": 1,
                "multi": False,
            }
            for number in range(size)
        ],
    )
    await insert(
        SocialAccount,
        [
            {
                "influencer_id": person,
                "platform": Platform.INSTAGRAM.number,
                "external_id": f"crowd-{person}",
                "handle": f"crowd{person}",
                "handle_key": f"crowd{person}",
                "followers": 10,
                "connected_at": NOW,
            }
            for person in people
        ],
    )
    return people


async def account(
    person: Influencer, platform: Platform, followers: int, **given: Any
) -> SocialAccount:
    """An account; who makes one alone calls `profiles.refresh` afterwards."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "influencer_id": person.id,
        "platform": platform.number,
        "external_id": f"account-{number}",
        "handle": f"handle{number}",
        "followers": followers,
        "connected_at": NOW,
        **given,
    }
    return await SocialAccount.create(**_all({"handle_key": fold(values["handle"])}, values))


async def participation(
    of: Campaign, person: Influencer, status: ParticipationStatus, **given: Any
) -> Participation:
    """A participation in this status; a place is taken where the status holds one."""
    holds = status in (ParticipationStatus.APPROVED, ParticipationStatus.JOINED)
    if holds:
        await Campaign.filter(id=of.id).update(places_taken=of.places_taken + 1)
        await of.refresh_from_db()
    values: dict[str, Any] = {
        "campaign_id": of.id,
        "influencer_id": person.id,
        "status": status,
        "origin": ParticipationOrigin.FORCED,
        "followers": person.followers,
        "created_at": NOW,
        "updated_at": NOW,
        **given,
    }
    return await Participation.create(**values)


async def referral_campaign(*codes: str, **given: Any) -> Campaign:
    """A campaign with this pool of codes."""
    made = await campaign(
        type=CampaignType.AFFILIATE,
        affiliate_kind=AffiliateKind.REFERRAL_CODE,
        codes_total=len(codes),
        **given,
    )
    await insert(
        ReferralCode,
        [
            {"campaign_id": made.pk, "number": number, "code": code}
            for number, code in enumerate(codes, start=1)
        ],
    )
    return made


async def post(
    part: Participation, status: PostStatus = PostStatus.SUBMITTED, **given: Any
) -> Post:
    """A post on Instagram."""
    url = given.pop("url", f"https://www.instagram.com/p/{next(_numbers)}")
    values: dict[str, Any] = {
        "campaign_id": part.campaign_id,
        "participation_id": part.id,
        "url": url,
        "url_digest": digest(url),
        "status": status,
        "round": part.round,
        "submitted_at": NOW,
        "updated_at": NOW,
        **given,
    }
    return await Post.create(**values)


async def event(part: Participation, action: Action, **given: Any) -> ParticipationEvent:
    """A line of the history, by staff. What is of no participation has nothing of it."""
    is_of_part = action is not Action.SET_AVAILABILITY
    values: dict[str, Any] = {
        "campaign_id": part.campaign_id,
        "influencer_id": part.influencer_id,
        "participation_id": part.id if is_of_part else None,
        "action": action,
        "from_status": None,
        "to_status": part.status if is_of_part else None,
        "round": 1 if is_of_part else None,
        "actor_role": Role.STAFF,
        "actor_id": "staff-1",
        "actor_name": "Mika Sato",
        "reason": "why",
        "message": "hello",
        "occurred_at": NOW,
        **given,
    }
    return await ParticipationEvent.create(**values)


def receipt(*accounts: SocialAccount, rule: Rule = Rule.APPROVE, asked: Any = 0) -> str:
    """Return a stored receipt in which these accounts qualified, and the first was selected.

    `asked` is the argument of the rule beside an account.
    """
    shown = [value for account in accounts for value in (account.pk, account.followers)]
    selected = accounts[0].pk if accounts else 0
    counts = [len(accounts)] * 2
    numbers = [1, rule.number, 1, 3, 7, 3, 4, 1, 9, None, selected, asked, *counts, *shown]
    return orjson.dumps(numbers).decode()


async def webhook(**given: Any) -> Webhook:
    """A webhook for all events, from the start of the feed."""
    values: dict[str, Any] = {
        "url": "https://example.com/hook",
        "description": "",
        "actions": [],
        "selection": "{ cursor event { id action } participation { id status } }",
        "secret": SECRET,
        "is_enabled": True,
        "planned_position": 0,
        "created_at": NOW,
        **given,
    }
    return await Webhook.create(**values)


async def delivery(to: Webhook, of: ParticipationEvent, position: int, **given: Any) -> Delivery:
    """A pending delivery of the event at this position."""
    status = given.get("status", DeliveryStatus.PENDING)
    values: dict[str, Any] = {
        "webhook_id": to.pk,
        "position": position,
        "event_id": of.pk,
        "campaign_id": of.campaign_id,
        "influencer_id": of.influencer_id,
        "message_id": f"msg_{position}",
        "status": status,
        "next_attempt_at": NOW if status is DeliveryStatus.PENDING else None,
        "created_at": NOW,
        **given,
    }
    return await Delivery.create(**values)


async def plan(of: Campaign, **given: Any) -> Plan:
    """A plan that has just been made, by staff."""
    values: dict[str, Any] = {
        "campaign_id": of.id,
        "action": PlanAction.MARK_JOINED,
        "status": PlanStatus.PREPARING,
        "created_by_id": "staff-1",
        "created_at": NOW,
        "expires_at": NOW,
        **given,
    }
    return await Plan.create(**values)


async def plan_item(
    of: Plan,
    place: int,
    influencer: int,
    outcome: PlanItemOutcome = PlanItemOutcome.CHANGES,
    *,
    source: ParticipationStatus | None = None,
    target: ParticipationStatus | None = None,
    error: ErrorCode | None = None,
    drift: ErrorCode | None = None,
) -> None:
    """An item of a plan's list."""
    await run(
        "INSERT INTO plan_item (plan_id, place, influencer_id, outcome, from_status, to_status,"
        " error) VALUES (:plan, :place, :influencer, :outcome, :source, :target, :error)",
        plan=of.id,
        place=place,
        influencer=influencer,
        outcome=OUTCOME_NUMBERS[outcome],
        source=STATUS_NUMBERS[source],
        target=STATUS_NUMBERS[target],
        error=CODE_NUMBERS[error],
    )
    if drift is not None:
        await run(
            "INSERT INTO plan_drift (plan_id, place, error) VALUES (:plan, :place, :error)",
            plan=of.id,
            place=place,
            error=CODE_NUMBERS[drift],
        )


async def override(of: Campaign, person: Influencer, availability: str) -> AvailabilityOverride:
    """Staff's word on whether this influencer sees this campaign."""
    return await AvailabilityOverride.create(
        campaign_id=of.id, influencer_id=person.id, availability=availability, set_at=NOW
    )


def _all(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    return {**defaults, **given}
