"""The Select influencer tab, against the rules worked out in Python over a random crowd."""

from collections import Counter
from typing import Any

import pytest

from database.session import TortoiseDatabase
from database.tracing import traced
from models.campaign import Campaign
from models.countries import COUNTRIES
from projection import ListRun, Terms
from projection.listing import Page, page_values
from resolvers.context import Context
from resolvers.ids import encode
from resolvers.queries.select_tab import candidates
from tests import data
from tests.data import NOW
from tests.engine import STAFF, answer, creator, execute, gids
from tests.resolvers.crowd import KEYS, Crowd, filters, gather
from workflow.enums import CampaignStatus, CandidateStatus, ParticipationStatus, Platform

PAGE = """
query Tab($id: ID!, $filter: CandidateFilter, $order: CandidateOrder! = FOLLOWERS_DESC,
    $first: Int, $after: String, $last: Int, $before: String) {
  campaign(id: $id) {
    candidateCounts(filter: $filter) { status count exact }
    candidates(filter: $filter, orderBy: $order,
        first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { status unavailableReasons availabilityOverride influencer { id } }
      edges { cursor node { id } }
    }
  }
}"""
STATUSES = [status.value for status in CandidateStatus]


async def tab(campaign: Campaign, **given: Any) -> dict[str, Any]:
    found = await answer(PAGE, id=encode("Campaign", campaign.pk), **given)
    return found["campaign"]


def influencers(page: dict[str, Any]) -> list[str]:
    return [node["influencer"]["id"] for node in page["nodes"]]


async def walk(campaign: Campaign, size: int, *, forward: bool, **given: Any) -> list[str]:
    """All pages, from one end to the other; in the list's order."""
    found: list[str] = []
    cursor = None
    while True:
        ends = {"first": size, "after": cursor} if forward else {"last": size, "before": cursor}
        page = (await tab(campaign, **given, **ends))["candidates"]
        info = page["pageInfo"]
        assert (info["hasPreviousPage"] if forward else info["hasNextPage"]) is bool(cursor)
        found = [*found, *influencers(page)] if forward else [*influencers(page), *found]
        cursor = info["endCursor" if forward else "startCursor"]
        if not (info["hasNextPage"] if forward else info["hasPreviousPage"]):
            return found


def check_statuses(crowd: Crowd, campaign: Campaign, nodes: list[dict[str, Any]]) -> None:
    people = {person.gid: person for person in crowd.people}
    for node in nodes:
        person = people[node["influencer"]["id"]]
        assert node["status"] == person.status(campaign)
        reasons = person.reasons(campaign) if node["status"] == "UNAVAILABLE" else ()
        assert node["unavailableReasons"] == list(reasons)
        assert node["availabilityOverride"] == person.overrides.get(campaign.pk)


async def test_every_row_filter_order_and_count_is_what_the_rules_say(db: str):
    crowd = await gather(seed=1, people=60)
    orders = list(KEYS)
    seen = Counter[str]()
    for number, asked in enumerate(filters(2, 60, STATUSES)):
        campaign, order = crowd.campaigns[number % 8], orders[number % 5]
        expected = crowd.rows(campaign, asked, order)
        found = await tab(campaign, filter=asked, order=order, first=100)
        page = found["candidates"]
        assert (asked, order, influencers(page)) == (asked, order, expected)
        assert page["totalCount"] == len(expected)
        assert [edge["node"]["id"] for edge in page["edges"]] == [
            gid.replace("Influencer/", f"Candidate/{campaign.pk}-") for gid in expected
        ]
        check_statuses(crowd, campaign, page["nodes"])
        seen.update(node["status"] for node in page["nodes"])
        for row in found["candidateCounts"]:
            of_status = asked | {"status": [row["status"]]}
            assert row["count"] == len(crowd.rows(campaign, of_status, order))
            assert row["exact"] is True
    assert set(seen) == set(STATUSES)


