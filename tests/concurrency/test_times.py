"""The times of a history run one way, however many write at once and whatever their clocks say."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain, count, pairwise
from typing import Any

from models.campaign import AvailabilityOverride, Campaign
from models.influencer import SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.concurrency.test_waiting import other_writer, until_someone_waits
from tests.engine import STAFF, creator, execute, operation
from workflow.enums import ParticipationStatus, Platform

WRITERS, TURNS = 8, 25
Clock = Callable[[], datetime]


async def test_of_writers_at_once_none_turns_a_history_back(db: str):
    world = await a_world()
    seen = await asyncio.gather(*(write(world, seed, now) for seed in range(WRITERS)))
    await histories_run_one_way([*chain(*seen)])


async def test_nor_where_the_clocks_of_machines_are_apart(db: str):
    world = await a_world()
    seen = await asyncio.gather(*(write(world, seed, ahead(seed)) for seed in range(WRITERS)))
    await histories_run_one_way([*chain(*seen)])


async def test_what_waited_for_a_lock_happened_after_it(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.INSTAGRAM, 10))
    ids = {"campaignId": gid(campaign), "influencerIds": [gid(person)]}
    async with other_writer(db) as other:
        await other.execute("SELECT FROM campaign WHERE id = $1 FOR UPDATE", campaign.pk)
        marking = asyncio.create_task(sent("markJoined", "summary { changed }", ids))
        changing = asyncio.create_task(
            sent("updateCampaign", "campaign { id }", {"id": gid(campaign), "title": "Later"})
        )
        await until_someone_waits(many=2)
        released_at = now()
    await asyncio.gather(marking, changing)
    assert (await ParticipationEvent.get()).occurred_at > released_at
    assert (await Participation.get()).updated_at > released_at
    assert (await Campaign.get()).updated_at > released_at


async def test_a_deadline_that_passes_while_an_application_waits_has_passed(db: str):
    campaign = await data.campaign(application_deadline=now() + timedelta(seconds=1))
    person = await data.influencer((Platform.INSTAGRAM, 10))
    async with other_writer(db) as other:
        await other.execute("SELECT FROM campaign WHERE id = $1 FOR UPDATE", campaign.pk)
        selection = "outcome userErrors { code }"
        applying = asyncio.create_task(
            sent("apply", selection, {"campaignId": gid(campaign)}, creator(person.pk))
        )
        await until_someone_waits()
        assert campaign.application_deadline
        while now() < campaign.application_deadline:
            await asyncio.sleep(0.01)
    refusal = {"outcome": "REFUSED", "userErrors": [{"code": "DEADLINE_PASSED"}]}
    assert await applying == refusal


async def test_nothing_happens_to_a_candidate_before_what_has_happened_to_them(db: str):
    earlier = falling_behind()
    campaign = await data.campaign()
    person = await data.influencer((Platform.INSTAGRAM, 10))
    them = creator(person.pk)
    ids = {"campaignId": gid(campaign), "influencerIds": [gid(person)]}
    for availability in ("UNAVAILABLE", "AVAILABLE"):
        shown = {**ids, "availability": availability}
        await sent("setAvailability", "summary { changed }", shown, clock=earlier)
    await sent("markJoined", "summary { changed }", ids, clock=earlier)
    part = gid(await Participation.get())
    post_of = {"participationId": part, "url": "https://www.instagram.com/p/1"}
    await sent("submitPost", "outcome", post_of, them, earlier)
    rated = {"postIds": [gid(await Post.get())], "status": "INEFFECTIVE", "reason": "why"}
    await sent("setPostStatus", "summary { changed }", rated, clock=earlier)
    await sent("withdraw", "outcome", {"participationId": part}, them, earlier)

    await histories_run_one_way([])
    post, override = await Post.get(), await AvailabilityOverride.get()
    events = await ParticipationEvent.all().order_by("id")
    assert len(events) == 6
    assert override.set_at == events[1].occurred_at
    assert post.submitted_at == events[3].occurred_at
    assert post.updated_at == events[4].occurred_at


async def test_nothing_is_updated_before_it_was_updated_last(db: str):
    earlier = falling_behind()
    campaign, person = await data.campaign(), await data.influencer()
    retitled = {"id": gid(campaign), "title": "T"}
    await sent("updateCampaign", "campaign { id }", retitled, clock=earlier)
    renamed = {"externalId": person.external_id, "name": "Renamed"}
    await sent("upsertInfluencers", "updated", {"influencers": [renamed]}, clock=earlier)
    for row in (campaign, person):
        before = row.updated_at
        await row.refresh_from_db()
        assert row.updated_at == before


async def test_an_account_is_connected_before_it_is_disconnected_and_that_before_it_is_again(
    db: str,
):
    earlier = falling_behind()
    them = creator((await data.influencer()).pk)
    claim = {"platform": "INSTAGRAM", "externalId": "ig-1", "handle": "h", "followers": 5}
    await sent("connectAccount", "outcome", claim, them, earlier)
    first = await SocialAccount.get()
    await sent("disconnectAccount", "outcome", {"accountId": gid(first)}, them, earlier)
    assert (await SocialAccount.get()).disconnected_at == first.connected_at
    await sent("connectAccount", "outcome", claim, them, earlier)
    assert (await SocialAccount.get()).connected_at == first.connected_at


# Writers


def now() -> datetime:
    return datetime.now(UTC)


def ahead(seed: int) -> Clock:
    """A clock that is up to a minute ahead or behind, and is set back now and then."""
    dice = random.Random(seed)
    return lambda: now() + timedelta(seconds=dice.uniform(-60, 60))


def falling_behind() -> Clock:
    """A clock that has gone back an hour each time that it is looked at."""
    hours = count(1)
    return lambda: data.NOW - timedelta(hours=next(hours))


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def sent(
    field: str, selection: str, given: Any, caller: Caller = STAFF, clock: Clock = now
) -> dict[str, Any]:
    """The payload of a mutation, by a machine with this clock."""
    context = Context(caller=caller, plain_accounts=True, clock=clock)
    response = await execute(operation(field, selection), {"input": given}, context)
    assert "errors" not in response, response["errors"]
    return response["data"][field]


async def a_world() -> tuple[list[str], list[str], list[str]]:
    """Two campaigns, influencers with an account, and those who have applied to both."""
    campaigns = [await data.campaign(selection=True) for _ in range(2)]
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(4)]
    applied = ParticipationStatus.APPLIED
    parts = [await data.participation(c, p, applied) for c in campaigns for p in people[:3]]
    return [gid(one) for one in campaigns], [gid(one) for one in people], [gid(p) for p in parts]


async def write(
    world: tuple[list[str], list[str], list[str]], seed: int, clock: Clock
) -> list[dict[str, Any]]:
    """Make this many calls; return the participations as they were answered."""
    campaigns, people, parts = world
    dice = random.Random(seed)
    seen = list[dict[str, Any]]()
    item = "results { participation { id version updatedAt } }"
    for turn in range(TURNS):
        some = dice.sample(parts, 3)
        match dice.randrange(5):
            case 0:
                marked = {"campaignId": dice.choice(campaigns), "influencerIds": [people[3]]}
                payload = await sent("markJoined", item, marked, clock=clock)
            case 1:
                gone = {"participationIds": some, "reason": "why"}
                payload = await sent("reopenApplications", item, gone, clock=clock)
            case 2:
                title = {"id": dice.choice(campaigns), "title": f"Title {seed} {turn}"}
                payload = await sent("updateCampaign", "campaign { id }", title, clock=clock)
            case _:
                status = dice.choice(["APPLIED", "REVIEWING", "APPROVED", "REJECTED"])
                decided = {"participationIds": some, "status": status}
                payload = await sent("setApplicantStatus", item, decided, clock=clock)
        seen += [result["participation"] for result in payload.get("results", [])]
    return [part for part in seen if part]


async def histories_run_one_way(seen: list[dict[str, Any]]) -> None:
    """No event is earlier than the one before, no version than a lower one."""
    times = defaultdict[tuple[int, int], list[datetime]](list)
    for event in await ParticipationEvent.all().order_by("id"):
        times[event.campaign_id, event.influencer_id].append(event.occurred_at)
    assert times
    turned = [(a, b) for each in times.values() for a, b in pairwise(each) if b < a]
    assert turned == []
    versions = sorted((part["id"], part["version"], part["updatedAt"]) for part in seen)
    assert [(a, b) for a, b in pairwise(versions) if a[0] == b[0] and b[2] < a[2]] == []
    for part in await Participation.all():
        assert part.updated_at <= times[part.campaign_id, part.influencer_id][-1]
