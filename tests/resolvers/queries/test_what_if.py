"""`Campaign.whatIf` against the rules worked out in Python."""

import random
from collections.abc import Mapping
from copy import copy
from typing import Any

import pytest

from database.tracing import traced
from models.availability import AvailabilityCount, AvailabilityDelta
from models.campaign import AvailabilityOverride, Campaign, Category
from models.countries import COUNTRIES
from models.influencer import Influencer
from models.participation import Participation, ParticipationEvent
from resolvers.availability import worker
from resolvers.context import Context
from resolvers.ids import encode
from resolvers.queries import candidate_counts, what_if_counts
from resolvers.queries import what_if as lists
from tests import data
from tests.data import NOW
from tests.engine import STAFF, answer, execute, gids, mutate
from tests.resolvers.crowd import COUNTS, KEYS, SOME, Crowd, gather
from workflow.enums import Availability, CampaignStatus, ParticipationStatus, Platform, mask_of

NUMBERS = (
    "available { count exact margin } gained { count exact margin } lost { count exact margin }"
)
ROWS = """{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { status influencer { id } } }"""
QUERY = f"""query WhatIf($id: ID!, $rules: WhatIfRules!, $order: CandidateOrder = FOLLOWERS_DESC,
    $first: Int, $last: Int, $up: String, $down: String,
    $gained: Boolean! = true, $lost: Boolean! = true) {{
  campaign(id: $id) {{ whatIf(rules: $rules) {{
    {NUMBERS}
    gainedCandidates(orderBy: $order, first: $first, last: $last, after: $down, before: $up)
      @include(if: $gained) {ROWS}
    lostCandidates(orderBy: $order, first: $first, last: $last, after: $down, before: $up)
      @include(if: $lost) {ROWS}
  }} }} }}"""
UNKNOWN = "category 9999"
"""One that nobody has ever had."""


