"""Each tab's own filters, beside those on influencers, against the rules over a random crowd."""

import random
from collections import Counter
from typing import Any

import pytest

from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import Participation, Post
from resolvers.ids import encode
from resolvers.queries import candidate_counts
from tests import data
from tests.engine import answer, refusal
from tests.resolvers.crowd import KEYS, Crowd, Person, filters, gather
from workflow.enums import (
    Availability,
    CandidateStatus,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostSource,
    PostStatus,
    PostWarning,
    UnavailableReason,
)

STATUSES = [status.value for status in CandidateStatus]
TAB = """query($id: ID!, $filter: CandidateFilter, $order: CandidateOrder, $first: Int,
    $after: String, $last: Int, $before: String) {
  campaign(id: $id) { candidateCounts(filter: $filter) { status count exact }
    candidates(filter: $filter, orderBy: $order, first: $first, after: $after,
        last: $last, before: $before) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { influencer { id } status unavailableReasons } } } }"""


def own_filter(dice: random.Random, crowd: Crowd) -> dict[str, Any]:
    """A filter with fields that only the Select influencer tab has."""
    every: dict[str, Any] = {
        "influencerIds": [p.gid for p in dice.sample(crowd.people, 15)] + ["x", encode("Post", 1)],
        "unavailableReason": dice.sample([*UnavailableReason], dice.randint(1, 3)),
        "override": dice.sample([*Availability], dice.randint(1, 2)),
        "qualifyingAccountsMin": dice.randint(0, 2),
        "qualifyingAccountsMax": dice.randint(0, 2),
    }
    return {name: every[name] for name in dice.sample(list(every), dice.choice([1, 1, 1, 2, 3]))}


def passes(person: Person, campaign: Campaign, asked: dict[str, Any]) -> bool:
    number = person.qualifying(campaign)
    is_unavailable = person.status(campaign) == "UNAVAILABLE"
    reasons = set(person.reasons(campaign)) if is_unavailable else set[UnavailableReason]()
    return (
        person.gid in asked.get("influencerIds", [person.gid])
        and ("unavailableReason" not in asked or bool(reasons & {*asked["unavailableReason"]}))
        and ("override" not in asked or person.overrides.get(campaign.pk) in asked["override"])
        and number >= asked.get("qualifyingAccountsMin", 0)
        and number <= asked.get("qualifyingAccountsMax", number)
    )


def expected(crowd: Crowd, campaign: Campaign, asked: dict[str, Any], order: str) -> list[str]:
    people = {person.gid: person for person in crowd.people}
    rows = crowd.rows(campaign, asked, order)
    return [gid for gid in rows if passes(people[gid], campaign, asked)]


async def walk(given: dict[str, Any], *, forward: bool) -> list[str]:
    """All pages of three rows from one end to the other, in the list's order."""
    found: list[str] = []
    cursor = None
    while True:
        ends: dict[str, Any] = (
            {"first": 3, "after": cursor} if forward else {"last": 3, "before": cursor}
        )
        page = (await answer(TAB, **{**given, **ends}))["campaign"]["candidates"]
        rows = [node["influencer"]["id"] for node in page["nodes"]]
        found = [*found, *rows] if forward else [*rows, *found]
        cursor = page["pageInfo"]["endCursor" if forward else "startCursor"]
        if not page["pageInfo"]["hasNextPage" if forward else "hasPreviousPage"]:
            return found