@pytest.mark.parametrize("order", list(KEYS))
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
async def test_pages_follow_each_other_both_ways(db: str, order: str, forward: bool):
    crowd = await gather(seed=3, people=25)
    for campaign in (crowd.campaigns[0], crowd.campaigns[6]):
        expected = crowd.rows(campaign, {}, order)
        assert await walk(campaign, 4, forward=forward, order=order) == expected


async def test_who_was_there_throughout_is_shown_once_whatever_is_inserted_between_pages(db: str):
    campaign = await data.campaign()
    before = [await data.influencer((Platform.TIKTOK, 10 * n)) for n in range(1, 10)]
    shown: list[str] = []
    cursor = None
    for round_ in range(3):
        page = (await tab(campaign, first=3, after=cursor))["candidates"]
        shown += influencers(page)
        cursor = page["pageInfo"]["endCursor"]
        for followers in (1_000 - round_, 45, 5):
            await data.influencer((Platform.TIKTOK, followers))
    stayed = gids("Influencer", *reversed(before))
    assert [gid for gid in shown if gid in stayed] == [gid for gid in stayed if gid in shown]
    rest = (await tab(campaign, first=100, after=cursor))["candidates"]
    everything = [*shown, *influencers(rest)]
    assert [gid for gid in everything if gid in stayed] == stayed
    assert len(set(everything)) == len(everything)


async def test_a_row_tells_its_campaign_participation_actions_and_history(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.TIKTOK, 10), (Platform.INSTAGRAM, 20))
    part = await data.participation(campaign, person, ParticipationStatus.WAITING)
    found = await answer(
        """query($id: ID!) { campaign(id: $id) { candidates { nodes {
            campaign { id } participation { id requiredAction { type accounts { followers } } }
            qualifyingAccounts { followers } availableActions
            events { totalCount nodes { id } } } } } }""",
        id=encode("Campaign", campaign.pk),
    )
    [node] = found["campaign"]["candidates"]["nodes"]
    assert node == {
        "campaign": {"id": encode("Campaign", campaign.pk)},
        "participation": {
            "id": encode("Participation", part.pk),
            "requiredAction": {
                "type": "SELECT_ACCOUNT",
                "accounts": [{"followers": 10}, {"followers": 20}],
            },
        },
        "qualifyingAccounts": [{"followers": 20}, {"followers": 10}],
        "availableActions": ["REMOVE", "SET_AVAILABILITY"],
        "events": {"totalCount": 0, "nodes": []},
    }


async def test_who_sees_a_campaign_is_who_is_available_or_takes_part(db: str):
    crowd = await gather(seed=5, people=40)
    for person in crowd.people:
        if person.row.erased_at:
            continue
        expected = {
            encode("Campaign", campaign.pk)
            for campaign in crowd.campaigns
            if not person.reasons(campaign) or campaign.pk in person.parts
        }
        ids = [encode("Campaign", campaign.pk) for campaign in crowd.campaigns]
        found = await answer(
            "query($ids: [ID!]!) { campaigns(first: 100) { totalCount nodes { id } }"
            " nodes(ids: $ids) { id } }",
            creator(person.row.pk),
            ids=ids,
        )
        listed = {node["id"] for node in found["campaigns"]["nodes"]} & set(ids)
        assert listed == expected == {node["id"] for node in found["nodes"] if node}


@pytest.mark.parametrize("order", ["FOLLOWERS_DESC", "CHANGED_DESC"])
async def test_a_rule_with_almost_every_country_is_walked_too(db: str, order: str):
    campaign = await data.campaign(countries=sorted(COUNTRIES - {"TH"}))
    await data.influencer(country="TH")
    here = [await data.influencer(country=country) for country in ("JP", "ID")]
    query = f"""query ($id: ID!) {{ campaign(id: $id) {{
        candidates(orderBy: {order}) {{ nodes {{ status influencer {{ id }} }} }} }} }}"""

    found = await answer(query, id=encode("Campaign", campaign.pk))

    rows = found["campaign"]["candidates"]["nodes"]
    available = {row["influencer"]["id"] for row in rows if row["status"] == "AVAILABLE"}
    assert available == set(gids("Influencer", *here))
    assert len(rows) == 3


