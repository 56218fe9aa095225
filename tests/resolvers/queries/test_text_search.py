"""Text search, by an index and by walking, says what a look at each name and handle says."""

from typing import Any

import pytest

from models import profiles
from models.influencer import Influencer, InfluencerSearch
from resolvers.ids import encode
from resolvers.queries import text_search
from tests import data
from tests.engine import answer, gids
from tests.resolvers.crowd import KEYS, NAMES, gather
from tests.searching import finds
from workflow.enums import Platform

TEXTS = [
    *("田", "ハナ", "花子", "田中 花", "é", "él", "lodie", "%", "0%_", "\\s", "o'n", '"x"', '"'),
    *("l.1", "สม", "สมชาย", "handle", "handle1", "none of them", "q"),
    *(
        "花子 田中",
        "花\u3000田",
        "@handle1",
        "1 handle",
        "@handle \u200b田",
        "＠h ハ a",
        "@",
        " @ @ ",
    ),
]
TAB = """
query Tab($id: ID!, $filter: CandidateFilter, $order: CandidateOrder!) {
  campaign(id: $id) {
    candidates(filter: $filter, orderBy: $order, first: 100) {
      totalCount nodes { status influencer { id } } } } }"""
CAMPAIGNS = """
query Find($search: String) {
  campaigns(filter: { search: $search }) { totalCount } }"""
FOUND = """
query Find($search: String) {
  influencers(filter: { search: $search }) { totalCount nodes { id } } }"""


@pytest.fixture(params=["from the text", "walking"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One of the two ways, whatever the text."""
    most = -1.0 if request.param == "walking" else float("inf")
    monkeypatch.setattr(text_search, "WALK_THRESHOLD", most)
    monkeypatch.setattr(text_search, "INDEX_THRESHOLD", most)
    return request.param


async def test_both_ways_find_the_same_rows_in_the_same_order(db: str, way: str):
    crowd = await gather(seed=11, people=60)
    seen = 0
    for number, text in enumerate(TEXTS * 3):
        campaign, order = crowd.campaigns[number % 8], list(KEYS)[number % 5]
        statuses = [[], ["AVAILABLE"], ["UNAVAILABLE", "WAITING"], ["APPLIED"]][number % 4]
        asked = {"search": text, "status": statuses}
        found = await answer(TAB, id=encode("Campaign", campaign.pk), filter=asked, order=order)
        rows = found["campaign"]["candidates"]
        expected = crowd.rows(campaign, asked, order)
        assert [row["influencer"]["id"] for row in rows["nodes"]] == expected, (text, way)
        assert rows["totalCount"] == len(expected)
        seen += len(expected)
    assert seen


async def test_the_list_of_influencers_finds_the_same_either_way(db: str, way: str):
    people = [
        await data.influencer((Platform.TIKTOK, n), name=name) for n, name in enumerate(NAMES)
    ]
    for text in TEXTS:
        expected = [
            gid
            for gid, person in zip(gids("Influencer", *people), people, strict=True)
            if finds(text, (await InfluencerSearch.get(influencer_id=person.id)).text)
        ]
        found = (await answer(FOUND, search=text))["influencers"]
        assert {node["id"] for node in found["nodes"]} == set(expected), text


@pytest.mark.parametrize("text", ["gone", "go", "come", "co"])
async def test_a_text_is_found_as_soon_as_it_is_written_and_no_longer(db: str, way: str, text: str):
    person = await data.influencer(name="Gone")
    await Influencer.filter(id=person.id).update(name="Come", name_key="come")
    await profiles.refresh([person.id])

    found = (await answer(FOUND, search=text))["influencers"]

    assert found["totalCount"] == (1 if text in "come" else 0)


@pytest.mark.parametrize("text", ["tanakahan", "ah", "anaka\u200bhana", "tanaka hanb", "a x"])
async def test_no_word_is_found_across_a_name_and_a_handle(db: str, way: str, text: str):
    person = await data.influencer(name="Tanaka")
    await data.account(person, Platform.TIKTOK, 10, handle="hanako")
    await profiles.refresh([person.id])

    found = (await answer(FOUND, search=text))["influencers"]

    assert found["totalCount"] == 0


@pytest.mark.parametrize(
    "text",
    [
        *("@putri.lestari", "＠putri.lestari", "@@PUTRI", "@", " @ @ ", "\u200b", "\ufe0f\u3000"),
        *("lestari putri", "Putri\u3000Lestari", "lestari\nputri", "putri l i", "gaya lestari"),
        *("putri\u200b lestari", "put\u200dri", "gaya･hidup", "gaya·hidup", "2020～2026"),
        *(
            "2020〜2026",
            "2020~2026",
            "−5",
            "-5",
            "－5",
            "❤",
            "❤\ufe0f",
            "\u2764\ufe0e putri",
            "葛\U000e0100",
        ),
        *("葛", "葛 putri hidup 5"),
    ],
)
async def test_words_are_found_in_any_order_and_what_nobody_sees_makes_no_difference(
    db: str, way: str, text: str
):
    name = "Putri Lestari ❤\ufe0f 葛\U000e0100 Gaya・Hidup 2020〜2026 −5"
    person = await data.influencer(name=name)
    await data.account(person, Platform.TIKTOK, 10, handle="putri.lestari")
    await profiles.refresh([person.id])
    await data.influencer(name="\u3042")
    await data.campaign(title=name.replace("Lestari", ""), brand="PT Lestari")
    await data.campaign(title="\u3042", brand="\u3042")

    found = await answer(FOUND, search=text)
    campaigns = await answer(CAMPAIGNS, search=text.replace("putri.lestari", "putri"))

    expected = 2 if text in ("@", " @ @ ", "\u200b", "\ufe0f\u3000") else 1
    assert found["influencers"]["totalCount"] == expected
    assert campaigns["campaigns"]["totalCount"] == expected


@pytest.mark.parametrize(
    "text",
    [
        *("Tanaka\tHana\x1fko", "tanaka hana", "\tH", "a\x1fk", "a  ko", "ko\x85", "\x1f"),
        *("sun\n shine", "sun shine", "n\r\ns", "\n shine"),
    ],
)
async def test_white_space_and_control_characters_within_are_found_as_they_are_or_as_a_space(
    db: str, way: str, text: str
):
    person = await data.influencer(name="Tanaka\tHana\x1fko")
    await data.account(person, Platform.TIKTOK, 10, handle="sun\n shine")
    await profiles.refresh([person.id])

    found = (await answer(FOUND, search=text))["influencers"]

    assert found["totalCount"] == 1


def search(share: float, people: int) -> text_search.TextSearch:
    values: dict[str, Any] = {}
    return text_search.TextSearch("", values, share, people, ())


def test_what_is_rare_starts_from_the_text_and_what_is_common_is_walked():
    million = 1_000_000
    assert search(0.001, million).is_rare()
    assert not search(0.05, million).is_rare()
    assert search(0.05, million).is_rare(among=0.001), "few of the list are left to walk to"
    assert search(0.05, 2_000).is_rare()
