"""One row of a screen by itself: of a candidate, a participation, a post; and one influencer."""

from typing import Any

import pytest

from database.tracing import traced
from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import Participation
from resolvers.caller import Caller
from resolvers.ids import encode
from tests import data
from tests.engine import ADVERTISER, STAFF, STRANGER, answer, creator, mutate, refusal
from tests.resolvers.crowd import gather
from workflow.enums import ParticipationStatus, Platform, PostStatus, PostWarning

CANDIDATE = """query($campaign: ID!, $influencer: ID!) { campaign(id: $campaign) {
    candidate(influencerId: $influencer) { ...Row } } }"""
ROW = """fragment Row on Candidate { id status unavailableReasons availabilityOverride
    availableActions qualifyingAccounts { id } participation { id } influencer { id } }"""
TAB = "query($id: ID!) { campaign(id: $id) { candidates(first: 100) { nodes { ...Row } } } }"
PARTS = "query($n: Int!) { participations(first: $n) { nodes { candidate { ...Row } } } }"


async def candidate(campaign: Campaign, influencer: str) -> dict[str, Any] | None:
    gid = encode("Campaign", campaign.pk)
    found = await answer(f"{CANDIDATE} {ROW}", campaign=gid, influencer=influencer)
    return found["campaign"]["candidate"]


async def test_a_candidate_is_the_row_that_the_tab_has(db: str):
    crowd = await gather(seed=51, people=12)
    for campaign in (crowd.campaigns[0], crowd.campaigns[6]):
        found = await answer(f"{TAB} {ROW}", id=encode("Campaign", campaign.pk))
        rows = found["campaign"]["candidates"]["nodes"]
        assert rows
        for row in rows:
            assert await candidate(campaign, row["influencer"]["id"]) == row


async def test_who_is_not_there_has_no_row(db: str):
    campaign = await data.campaign()
    erased = await data.influencer(erased_at=data.NOW)
    for gid in (
        "",
        "\0",
        encode("Influencer", 999),
        encode("Campaign", campaign.pk),
        encode("Influencer", erased.pk),
    ):
        assert await candidate(campaign, gid) is None, gid


async def test_each_participation_has_its_row_of_the_tab_and_those_erased_none(db: str):
    crowd = await gather(seed=52, people=8)
    parts = await Participation.all()
    await Influencer.filter(id=parts[0].influencer_id).update(erased_at=data.NOW)
    erased = {person.pk for person in await Influencer.all() if person.erased_at}
    found = await answer(f"{PARTS} {ROW}", n=100)
    rows = [each["candidate"] for each in found["participations"]["nodes"]]
    shown = {f"{p.campaign_id}-{p.influencer_id}" for p in parts if p.influencer_id not in erased}
    assert {row["id"] for row in rows if row} == {encode("Candidate", pair) for pair in shown}
    assert rows.count(None) == len([p for p in parts if p.influencer_id in erased]) > 0
    campaigns = {campaign.pk: campaign for campaign in crowd.campaigns}
    for row in rows[:10]:
        if row:
            campaign = campaigns[int(row["id"].rpartition("/")[2].partition("-")[0])]
            assert await candidate(campaign, row["influencer"]["id"]) == row


POSTS = """query($id: ID!) { campaign(id: $id) { posts(first: 100) { nodes { ...Row post {
    row { ...Row } } } } } } fragment Row on PostRow { id status participation { id } }"""


async def test_each_post_has_its_row_of_the_posts_tab(db: str):
    campaign = await data.campaign()
    for person in await two_people():
        part = await data.participation(campaign, person, ParticipationStatus.JOINED)
        await data.post(part, PostStatus.WARNING, warning=PostWarning.OTHER)
    found = await answer(POSTS, id=encode("Campaign", campaign.pk))
    rows = found["campaign"]["posts"]["nodes"]
    assert len(rows) == 2
    for row in rows:
        assert row.pop("post")["row"] == row


