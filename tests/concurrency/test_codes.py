"""Codes are never given twice, whoever asks at once, and from wherever."""

import asyncio
from collections import Counter
from collections.abc import Collection

import pytest

from models.campaign import Campaign
from models.participation import Participation
from models.referral_code import ReferralCode
from resolvers.ids import encode
from tests import data
from tests.concurrency.test_places import PROCESSES, mark, ready_process
from tests.engine import gids, mutate
from workflow.enums import Platform

SEVEN = [f"CODE-{number}" for number in range(1, 8)]
REMOVED = "results { outcome participation { referralCode } }"


async def test_fifty_marks_at_once_get_seven_codes(db: str):
    campaign = await data.referral_campaign(*SEVEN)
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(50)]
    payloads = await asyncio.gather(*(mark(campaign, person) for person in people))
    results = [payload["results"][0] for payload in payloads]
    assert Counter(result["outcome"] for result in results) == {"CHANGED": 7, "REFUSED": 43}
    assert {r["error"]["code"] for r in results if r["error"]} == {"CODES_EXHAUSTED"}
    await gave(campaign, SEVEN)


@pytest.mark.slow
@pytest.mark.parametrize("capacity", [None, 50])
async def test_several_processes_share_seven_codes(db: str, capacity: int | None):
    campaign = await data.referral_campaign(*SEVEN, capacity=capacity)
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(50)]
    outcomes = Counter[str]()
    shares = [gids("Influencer", *people[start::PROCESSES]) for start in range(PROCESSES)]
    gid = encode("Campaign", campaign.pk)
    running = await asyncio.gather(*(ready_process(db, gid, share) for share in shares))
    for output, _ in await asyncio.gather(*(one.communicate(b"go") for one in running)):
        outcomes.update(output.decode().splitlines()[-1].split())
    assert outcomes == {"CHANGED": 7, "REFUSED": 43}
    await gave(campaign, SEVEN)


async def test_codes_are_added_while_others_are_given(db: str):
    campaign = await data.referral_campaign()
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(30)]
    batches = [[f"{batch}-{number}" for number in range(3)] for batch in range(5)]
    adding = [add(campaign, [*codes, "SHARED"]) for codes in batches]
    marking = [mark(campaign, *people[start : start + 3]) for start in range(0, 30, 3)]
    added, marked = await asyncio.gather(asyncio.gather(*adding), asyncio.gather(*marking))
    assert sorted(payload["unchanged"] for payload in added) == [0, 1, 1, 1, 1]
    results = [result for payload in marked for result in payload["results"]]
    joined = sum(result["outcome"] == "CHANGED" for result in results)
    pool = await ReferralCode.filter(campaign=campaign).order_by("number")
    assert [code.number for code in pool] == list(range(1, 17))
    assert {code.code for code in pool} == {"SHARED", *(c for codes in batches for c in codes)}
    await gave(campaign, [code.code for code in pool[:joined]])


async def test_who_is_removed_and_marked_by_many_keeps_the_code(db: str):
    campaign = await data.referral_campaign(*SEVEN)
    people = [await data.influencer((Platform.INSTAGRAM, 10)) for _ in range(3)]
    await mark(campaign, *people)
    before = await codes_by_participation(campaign)
    parts = [encode("Participation", key) for key in before]
    for _ in range(3):
        await mutate("removeParticipants", REMOVED, participationIds=parts, reason="why")
        await asyncio.gather(*(mark(campaign, *people) for _ in range(5)))
        assert await codes_by_participation(campaign) == before
    await gave(campaign, SEVEN[:3])


async def add(campaign: Campaign, codes: Collection[str]):
    return await mutate(
        "addReferralCodes",
        "added unchanged userErrors { code }",
        campaignId=encode("Campaign", campaign.pk),
        codes=list(codes),
    )


async def codes_by_participation(campaign: Campaign) -> dict[int, int | None]:
    parts = await Participation.filter(campaign=campaign)
    return {part.pk: part.referral_code_id for part in parts}


async def gave(campaign: Campaign, codes: Collection[str]) -> None:
    """These codes were given, each to one participation, and nobody came in without one."""
    await campaign.refresh_from_db()
    parts = await Participation.filter(campaign=campaign).prefetch_related("referral_code")
    given = [part.referral_code.code for part in parts if part.referral_code]
    assert sorted(given) == sorted(codes)
    assert len(given) == len(parts)
    assert campaign.codes_given == len(given) <= campaign.codes_total
