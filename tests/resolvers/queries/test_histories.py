"""Histories of candidates: each has its own, and all are read together."""

from typing import Any

import pytest

from database.tracing import traced
from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import ParticipationEvent
from resolvers.ids import encode
from tests import data
from tests.engine import answer, gids
from workflow.enums import Action, ParticipationStatus, Platform

HISTORIES = """
query($ids: [ID!]!, $first: Int, $after: String, $last: Int, $before: String) {
  nodes(ids: $ids) { ... on Candidate { id events(
      first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id }
  } } }
}"""
TAB = """
query($id: ID!) {
  campaign(id: $id) { candidates(first: 100) { nodes { id events { totalCount nodes { id } } } } }
}"""


async def three_of_two() -> dict[str, list[ParticipationEvent]]:
    """The histories of three candidates and of a fourth without one, told crosswise."""
    campaigns = [await data.campaign() for _ in range(2)]
    people = [await data.influencer((Platform.TIKTOK, 10)) for _ in range(2)]
    told: dict[str, list[ParticipationEvent]] = {}
    pairs = [(campaign, person) for campaign in campaigns for person in people]
    parts = [await data.participation(*pair, ParticipationStatus.WAITING) for pair in pairs[:3]]
    for action in (Action.MARK_JOINED, Action.SET_AVAILABILITY, Action.REMOVE):
        for pair, part in zip(pairs, parts, strict=False):
            told.setdefault(candidate(*pair), []).append(await data.event(part, action))
    return {**told, candidate(*pairs[3]): []}


def candidate(campaign: Campaign, person: Influencer) -> str:
    return encode("Candidate", f"{campaign.pk}-{person.pk}")


async def histories(*ids: str, **page: Any) -> list[dict[str, Any]]:
    found = (await answer(HISTORIES, ids=[*ids], **page))["nodes"]
    assert [node["id"] for node in found] == [*ids]
    return [node["events"] for node in found]


@pytest.mark.parametrize(
    ("page", "shown", "next_", "previous"),
    [
        ({}, slice(0, 3), False, False),
        ({"first": 2}, slice(0, 2), True, False),
        ({"last": 2}, slice(1, 3), False, True),
        ({"first": 0}, slice(0, 0), True, False),
    ],
)
async def test_each_candidate_has_a_page_of_its_own(
    db: str, page: dict[str, Any], shown: slice, next_: bool, previous: bool
):
    told = await three_of_two()
    for asked in ([*told], [next(iter(told))]):
        for gid, events in zip(asked, await histories(*asked, **page), strict=True):
            expected = gids("ParticipationEvent", *told[gid])
            assert [node["id"] for node in events["nodes"]] == expected[shown]
            assert events["totalCount"] == len(expected)
            info = events["pageInfo"]
            around = (info["hasNextPage"], info["hasPreviousPage"])
            assert around == ((next_, previous) if expected else (False, False))


async def test_a_cursor_goes_on_where_a_page_ended(db: str):
    told = await three_of_two()
    for gid, of_it in told.items():
        expected = gids("ParticipationEvent", *of_it)
        [page] = await histories(gid, first=1)
        cursor = page["pageInfo"]["endCursor"]
        if cursor is None:
            assert not expected
            continue
        for asked in ([gid], [gid, *(other for other in told if other != gid)]):
            after, *_ = await histories(*asked, first=1, after=cursor)
            assert [node["id"] for node in after["nodes"]] == expected[1:2]
            assert after["totalCount"] == 3
            last = after["pageInfo"]["endCursor"]
            before, *_ = await histories(*asked, last=2, before=last)
            assert [node["id"] for node in before["nodes"]] == expected[:1]


async def test_a_page_of_candidates_reads_their_histories_by_one_statement(db: str):
    campaign = await data.campaign()
    counts = list[int]()
    for more in (1, 59):
        for _ in range(more):
            person = await data.influencer((Platform.TIKTOK, 10))
            part = await data.participation(campaign, person, ParticipationStatus.WAITING)
            await data.event(part, Action.MARK_JOINED)
        with traced() as trace:
            found = await answer(TAB, id=encode("Campaign", campaign.pk))
        rows = found["campaign"]["candidates"]["nodes"]
        assert [len(row["events"]["nodes"]) for row in rows] == [1] * len(rows)
        counts.append(len(trace.statements))
    assert len(rows) == 60
    assert counts[0] == counts[1]
