"""A cursor is good under every filter that says the same, and under no other."""

from typing import Any

import pytest

from resolvers.ids import encode
from tests import data
from tests.engine import answer, creator, refusal
from workflow.enums import (
    ApplicantStatus,
    Availability,
    CampaignStatus,
    CandidateStatus,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    UnavailableReason,
)

CAMPAIGNS = """query($filter: CampaignFilter, $order: CampaignOrder, $after: String) {
    campaigns(filter: $filter, orderBy: $order, first: 1, after: $after) { # } }"""
INFLUENCERS = """query($filter: InfluencerFilter, $order: InfluencerOrder, $after: String) {
    influencers(filter: $filter, orderBy: $order, first: 1, after: $after) { # } }"""
PARTICIPATIONS = """query($filter: ParticipationFilter, $order: ParticipationOrder,
    $after: String) {
    participations(filter: $filter, orderBy: $order, first: 1, after: $after) { # } }"""
CANDIDATES = """query($filter: CandidateFilter, $order: CandidateOrder, $after: String) {
    campaign(id: "gid://joinery/Campaign/1") {
        candidates(filter: $filter, orderBy: $order, first: 1, after: $after) { # } } }"""
JOBS = """query($order: JobSection, $after: String) {
    myJobs(section: $order, first: 1, after: $after) { # } }"""

PEOPLE = [encode("Influencer", number) for number in (1, 2)]

Given = dict[str, Any]
SAME: list[tuple[str, Given, Given]] = [
    # query; the variables of the first page, and of the next
    (CAMPAIGNS, {}, {"filter": None}),
    (CAMPAIGNS, {}, {"filter": {}}),
    (CAMPAIGNS, {}, {"order": None}),
    (CAMPAIGNS, {}, {"order": "CREATED_DESC"}),
    (CAMPAIGNS, {}, {"filter": {"search": ""}}),
    (CAMPAIGNS, {}, {"filter": {"search": " \u3000"}}),
    (CAMPAIGNS, {}, {"filter": {"status": [], "type": None}}),
    (CAMPAIGNS, {}, {"filter": {"status": [*CampaignStatus]}}),
    (CAMPAIGNS, {"filter": {"search": "camp"}}, {"filter": {"search": " ＣＡＭＰ "}}),
    (
        CAMPAIGNS,
        {"filter": {"status": ["ONGOING", "DRAFT"]}},
        {"filter": {"status": ["DRAFT", "ONGOING", "ONGOING"]}},
    ),
    (INFLUENCERS, {}, {"filter": {"followersMin": 0, "followersMax": 2**31 - 1}}),
    (
        INFLUENCERS,
        {"filter": {"countries": ["JP", "TH"]}},
        {"filter": {"countries": ["th", " JP", "jp"], "search": None}},
    ),
    (
        INFLUENCERS,
        {"filter": {"categories": ["Food", "Art"]}},
        {"filter": {"categories": ["art ", "ＦＯＯＤ", "food"]}},
    ),
    (
        INFLUENCERS,
        {"filter": {"platforms": ["TIKTOK", "INSTAGRAM"]}},
        {"filter": {"platforms": ["INSTAGRAM", "TIKTOK", "TIKTOK"], "followersMin": 0}},
    ),
    (PARTICIPATIONS, {}, {"filter": {"origin": [*ParticipationOrigin]}}),
    (
        PARTICIPATIONS,
        {"filter": {"updatedSince": "2026-01-01T00:00:00Z"}},
        {"filter": {"updatedSince": "2026-01-01T09:00:00.000+09:00"}},
    ),
    (CANDIDATES, {}, {"filter": {"status": [*CandidateStatus], "search": "\t"}}),
    (CANDIDATES, {"order": "FOLLOWERS_DESC"}, {"order": None}),
    (CANDIDATES, {}, {"filter": {"influencerIds": [], "override": None, "unavailableReason": []}}),
    (
        CANDIDATES,
        {"filter": {"influencerIds": [*PEOPLE]}},
        {"filter": {"influencerIds": [*reversed(PEOPLE), *PEOPLE]}},
    ),
    (
        INFLUENCERS,
        {"filter": {"externalIds": ["one", "two"]}},
        {"filter": {"externalIds": ["two\u200b", " one", "one"]}},
    ),
    (
        CAMPAIGNS,
        {"filter": {"platforms": ["X", "TIKTOK"]}},
        {"filter": {"platforms": ["TIKTOK", "X"]}},
    ),
    (JOBS, {}, {"order": "IN_PROGRESS"}),
    (JOBS, {"order": None}, {}),
]
OTHER: list[tuple[str, Given, Given]] = [
    (CAMPAIGNS, {}, {"order": "CREATED_ASC"}),
    (CAMPAIGNS, {}, {"filter": {"search": "a"}}),
    (CAMPAIGNS, {}, {"filter": {"status": ["ONGOING"]}}),
    (CAMPAIGNS, {"filter": {"search": "camp"}}, {"filter": {"search": "campaign"}}),
    (INFLUENCERS, {}, {"filter": {"platforms": [*Platform]}}),
    (INFLUENCERS, {}, {"filter": {"followersMin": 1}}),
    (INFLUENCERS, {}, {"filter": {"followersMax": 2**31 - 2}}),
    (INFLUENCERS, {"filter": {"countries": ["JP"]}}, {"filter": {"countries": ["JP", "TH"]}}),
    (INFLUENCERS, {"filter": {"countries": ["JP"]}}, {"filter": {"categories": ["JP"]}}),
    (CANDIDATES, {}, {"filter": {"status": [*ApplicantStatus][:1]}}),
    (CANDIDATES, {}, {"filter": {"override": [*Availability]}}),
    (CANDIDATES, {}, {"filter": {"unavailableReason": [*UnavailableReason]}}),
    (CANDIDATES, {}, {"filter": {"influencerIds": PEOPLE}}),
    (CANDIDATES, {}, {"filter": {"qualifyingAccountsMin": 1}}),
    (JOBS, {}, {"order": "CLOSED"}),
]