async def test_the_select_tab_and_its_counts_are_what_the_rules_say(db: str):
    crowd, dice = await gather(seed=61, people=50), random.Random(62)
    orders, used = list(KEYS), Counter[str]()
    for number, common in enumerate(filters(63, 60, STATUSES)):
        asked = {**own_filter(dice, crowd), **(common if number % 3 == 0 else {})}
        campaign, order = crowd.campaigns[number % 8], orders[number % 5]
        rows = expected(crowd, campaign, asked, order)
        given: dict[str, Any] = {"id": encode("Campaign", campaign.pk), "filter": asked}
        found = (await answer(TAB, **given, order=order, first=100))["campaign"]
        page = found["candidates"]
        assert (asked, [node["influencer"]["id"] for node in page["nodes"]]) == (asked, rows)
        assert page["totalCount"] == len(rows)
        for count in found["candidateCounts"]:
            of_status = asked | {"status": [count["status"]]}
            assert count["count"] == len(expected(crowd, campaign, of_status, order)), asked
            assert count["exact"] is True
        used.update(dict.fromkeys(asked, len(rows)))
        if number % 4 == 0:
            for forward in (True, False):
                assert await walk(given | {"order": order}, forward=forward) == rows
    assert all(used[name] > 20 for name in own_filter(dice, crowd)), used


@pytest.mark.parametrize("name", ["influencerIds", "override"])
async def test_counts_of_those_who_are_named_are_exact_among_however_many(
    db: str, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(candidate_counts, "SCAN_THRESHOLD", 12)
    crowd = await gather(seed=64, people=40)
    campaign = crowd.campaigns[0]
    asked: dict[str, Any] = {"override": ["UNAVAILABLE"]}
    if name == "influencerIds":
        asked = {"influencerIds": [person.gid for person in crowd.people[:11]]}
    gid = encode("Campaign", campaign.pk)
    rows = (await answer(TAB, id=gid, filter=asked))["campaign"]["candidateCounts"]
    assert sum(row["count"] for row in rows) > 0
    for row in rows:
        of_status = asked | {"status": [row["status"]]}
        assert row["count"] == len(expected(crowd, campaign, of_status, "NAME_ASC"))
        assert row["exact"] is True


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("campaign(id: $id) { candidates(filter: { #: $ids }) { totalCount } }", "influencerIds"),
        ("campaign(id: $id) { candidateCounts(filter: { #: $ids }) { count } }", "influencerIds"),
        ("campaign(id: $id) { applicants(filter: { #: $ids }) { totalCount } }", "influencerIds"),
        ("campaign(id: $id) { applicantCounts(filter: { #: $ids }) { count } }", "influencerIds"),
        ("campaign(id: $id) { posts(filter: { #: $ids }) { totalCount } }", "influencerIds"),
        ("campaign(id: $id) { postCounts(filter: { #: $ids }) { count } }", "influencerIds"),
        ("influencers(filter: { #: $ids }) { totalCount }", "externalIds"),
    ],
)
async def test_a_filter_names_a_thousand_at_most(db: str, query: str, field: str):
    gid = encode("Campaign", (await data.campaign()).pk)
    kind = "ID" if field == "influencerIds" else "String"
    name = "($id: ID!, $ids" if "$id)" in query else "($ids"
    text = f"query{name}: [{kind}!]) {{ {query.replace('#', field)} }}"
    given: dict[str, Any] = {"id": gid} if "$id)" in query else {}
    await answer(text, **given, ids=["x"] * 1_000)
    assert await refusal(text, **given, ids=["x"] * 1_001) == "INVALID_INPUT"


APPLICANTS = """query($id: ID!, $filter: ApplicantFilter) { campaign(id: $id) {
    applicantCounts(filter: $filter) { status count }
    applicants(filter: $filter, first: 100) { totalCount nodes { id } } } }"""