async def what_if(campaign: Campaign, rules: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    found = await answer(QUERY, id=encode("Campaign", campaign.pk), rules=rules, **given)
    return found["campaign"]["whatIf"]


async def numbers(campaign: Campaign, rules: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    query = f"""query Numbers($id: ID!, $rules: WhatIfRules!) {{
        campaign(id: $id) {{ whatIf(rules: $rules) {{ {NUMBERS} }} }} }}"""
    found = await answer(query, id=encode("Campaign", campaign.pk), rules=rules)
    return found["campaign"]["whatIf"]


async def refused(campaign: Campaign, rules: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """Return the only error of a what-if."""
    variables = {"id": encode("Campaign", campaign.pk), "rules": rules, **given}
    response = await execute(QUERY, variables, Context(caller=STAFF, clock=lambda: NOW))
    [error] = response["errors"]
    return error


def random_rules(dice: random.Random) -> dict[str, Any]:
    """One to four rules, some of them null, empty, or what nobody meets."""
    low = dice.choice([None, *COUNTS])
    every: dict[str, Any] = {
        "countries": dice.choice([None, [], ["JP"], ["TH", "JP"], ["TW", "TH", "JP"]]),
        "categories": dice.choice(
            [None, [], dice.sample(SOME, 2), ["category 01", UNKNOWN], [UNKNOWN]]
        ),
        "followersMin": low,
        "followersMax": dice.choice([None, *(n for n in COUNTS if n >= (low or 0))]),
    }
    names = dice.sample(list(every), dice.randint(1, 4))
    return {name: every[name] for name in every if name in names}


def changed(campaign: Campaign, rules: Mapping[str, Any]) -> Campaign | None:
    """Return the campaign under the rules; None if it cannot have them."""
    then = copy(campaign)
    if "countries" in rules:
        then.countries = " ".join(rules["countries"] or [])
    if "categories" in rules:
        then.categories = rules["categories"] or []
    then.followers_min = rules.get("followersMin", campaign.followers_min)
    then.followers_max = rules.get("followersMax", campaign.followers_max)
    low, high = then.followers_min, then.followers_max
    return None if low is not None and high is not None and high < low else then


def expected(crowd: Crowd, now: Campaign, then: Campaign, order: str) -> dict[str, list[str]]:
    """Return the ids of who would be available, is gained and is lost, in order."""
    found = crowd.rows(then, {"status": ["AVAILABLE"]}, order)
    before = crowd.rows(now, {"status": ["AVAILABLE"]}, order)
    by_id = {person.gid: person for person in crowd.people}

    def in_order(ids: set[str]) -> list[str]:
        key = KEYS[order](now)
        people = sorted((by_id[gid] for gid in ids), key=lambda p: (key(p), p.row.pk))
        return [p.gid for p in (reversed(people) if order.endswith("DESC") else people)]

    return {
        "available": found,
        "gained": in_order({*found} - {*before}),
        "lost": in_order({*before} - {*found}),
    }


def influencers(page: Mapping[str, Any]) -> list[str]:
    return [node["influencer"]["id"] for node in page["nodes"]]


async def on_all_platforms(crowd: Crowd) -> None:
    """Give some campaigns all platforms, where a minimum binds every account."""
    for campaign in crowd.campaigns[2:5]:
        campaign.platforms = mask_of(Platform)
        await campaign.save(update_fields=["platforms"])


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
async def test_numbers_and_lists_are_what_the_rules_say(db: str, kept: bool):
    crowd = await gather(seed=21, people=50)
    await on_all_platforms(crowd)
    if kept:
        await worker.refresh()
    dice = random.Random(22)
    seen = {"available": 0, "gained": 0, "lost": 0, "refused": 0}
    for number in range(80):
        now, order, rules = crowd.campaigns[number % 8], [*KEYS][number % 5], random_rules(dice)
        then = changed(now, rules)
        if then is None:
            error = await refused(now, rules)
            assert error["extensions"]["code"] == "INVALID_INPUT"
            seen["refused"] += 1
            continue
        wanted = expected(crowd, now, then, order)
        found = await what_if(now, rules, order=order, first=100)
        for name, ids in wanted.items():
            exact = {"count": len(ids), "exact": True, "margin": 0}
            assert (rules, name, found[name]) == (rules, name, exact)
            seen[name] += len(ids)
        for name, status in (("gained", "UNAVAILABLE"), ("lost", "AVAILABLE")):
            page = found[f"{name}Candidates"]
            assert (rules, name, influencers(page)) == (rules, name, wanted[name])
            assert page["totalCount"] == len(wanted[name])
            assert {node["status"] for node in page["nodes"]} <= {status}
    assert all(number > 5 for number in seen.values()), seen


@pytest.mark.parametrize("order", list(KEYS))
@pytest.mark.parametrize("limit", [2_000, 3], ids=["few", "many"])
async def test_pages_follow_each_other_both_ways(
    db: str, order: str, limit: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lists, "MAX_FEW", limit)
    crowd = await gather(seed=23, people=40)
    await on_all_platforms(crowd)
    now = crowd.campaigns[2]
    rules: dict[str, Any] = {"countries": [], "categories": []}
    rules |= {"followersMin": None, "followersMax": 10}
    then = changed(now, rules)
    assert then is not None
    wanted = expected(crowd, now, then, order)
    assert len(wanted["gained"]) > 4
    for side in ("gained", "lost"):
        for way in ("down", "up"):
            assert await walk(now, rules, order, side, way) == wanted[side]


async def walk(
    campaign: Campaign, rules: Mapping[str, Any], order: str, side: str, way: str
) -> list[str]:
    """All pages of a list, from one end to the other; in the list's order."""
    found: list[str] = []
    cursor = None
    while True:
        size = {"first": 3} if way == "down" else {"last": 3}
        alone = {"gained": side == "gained", "lost": side == "lost"}
        result = await what_if(campaign, rules, order=order, **alone, **size, **{way: cursor})
        page = result[f"{side}Candidates"]
        found = [*found, *influencers(page)] if way == "down" else [*influencers(page), *found]
        info = page["pageInfo"]
        cursor = info["endCursor" if way == "down" else "startCursor"]
        if not info["hasNextPage" if way == "down" else "hasPreviousPage"]:
            return found


async def test_after_the_update_it_is_as_foretold(db: str):
    crowd = await gather(seed=24, people=50)
    await worker.refresh()
    dice = random.Random(25)
    for number in range(24):
        campaign, rules = crowd.campaigns[number % 6], random_rules(dice)
        # What updateCampaign does not take, though it says the same here.
        saved: dict[str, Any] = {
            name: value or [] if name.startswith("c") else value for name, value in rules.items()
        }
        before = await available(campaign)
        response = await execute(
            QUERY,
            {"id": encode("Campaign", campaign.pk), "rules": rules, "first": 100},
            Context(caller=STAFF, clock=lambda: NOW),
        )
        payload = await mutate(
            "updateCampaign",
            "userErrors { message field }",
            id=encode("Campaign", campaign.pk),
            **saved,
        )
        if payload["userErrors"]:
            [error] = response["errors"]
            assert error["message"] == payload["userErrors"][0]["message"]
            continue
        found = response["data"]["campaign"]["whatIf"]
        gained, lost = ({*influencers(found[f"{side}Candidates"])} for side in ("gained", "lost"))
        after = await available(campaign)
        assert after == (before | gained) - lost
        assert (gained & before, lost - before) == (set(), set())
        assert found["available"]["count"] == len(after)


async def available(campaign: Campaign) -> set[str]:
    query = """query Available($id: ID!) { campaign(id: $id) {
        candidates(filter: { status: AVAILABLE }, first: 100) {
            nodes { status influencer { id } } } } }"""
    found = await answer(query, id=encode("Campaign", campaign.pk))
    return {*influencers(found["campaign"]["candidates"])}


async def test_nothing_is_written(db: str):
    crowd = await gather(seed=26, people=10)
    await worker.refresh()
    tables: list[Any] = [
        *(Category, Campaign, AvailabilityOverride, AvailabilityCount, AvailabilityDelta),
        *(Participation, ParticipationEvent),
    ]

    async def stored() -> list[list[str]]:
        return [sorted(map(str, await table.all().values())) for table in tables]

    before = await stored()
    rules = {"categories": ["brand new", "category 01"], "countries": ["US"], "followersMin": 7}
    for campaign in crowd.campaigns:
        await what_if(campaign, rules | {"followersMax": None})
    assert await stored() == before


@pytest.mark.parametrize(
    "rules",
    [
        {"countries": ["jp"]},
        {"countries": ["JP", "XX"]},
        {"categories": [" "]},
        {"categories": ["x" * 101]},
        {"categories": [f"{number}" for number in range(51)]},
        {"categories": ["a\0b"]},
        {"followersMin": -1},
        {"followersMax": -1},
        {"followersMin": 10, "followersMax": 9},
        {"followersMin": 501},
        {"followersMax": 99},
        {"followersMin": -1, "countries": ["jp"]},
    ],
    ids=str,
)
async def test_what_an_update_refuses_is_refused_in_the_same_words(db: str, rules: dict[str, Any]):
    campaign = await data.campaign(followers_min=100, followers_max=500)
    gid = encode("Campaign", campaign.pk)
    payload = await mutate("updateCampaign", "userErrors { code message field }", id=gid, **rules)
    [first, *_] = payload["userErrors"]
    error = await refused(campaign, rules)
    assert error["message"] == first["message"]
    assert error["extensions"] == {
        "code": first["code"],
        "field": ["rules", *first["field"][1:]],
    }
    assert error["path"] == ["campaign", "whatIf"]


async def test_left_out_is_as_the_campaign_has_it_and_null_or_empty_is_no_rule(db: str):
    campaign = await data.campaign(
        countries=["TH"], categories=["a"], followers_min=100, followers_max=500
    )
    person = await data.influencer((Platform.TIKTOK, 300), country="JP", categories=["b"])
    assert (await numbers(campaign, {}))["gained"]["count"] == 0
    nothings: list[Any] = [None, []]
    for nothing in nothings:
        rules: dict[str, Any] = {"countries": nothing, "categories": nothing}
        found = await what_if(campaign, rules)
        assert influencers(found["gainedCandidates"]) == gids("Influencer", person)
        assert (await numbers(campaign, {**rules, "followersMin": 301}))["gained"]["count"] == 0
        everybody = {**rules, "followersMin": None, "followersMax": None}
        assert (await numbers(campaign, everybody))["gained"]["count"] == 1


@pytest.mark.parametrize("status", [each for each in CampaignStatus if not each.is_running])
async def test_a_campaign_that_is_not_running_gains_and_loses_nobody(
    db: str, status: CampaignStatus
):
    campaign = await data.campaign(status=status, countries=["TH"])
    await data.override(campaign, await data.influencer(), Availability.AVAILABLE)
    await data.influencer()
    found = await what_if(campaign, {"countries": []})
    nobody = {"count": 0, "exact": True, "margin": 0}
    assert [found[name] for name in ("available", "gained", "lost")] == [nobody] * 3
    assert found["gainedCandidates"]["nodes"] == found["lostCandidates"]["nodes"] == []
    assert found["gainedCandidates"]["totalCount"] == found["lostCandidates"]["totalCount"] == 0


async def test_who_takes_part_or_has_an_override_is_not_moved_by_a_rule(db: str):
    campaign = await data.campaign(countries=["TH"])
    shown, hidden, joined, removed = [await data.influencer() for _ in range(4)]
    await data.override(campaign, shown, Availability.AVAILABLE)
    await data.override(campaign, hidden, Availability.UNAVAILABLE)
    await data.participation(campaign, joined, ParticipationStatus.JOINED)
    await data.participation(campaign, removed, ParticipationStatus.REMOVED)
    found = await what_if(campaign, {"countries": ["JP"]})
    assert influencers(found["gainedCandidates"]) == gids("Influencer", removed)
    assert found["available"]["count"] == 2
    assert found["lost"]["count"] == 0


async def test_a_cursor_is_good_under_the_same_rules_alone(db: str):
    campaign = await data.campaign(countries=["TH"])
    for _ in range(3):
        await data.influencer()
    rules: dict[str, Any] = {"countries": ["JP"], "categories": ["a", "B"]}
    page = (await what_if(campaign, {"countries": ["JP"]}, first=1))["gainedCandidates"]
    cursor = page["pageInfo"]["endCursor"]
    same = {"countries": ["JP", " JP"]}
    again = await what_if(campaign, same, first=2, down=cursor, lost=False)
    assert len(again["gainedCandidates"]["nodes"]) == 2
    response = await execute(
        QUERY,
        {"id": encode("Campaign", campaign.pk), "rules": rules, "down": cursor},
        Context(caller=STAFF, clock=lambda: NOW),
    )
    assert [(e["extensions"]["code"], e["path"][-1]) for e in response["errors"]] == [
        ("INVALID_INPUT", "gainedCandidates"),
        ("INVALID_INPUT", "lostCandidates"),
    ]
    assert response["data"]["campaign"]["whatIf"]["gained"]["count"] == 0


async def test_each_campaign_of_a_list_and_each_rule_is_answered_for_itself(db: str):
    first = await data.campaign(countries=["TH"])
    second = await data.campaign(countries=["JP"])
    for country in ("JP", "JP", "TH"):
        await data.influencer(country=country)
    query = """{ campaigns(orderBy: CREATED_ASC) { nodes { id
        all: whatIf(rules: { countries: [] }) { gained { count } lost { count }
            gainedCandidates { nodes { influencer { country } } } }
        jp: whatIf(rules: { countries: ["JP"] }) { gained { count } lost { count } } } } }"""
    rows = (await answer(query))["campaigns"]["nodes"]

    def told(row: dict[str, Any], name: str) -> tuple[int, int]:
        return row[name]["gained"]["count"], row[name]["lost"]["count"]

    assert [row["id"] for row in rows] == gids("Campaign", first, second)
    assert [(told(row, "all"), told(row, "jp")) for row in rows] == [
        ((2, 0), (2, 1)),
        ((1, 0), (0, 0)),
    ]
    countries = [
        {node["influencer"]["country"] for node in row["all"]["gainedCandidates"]["nodes"]}
        for row in rows
    ]
    assert countries == [{"JP"}, {"TH"}]


# Estimates


async def test_estimates_say_so_and_keep_their_margin(db: str, monkeypatch: pytest.MonkeyPatch):
    """Each number is exact, or an estimate; 95 of 100 of those are as near as they say."""
    monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 100)
    monkeypatch.setattr(what_if_counts, "BLOCK", 4)
    crowd = await gather(seed=27, people=400)
    await on_all_platforms(crowd)
    await worker.refresh()
    dice = random.Random(28)
    near = list[bool]()
    for number in range(60):
        now, rules = crowd.campaigns[number % 6], random_rules(dice)
        then = changed(now, rules)
        if then is None:
            continue
        wanted = expected(crowd, now, then, "FOLLOWERS_DESC")
        for name, found in (await numbers(now, rules)).items():
            error = abs(found["count"] - len(wanted[name]))
            assert found["exact"] is (found["margin"] == 0)
            if found["exact"]:
                assert (rules, name, error) == (rules, name, 0)
            else:
                near.append(error <= found["margin"])
    assert len(near) > 50
    assert sum(near) >= 0.95 * len(near), (sum(near), len(near))


async def test_a_margin_knows_that_who_came_together_is_alike(
    db: str, monkeypatch: pytest.MonkeyPatch
):
    """Runs of a hundred from one country, of which twenty at a time are in the sample."""
    monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 200)
    people, codes = await data.crowd(2_000), sorted(COUNTRIES)[:20]
    for number, code in enumerate(codes):
        run = people[number * 100 : number * 100 + 100]
        await Influencer.filter(id__in=run).update(country=code)
    campaign = await data.campaign(countries=[max(COUNTRIES)])
    dice = random.Random(29)
    near = list[bool]()
    for _ in range(40):
        some = dice.sample(codes, dice.randint(3, 17))
        found = (await numbers(campaign, {"countries": some}))["gained"]
        assert found["exact"] is False
        near.append(abs(found["count"] - 100 * len(some)) <= found["margin"])
    assert sum(near) >= 0.9 * len(near), (sum(near), len(near))


async def test_what_is_kept_makes_the_third_number_exact(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 4)
    campaign = await data.campaign()
    for country in ("JP",) * 9 + ("TH",) * 3:
        await data.influencer(country=country)
    rules = {"countries": ["TH"]}
    assert (await numbers(campaign, rules))["lost"]["exact"] is False
    await worker.refresh()
    found = await numbers(campaign, rules)
    assert found["lost"] == {"count": 9, "exact": True, "margin": 0}
    assert found["available"] == {"count": 3, "exact": True, "margin": 0}


async def test_a_statement_says_what_no_index_serves(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 1)
    campaign = await data.campaign(countries=["JP"], categories=["a"])
    for country in ("JP", "JP", "TH", "TH"):
        await data.influencer(country=country, categories=["a"])
    await worker.refresh()

    async def notes(rules: Mapping[str, Any]) -> list[str]:
        with traced() as trace:
            await what_if(campaign, rules)
        return [each.sql.partition("/* ")[2][:11] for each in trace.statements if "/*" in each.sql]

    assert await notes({"countries": ["JP", "TH"]}) == ["an estimate"]
    assert await notes({"categories": []}) == ["an estimate", "no index ha"]
    assert await notes({"countries": ["JP"]}) == []  # as it is
