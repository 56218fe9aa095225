"""One chapter: a new cast, callers at once, and the check of all that they saw."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from tortoise.transactions import in_transaction

from database.connection import connected
from models.campaign import Campaign as StoredCampaign
from models.participation import Participation, ParticipationEvent, Post
from resolvers.ids import decode
from tests.torture.callers import Callers
from tests.torture.cast import CAMPAIGNS, Cast, create
from tests.torture.explain import Event
from tests.torture.history import Run, Stored, Violation, check
from tests.workflow.replay import Kept, check_replay
from workflow.enums import Action, platforms_of
from workflow.receipts import read_receipt


async def cast_of(database_url: str, chapter: int, campaigns: int = len(CAMPAIGNS)) -> Cast:
    """Put a new cast into the database."""
    async with connected(database_url):
        return await create(chapter, campaigns)


async def check_chapter(database_url: str, callers: Callers) -> None:
    """Check what the callers saw against what is stored. Raises Violation, with the seed."""
    async with connected(database_url), in_transaction():
        # Whoever was cut off may still hold a lock, and commit.
        await StoredCampaign.filter(
            id__in=list(_keys(callers.cast, "campaign"))
        ).select_for_update()
        events = await _events(callers.cast)
        decided = await _decided(callers.cast)
        stored = await _stored(callers.cast)
    try:
        check(Run(callers.cast, callers.records, events, stored))
        _check_receipts(decided)
    except Violation as violation:
        raise Violation(f"seed {callers.seed}\n{violation}") from None


async def _events(cast: Cast) -> list[Event]:
    """The cast's events, in the order of their ids."""
    campaigns, people = _keys(cast, "campaign"), _keys(cast, "person")
    found = await ParticipationEvent.filter(campaign_id__in=list(campaigns)).order_by("id")
    posts = {post.id: post.url async for post in Post.filter(campaign_id__in=list(campaigns))}
    return [
        Event(
            event.id,
            event.actor_name or "",
            campaigns[event.campaign_id],
            people[event.influencer_id],
            event.action.value,
            event.from_status and event.from_status.value,
            event.to_status and event.to_status.value,
            event.round,
            posts[event.post_id] if event.post_id else None,
        )
        for event in found
    ]


async def _decided(cast: Cast) -> list[ParticipationEvent]:
    """The cast's events that the rules decided."""
    events = ParticipationEvent.filter(campaign_id__in=list(_keys(cast, "campaign")))
    return await events.exclude(action=Action.ERASE)


def _check_receipts(events: Iterable[ParticipationEvent]) -> None:
    """Decide each event once more, from what it keeps of its decision. Raises Violation."""
    for event in events:
        receipt = read_receipt(orjson.loads(event.decision or "[0]"))
        if receipt is None:
            raise Violation(f"event {event.id} keeps nothing of its decision: {event.decision}")
        kept = Kept(event.action, event.actor_role, event.from_status, event.to_status)
        try:
            check_replay(kept, receipt)
        except AssertionError as error:
            raise Violation(f"event {event.id} is not what was decided: {error!r}") from error


async def _stored(cast: Cast) -> list[Stored]:
    keys, people = _keys(cast, "campaign"), _keys(cast, "person")
    stored = list[Stored]()
    for campaign in await StoredCampaign.filter(id__in=list(keys)).order_by("id"):
        parts = await Participation.filter(campaign_id=campaign.id).values()
        shown = {people[part["influencer_id"]]: _columns(part, cast) for part in parts}
        if len(shown) != len(parts):
            raise Violation(f"someone has two participations in campaign {keys[campaign.id]}")
        stored.append(Stored(campaign.capacity, campaign.places_taken, shown))
    return stored


def _columns(row: Mapping[str, Any], cast: Cast) -> Mapping[str, Any]:
    """A stored participation, by the fields of `Part`."""
    names = {decode(gid, "SocialAccount"): name for gid, name in cast.names.items()}
    account = row["selected_account_id"]
    return {
        "status": str(row["status"]),
        "origin": str(row["origin"]),
        "round": row["round"],
        "version": row["version"],
        "account": names[account] if account else None,
        "platforms": frozenset(map(str, platforms_of(row["selected_platforms"]))),
    }


def _keys(cast: Cast, kind: str) -> dict[int, int]:
    """The numbers of campaigns or people by their keys in the database."""
    type_name = {"campaign": "Campaign", "person": "Influencer"}[kind]
    keys = dict[int, int]()
    for name, gid in cast.ids.items():
        if name.startswith(f"{kind} "):
            key = decode(gid, type_name)
            assert key is not None
            keys[key] = int(name.split()[1])
    return keys