async def test_rules_of_the_same_form_share_their_statements_whatever_their_values(db: str):
    ranges = [(10, 500), (0, 90_000)]
    rules = [
        {"platforms": [Platform.TIKTOK], "countries": ["JP", "TH"], "categories": ["category 01"]},
        {"platforms": [Platform.X, Platform.LINE], "countries": ["ID", "KR"], "categories": ["b"]},
    ]
    texts: list[list[str]] = []
    for rule, (low, high) in zip(rules, ranges, strict=True):
        campaign = await data.campaign(**rule, followers_min=low, followers_max=high)
        asked = {"platforms": rule["platforms"], "followersMin": low, "followersMax": high}
        with traced() as trace:
            await tab(campaign, filter=asked)
        texts.append([statement.sql for statement in trace.statements])
    assert texts[0] == texts[1]


async def test_each_row_comes_with_its_status(db: str):
    crowd = await gather(seed=9, people=40)
    run = ListRun(database=TortoiseDatabase(), role="STAFF", context=None)
    page = Page(limit=100, forward=True, cursor=None, after=True, asked=("", {}, Terms("", "")))
    for campaign in crowd.campaigns:
        listing = await candidates(run, {}, [campaign.pk])
        statement = listing.rows("t.influencer_id, t.status", "", page, None)
        rows = await run.fetch(statement, {**listing.values, **page_values(page)})
        found = {encode("Influencer", row[0]): row[1] for row in rows}
        people = {person.gid: person for person in crowd.people if not person.row.erased_at}
        assert found == {gid: person.status(campaign) for gid, person in people.items()}


@pytest.mark.parametrize("order", list(KEYS))
async def test_a_minimum_on_all_platforms_leaves_out_who_has_too_few_everywhere(
    db: str, order: str
):
    campaign = await data.campaign(platforms=list(Platform), followers_min=100)
    few = [
        await data.influencer((Platform.TIKTOK, 99)),
        await data.influencer((Platform.LINE, 0), (Platform.X, 99)),
    ]
    enough = [
        await data.influencer((Platform.TIKTOK, 100), (Platform.X, 5)),
        await data.influencer(),
    ]
    for status, expected in (("UNAVAILABLE", few), ("AVAILABLE", enough)):
        page = await tab(campaign, filter={"status": [status]}, order=order, first=10)
        assert set(influencers(page["candidates"])) == set(gids("Influencer", *expected))
        assert page["candidates"]["totalCount"] == len(expected)


async def test_a_closed_campaign_offers_nobody(db: str):
    campaign = await data.campaign(status=CampaignStatus.COMPLETED)
    await data.influencer((Platform.TIKTOK, 10))
    page = (await tab(campaign, filter={"status": ["AVAILABLE"]}))["candidates"]
    assert (page["totalCount"], page["nodes"]) == (0, [])


@pytest.mark.parametrize(
    "asked",
    [
        {"search": "\0"},
        {"search": "x" * 201},
        {"countries": ["\0"]},
        {"categories": ["\0"]},
    ],
    ids=["NUL", "long", "NUL country", "NUL category"],
)
async def test_a_filter_that_nothing_can_hold_is_invalid_or_finds_nothing(
    db: str, asked: dict[str, Any]
):
    campaign = await data.campaign()
    given = {"id": encode("Campaign", campaign.pk), "filter": asked}
    response = await execute(PAGE, given, Context(caller=STAFF, clock=lambda: NOW))
    assert [(e["extensions"]["code"], e["path"]) for e in response["errors"]] == [
        ("INVALID_INPUT", ["campaign", field]) for field in response["data"]["campaign"]
    ]
    assert set(response["data"]["campaign"].values()) == {None}