async def world() -> int:
    """Make two rows for each list; return the influencer."""
    campaigns = [await data.campaign(id=number) for number in (1, 2)]
    people = [
        await data.influencer(
            (Platform.TIKTOK, 10), external_id=name, categories=["food"], country="JP"
        )
        for name in ("one", "two")
    ]
    for campaign in campaigns:
        await data.participation(campaign, people[0], ParticipationStatus.JOINED)
    return people[0].pk


def node_of(page: Any) -> tuple[str, str]:
    while "edges" not in page:
        [page] = page.values()
    [edge] = page["edges"]
    return edge["cursor"], edge["node"]["id"]


PAGE = "edges { cursor node { id } }"


@pytest.mark.parametrize(("query", "first", "then"), SAME)
async def test_a_filter_that_says_the_same_goes_on(db: str, query: str, first: Given, then: Given):
    caller = creator(await world())
    asker = {"caller": caller} if query is JOBS else {}
    text = query.replace("#", PAGE)
    cursor, one = node_of(await answer(text, **asker, **first))
    _, other = node_of(await answer(text, **asker, **then, after=cursor))
    assert one != other
    assert node_of(await answer(text, **asker, **first, after=cursor))[1] == other


@pytest.mark.parametrize(("query", "first", "then"), OTHER)
async def test_a_filter_that_says_something_else_is_refused(
    db: str, query: str, first: Given, then: Given
):
    caller = creator(await world())
    asker = {"caller": caller} if query is JOBS else {}
    text = query.replace("#", PAGE)
    cursor, _ = node_of(await answer(text, **asker, **first))
    assert await refusal(text, **asker, **then, after=cursor) == "INVALID_INPUT"


async def test_a_cursor_of_one_campaign_is_good_in_another(db: str):
    await world()
    text = CANDIDATES.replace("#", PAGE)
    cursor, one = node_of(await answer(text))
    other = text.replace("Campaign/1", "Campaign/2")
    found = node_of(await answer(other, after=cursor))[1]
    assert found.startswith(encode("Candidate", "2-"))
    assert found.rpartition("-")[2] != one.rpartition("-")[2]