@pytest.mark.parametrize("status", list(ParticipationStatus))
@pytest.mark.parametrize(
    "caller", [STAFF, ADVERTISER, None], ids=["staff", "advertiser", "creator"]
)
async def test_a_post_that_the_tab_does_not_show_has_no_row(
    db: str, status: ParticipationStatus, caller: Caller | None
):
    person = await data.influencer()
    part = await data.participation(await data.campaign(selection=True), person, status)
    post = await data.post(part)
    query = "query($id: ID!) { node(id: $id) { ... on Post { url row { id post { id } } } } }"
    gid = encode("Post", post.pk)
    found = (await answer(query, caller or creator(person.pk), id=gid))["node"]
    row = {"id": encode("PostRow", f"{part.pk}-{post.pk}"), "post": {"id": gid}}
    is_shown = caller is not None and status in ("APPROVED", "JOINED")
    assert found == {"url": post.url, "row": row if is_shown else None}


async def test_rows_of_a_page_take_as_many_statements_as_that_of_one(db: str):
    campaign = await data.campaign()
    for key in await data.crowd(100):
        person = await Influencer.get(id=key)
        part = await data.participation(campaign, person, ParticipationStatus.JOINED)
        await data.post(part)
    query = f"""query($n: Int!) {{ participations(first: $n) {{ nodes {{
        candidate {{ ...Row }} posts {{ row {{ id status }} }} }} }} }} {ROW}"""
    counts: list[int] = []
    for number in (1, 100):
        with traced() as trace:
            found = await answer(query, n=number)
        rows = found["participations"]["nodes"]
        assert len({row["candidate"]["id"] for row in rows}) == number
        assert all(row["posts"][0]["row"] for row in rows)
        counts.append(len(trace.statements))
    # participations; candidates, with accounts, posts and those that qualify; posts; their rows
    assert counts == [7, 7]


async def test_a_payload_has_the_rows_that_it_changed(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.TIKTOK, 10))
    found = await mutate(
        "markJoined",
        "results { participation { status candidate { id status participation { id } } } }",
        campaignId=encode("Campaign", campaign.pk),
        influencerIds=[encode("Influencer", person.pk)],
    )
    [result] = found["results"]
    assert result["participation"] == {
        "status": "JOINED",
        "candidate": {
            "id": encode("Candidate", f"{campaign.pk}-{person.pk}"),
            "status": "JOINED",
            "participation": {"id": encode("Participation", (await Participation.get()).pk)},
        },
    }


# One influencer

INFLUENCER = """query($id: ID, $externalId: String) {
    influencer(id: $id, externalId: $externalId) { id } }"""


async def test_an_influencer_is_found_by_either_id(db: str):
    me, other = await two_people()
    for caller, seen in ((STAFF, [me, other]), (creator(me.pk), [me])):
        for person in (me, other):
            gid = encode("Influencer", person.pk)
            expected = {"influencer": {"id": gid} if person in seen else None}
            assert await answer(INFLUENCER, caller, id=gid) == expected
            for text in (person.external_id, f" {person.external_id} \u200b"):
                assert await answer(INFLUENCER, caller, id=None, externalId=text) == expected
    assert await answer(INFLUENCER, externalId="unknown") == {"influencer": None}


async def test_exactly_one_id_is_given(db: str):
    person = await data.influencer()
    gid = encode("Influencer", person.pk)
    assert await refusal(INFLUENCER) == "INVALID_INPUT"
    assert await refusal(INFLUENCER, id=None, externalId=None) == "INVALID_INPUT"
    assert await refusal(INFLUENCER, id=gid, externalId=person.external_id) == "INVALID_INPUT"
    assert await refusal(INFLUENCER, externalId="\0") == "INVALID_INPUT"


async def test_advertisers_cannot_try_external_ids_out(db: str):
    person = await data.influencer()
    part = await data.participation(await data.campaign(), person, ParticipationStatus.JOINED)
    assert (await answer(INFLUENCER, ADVERTISER, id=encode("Influencer", part.influencer_id)))[
        "influencer"
    ]
    for caller in (ADVERTISER, STRANGER):
        for external_id in (person.external_id, "unknown"):
            assert await refusal(INFLUENCER, caller, externalId=external_id) == "FORBIDDEN"


async def two_people() -> list[Influencer]:
    return [await data.influencer() for _ in range(2)]
