"""The feed of everything that happened: nothing ever appears behind a cursor."""

from typing import Any

import asyncpg

from database.connection import connected
from models.participation import Participation
from resolvers.ids import encode
from tests import data
from tests.databases import PostgresDatabases
from tests.engine import ADVERTISER, STRANGER, answer
from workflow.enums import Action, ParticipationStatus, Platform

FEED = """query($after: String, $filter: ParticipationEventFilter, $first: Int = 100) {
  participationEvents(after: $after, filter: $filter, first: $first) {
    totalCount edges { cursor node { id action } } pageInfo { endCursor hasNextPage } } }"""


async def feed(caller: Any = None, **given: Any) -> dict[str, Any]:
    found = await answer(FEED, **({"caller": caller} if caller else {}), **given)
    return found["participationEvents"]


def ids(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


async def part_of(advertiser: str = "acme") -> Participation:
    person = await data.influencer((Platform.TIKTOK, 10))
    campaign = await data.campaign(advertiser_id=advertiser)
    return await data.participation(campaign, person, ParticipationStatus.WAITING)


async def test_it_is_told_oldest_first_filtered_and_to_whom_it_concerns(db: str):
    ours, theirs = await part_of(), await part_of("other")
    events = [
        await data.event(part, action)
        for part in (ours, theirs, ours)
        for action in (Action.MARK_JOINED, Action.SET_AVAILABILITY, Action.REMOVE)
    ]
    everything = [encode("ParticipationEvent", event.pk) for event in events]
    page = await feed()
    assert (ids(page), page["totalCount"]) == (everything, 9)
    for caller, places in ((ADVERTISER, (0, 2, 6, 8)), (STRANGER, (3, 5))):
        assert ids(await feed(caller)) == [everything[place] for place in places]
    for asked, places in (
        ({"action": ["REMOVE"]}, (2, 5, 8)),
        ({"campaignId": encode("Campaign", theirs.campaign_id)}, (3, 4, 5)),
        ({"influencerId": encode("Influencer", theirs.influencer_id)}, (3, 4, 5)),
        ({"participationId": encode("Participation", theirs.pk)}, (3, 5)),
        ({"participationId": "nonsense"}, ()),
        ({"since": "2030-01-01T00:00:00Z"}, ()),
    ):
        assert ids(await feed(filter=asked)) == [everything[place] for place in places]
    seen: list[str] = []
    cursor = None
    while len(seen) < 9:
        page = await feed(first=2, after=cursor)
        seen += ids(page)
        cursor = page["pageInfo"]["endCursor"]
    assert seen == everything


async def test_nothing_commits_behind_a_cursor(postgres_databases: PostgresDatabases):
    with postgres_databases.lend() as url:
        async with connected(url):
            part = await part_of()
            first = await data.event(part, Action.MARK_JOINED)
            slow, fast = await connect(url), await connect(url)
            try:
                work = slow.transaction()
                await work.start()
                early = await insert(slow, part)
                late = await insert(fast, part)  # commits at once, with the greater id
                assert late > early
                page = await feed()
                # A long transaction delays no other.
                assert ids(page) == [encode("ParticipationEvent", n) for n in (first.pk, late)]
                cursor = page["pageInfo"]["endCursor"]
                await work.commit()
                rest = await feed(after=cursor)
                assert ids(rest) == [encode("ParticipationEvent", early)]
            finally:
                await slow.close()
                await fast.close()


async def connect(url: str) -> Any:
    open_connection: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return await open_connection(url)


async def insert(connection: Any, part: Participation) -> int:
    return await connection.fetchval(
        "INSERT INTO participation_event (campaign_id, influencer_id, participation_id, action,"
        " to_status, round, actor_role, actor_id, occurred_at)"
        " VALUES ($1, $2, $3, 'REMOVE', 'REMOVED', 1, 'STAFF', 's', now()) RETURNING id",
        part.campaign_id,
        part.influencer_id,
        part.pk,
    )