async def test_applicants_are_filtered_by_what_they_are(db: str):
    crowd = await gather(seed=65, people=30)
    parts = [part for part in await Participation.all() if part.status != "WAITING"]
    for part in parts[::2]:
        await Participation.filter(id=part.pk).update(origin=ParticipationOrigin.SELF)
    for campaign in crowd.campaigns[:3]:
        parts = [
            part
            for part in await Participation.filter(campaign_id=campaign.pk)
            if part.status in ("APPLIED", "REVIEWING", "APPROVED", "REJECTED")
        ]
        moment = sorted(part.updated_at for part in parts)[len(parts) // 2]
        some = {part.influencer_id for part in parts[::3]}
        asked: dict[str, Any]
        for asked, shown in (
            ({"origin": ["SELF"]}, [p for p in parts if p.origin == "SELF"]),
            ({"origin": ["SELF", "FORCED"]}, parts),
            ({"updatedSince": moment.isoformat()}, [p for p in parts if p.updated_at >= moment]),
            (
                {"influencerIds": [encode("Influencer", key) for key in some]},
                [p for p in parts if p.influencer_id in some],
            ),
        ):
            gid = encode("Campaign", campaign.pk)
            found = (await answer(APPLICANTS, id=gid, filter=asked))["campaign"]
            assert {node["id"] for node in found["applicants"]["nodes"]} == {
                encode("Participation", part.pk) for part in shown
            }
            assert found["applicants"]["totalCount"] == len(shown) > 0
            counts = Counter(part.status.value for part in shown)
            assert {row["status"]: row["count"] for row in found["applicantCounts"]} == {
                status: counts[status]
                for status in ("APPLIED", "REVIEWING", "APPROVED", "REJECTED")
            }


POSTS = """query($id: ID!, $filter: PostsFilter) { campaign(id: $id) {
    postCounts(filter: $filter) { status count }
    posts(filter: $filter) { totalCount nodes { participation { id } post { id } } } } }"""


async def test_rows_of_the_posts_tab_are_filtered_by_what_they_are(db: str):
    campaign = await data.campaign()
    gid = encode("Campaign", campaign.pk)
    made: list[Post | None] = []
    people = [await data.influencer((Platform.TIKTOK, 10)) for _ in range(4)]
    kinds = [PostWarning.OTHER, PostWarning.AD_FRAUD, None]
    for number, (person, kind) in enumerate(zip(people, kinds, strict=False)):
        part = await data.participation(campaign, person, ParticipationStatus.JOINED)
        status = PostStatus.WARNING if kind else PostStatus.SUBMITTED
        at = data.NOW.replace(microsecond=number)
        source = PostSource.SERVICE if number else PostSource.CREATOR
        made.append(await data.post(part, status, warning=kind, submitted_at=at, source=source))
    await data.participation(campaign, people[3], ParticipationStatus.JOINED)
    made.append(None)
    since = data.NOW.replace(microsecond=1).isoformat()
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [0, 1, 2, 3]),
        ({"warning": []}, [0, 1, 2, 3]),
        ({"warning": ["OTHER"]}, [0]),
        ({"warning": [kind.value for kind in PostWarning]}, [0, 1]),
        ({"submittedSince": since}, [1, 2]),
        ({"source": ["SERVICE"]}, [1, 2]),
        ({"source": ["CREATOR"], "warning": ["OTHER"]}, [0]),
        ({"submittedSince": since, "warning": ["AD_FRAUD"]}, [1]),
        ({"influencerIds": [encode("Influencer", people[n].pk) for n in (0, 3)]}, [0, 3]),
    ]
    for asked, shown in cases:
        found = (await answer(POSTS, id=gid, filter=asked))["campaign"]
        posts = [made[number] for number in shown]
        nodes = found["posts"]["nodes"]
        assert {node["post"] and node["post"]["id"] for node in nodes} == {
            post and encode("Post", post.pk) for post in posts
        }, asked
        assert found["posts"]["totalCount"] == len(shown)
        counts = Counter(post.status.value if post else "JOINED" for post in posts)
        assert {
            row["status"]: row["count"] for row in found["postCounts"] if row["count"]
        } == counts


async def test_influencers_are_filtered_by_the_agencys_own_ids(db: str):
    people = [await data.influencer() for _ in range(3)]
    await Influencer.filter(id=people[2].pk).update(erased_at=data.NOW)
    query = "query($ids: [String!]) { influencers(filter: { externalIds: $ids }) { nodes { id } } }"
    given = [f" {person.external_id}\u200b" for person in people[1:]]
    found = await answer(query, ids=[*given, *given, "unknown"])
    assert found["influencers"]["nodes"] == [{"id": encode("Influencer", people[1].pk)}]
    assert await refusal(query, ids=["\0"]) == "INVALID_INPUT"
