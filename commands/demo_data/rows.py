"""The rows that made-up data become."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from commands.demo_data.campaigns import CampaignData
from commands.demo_data.histories import ACTORS, EventData, History, PostData
from commands.demo_data.people import AccountData, PersonData
from models.text import fold
from resolvers import ids
from workflow.categories import mask_and_overflow
from workflow.enums import Platform, mask_of
from workflow.findings import Observation
from workflow.post_addresses import digest

PAST = timedelta(days=45)
"""How long ago everything was there already."""

Row = dict[str, Any]


def influencer(person: PersonData, numbers: Mapping[str, int], now: datetime) -> Row:
    """Return an influencer, with what `models.profiles` would find in their accounts.

    To say it at once is twice as fast as to let the database find it: it would have to write each
    row a second time, and its place in every index.
    """
    mask, overflow = mask_and_overflow(numbers[fold(name)] for name in person.categories)
    largest = _largest(person.accounts)
    return {
        "external_id": person.external_id,
        "name": person.name,
        "name_key": fold(person.name),
        "email": f"{person.external_id}@example.com",
        "country": person.country,
        "categories": person.categories,
        "category_mask": mask,
        "category_overflow": overflow,
        "followers": max(largest.values(), default=0),
        "platforms": mask_of(largest),
        "multi": len(person.accounts) > len(largest),
        **{f"f{platform.number}": largest.get(platform) for platform in Platform},
        "created_at": now - PAST,
        "updated_at": now - PAST,
    }


def _largest(accounts: Sequence[AccountData]) -> dict[Platform, int]:
    """Return the followers of the largest account on each platform."""
    largest: dict[Platform, int] = {}
    for account in accounts:
        largest[account.platform] = max(account.followers, largest.get(account.platform, 0))
    return largest


def search_text(person: PersonData) -> str:
    """Return the text by which the search finds an influencer, as `models.profiles` makes it."""
    return "\n".join(map(fold, (person.name, *(account.handle for account in person.accounts))))


def account(influencer: int, account: AccountData, now: datetime) -> Row:
    """Return a social account."""
    return {
        "influencer_id": influencer,
        "platform": account.platform.number,
        "external_id": f"{account.platform.lower()}-{account.handle}",
        "handle": account.handle,
        "handle_key": fold(account.handle),
        "followers": account.followers,
        "connected_at": now - PAST,
    }


def campaign(data: CampaignData, numbers: Mapping[str, int], now: datetime) -> Row:
    """Return a campaign on which nothing has happened yet."""
    mask, overflow = mask_and_overflow(numbers[fold(name)] for name in data.categories)
    return {
        "title": data.title,
        "title_key": fold(data.title),
        "brand": data.brand,
        "search_key": f"{fold(data.title)}\n{fold(data.brand)}",
        "advertiser_id": data.advertiser_id,
        "description": data.description,
        "reward": data.reward,
        "hashtags": data.hashtags,
        "mentions": data.mentions,
        "type": data.type,
        "selection": data.selection,
        "affiliate_kind": data.affiliate_kind,
        "status": data.status,
        "post_tracking": data.post_tracking,
        "platforms": mask_of(data.platforms),
        "countries": " ".join(data.countries),
        "categories": data.categories,
        "category_mask": mask,
        "category_overflow": overflow,
        "followers_min": data.followers_min,
        "followers_max": data.followers_max,
        "capacity": data.capacity,
        "places_taken": 0,
        "codes_total": len(data.codes),
        "codes_given": 0,
        "application_deadline": data.deadline,
        "starts_at": data.starts_at,
        "ends_at": data.ends_at,
        "created_at": now - PAST,
        "updated_at": now - PAST,
    }


def codes(campaign: int, data: CampaignData) -> list[Row]:
    """Return the pool of the campaign's codes."""
    return [
        {"campaign_id": campaign, "number": number, "code": code}
        for number, code in enumerate(data.codes, start=1)
    ]


def participation(campaign: int, history: History, code: int | None) -> Row:
    """Return the row of the participation, after all that happened; `code` is its code's key."""
    return {
        "campaign_id": campaign,
        "influencer_id": history.influencer,
        "status": history.status,
        "selected_account_id": history.selected_account,
        "selected_platforms": history.selected_platforms,
        "referral_code_id": code,
        "origin": history.origin,
        "round": history.round,
        "version": history.version,
        "followers": history.followers,
        "created_at": history.events[0].at,
        "updated_at": history.moved_at,
    }


def post(campaign: int, participation: int, post: PostData) -> Row:
    """Return a post."""
    return {
        "campaign_id": campaign,
        "participation_id": participation,
        "url": post.url,
        "url_digest": digest(post.url),
        "source": post.source,
        "status": post.state.status,
        "warning": post.state.warning,
        "reason": post.state.reason,
        "decided_status": post.decided.state.status,
        "decided_warning": post.decided.state.warning,
        "decided_reason": post.decided.state.reason,
        "decided_at": post.decided.at,
        "round": post.round,
        "account_id": post.account,
        "submitted_at": post.submitted_at,
        "updated_at": post.updated_at,
    }


def finding(post: int, seen: Observation) -> Row:
    """Return a finding on a post."""
    return {
        "post_id": post,
        "finding": seen.finding,
        "is_over": seen.over,
        "observed_at": seen.observed_at,
        "received_at": seen.received_at,
    }


def event(
    campaign: int, participation: int, history: History, event: EventData, posts: Sequence[int]
) -> Row:
    """Return a line of the history; `posts` are the keys of the history's posts."""
    own = (ids.encode("Influencer", history.influencer), None)
    actor, name = ACTORS.get(event.role, own)
    return {
        "campaign_id": campaign,
        "influencer_id": history.influencer,
        "participation_id": participation,
        "post_id": None if event.post is None else posts[event.post],
        "action": event.action,
        "from_status": event.from_status,
        "to_status": event.to_status,
        "round": event.round,
        "actor_role": event.role,
        "actor_id": actor,
        "actor_name": name,
        "reason": event.reason,
        "message": event.message,
        "occurred_at": event.at,
        "decision": event.decision,
    }
