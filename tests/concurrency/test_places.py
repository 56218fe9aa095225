"""Places are never given twice, whoever asks at once, and from wherever."""

import asyncio
import sys
from collections import Counter

import pytest

from database.session import capabilities
from models.campaign import Campaign
from models.participation import Participation, ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.engine import gids, mutate
from workflow.enums import ParticipationStatus, Platform

RESULTS = "results { outcome error { code } } userErrors { code }"
PROCESSES = 3

ONE_PROCESS = """
import asyncio, sys
from database.connection import connected
from tests.engine import mutate

async def main(url, campaign, *influencers):
    async with connected(url):
        print("ready", flush=True)
        sys.stdin.readline()
        marks = [
            mutate("markJoined", "results { outcome error { code } }",
                   campaignId=campaign, influencerIds=[influencer])
            for influencer in influencers
        ]
        payloads = await asyncio.gather(*marks)
        print(*(payload["results"][0]["outcome"] for payload in payloads))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_fifty_marks_at_once_take_seven_places(db: str):
    campaign = await data.campaign(capacity=7)
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(50)]
    payloads = await asyncio.gather(*(mark(campaign, person) for person in people))
    results = [payload["results"][0] for payload in payloads]
    assert Counter(result["outcome"] for result in results) == {"CHANGED": 7, "REFUSED": 43}
    assert {r["error"]["code"] for r in results if r["error"]} == {"CAPACITY_REACHED"}
    await holds(campaign, 7)


@pytest.mark.slow
async def test_several_processes_share_seven_places(db: str):
    campaign = await data.campaign(capacity=7)
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(50)]
    outcomes = Counter[str]()
    shares = [gids("Influencer", *people[start::PROCESSES]) for start in range(PROCESSES)]
    gid = encode("Campaign", campaign.pk)
    running = await asyncio.gather(*(ready_process(db, gid, share) for share in shares))
    for output, _ in await asyncio.gather(*(one.communicate(b"go") for one in running)):
        outcomes.update(output.decode().splitlines()[-1].split())
    assert outcomes == {"CHANGED": 7, "REFUSED": 43}
    await holds(campaign, 7)


async def test_the_same_influencers_marked_by_many_join_once(db: str):
    campaign = await data.campaign()
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(5)]
    payloads = await asyncio.gather(*(mark(campaign, *people) for _ in range(10)))
    outcomes = Counter(r["outcome"] for payload in payloads for r in payload["results"])
    assert outcomes == {"CHANGED": 5, "UNCHANGED": 45}
    await holds(campaign, 5)


async def test_decisions_over_campaigns_in_opposite_orders_all_come_through(db: str):
    campaigns = [await data.campaign(selection=True, capacity=3) for _ in range(4)]
    parts = [
        await data.participation(of, await data.influencer(), ParticipationStatus.APPLIED)
        for of in campaigns
        for _ in range(3)
    ]
    there, back = gids("Participation", *parts), gids("Participation", *reversed(parts))
    calls = [
        mutate(
            "setApplicantStatus",
            RESULTS,
            participationIds=there if turn % 2 else back,
            status="APPROVED" if turn % 3 else "REJECTED",
        )
        for turn in range(20)
    ]
    for payload in await asyncio.gather(*calls):
        assert {result["outcome"] for result in payload["results"]} <= {"CHANGED", "UNCHANGED"}
    for campaign in campaigns:
        approved = ParticipationStatus.APPROVED
        await holds(
            campaign, await Participation.filter(campaign=campaign, status=approved).count()
        )


async def mark(campaign: Campaign, *people: object):
    return await mutate(
        "markJoined",
        RESULTS,
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=gids("Influencer", *people),
    )


async def ready_process(
    url: str, campaign: str, influencers: list[str]
) -> asyncio.subprocess.Process:
    """A process of its own, connected, which marks these as soon as it is told anything."""
    command = (sys.executable, "-c", ONE_PROCESS, url, campaign, *influencers)
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert running.stdout is not None
    assert await running.stdout.readline() == b"ready\n"
    return running


async def holds(campaign: Campaign, places: int) -> None:
    """The campaign counts so many places; participations and history agree."""
    taken = (ParticipationStatus.JOINED, ParticipationStatus.APPROVED)
    await campaign.refresh_from_db()
    assert campaign.places_taken == places, capabilities().dialect
    assert await Participation.filter(campaign=campaign, status__in=taken).count() == places
    entered = await ParticipationEvent.filter(campaign=campaign, to_status__in=taken).count()
    left = await ParticipationEvent.filter(campaign=campaign, from_status__in=taken).count()
    assert entered - left == places
