"""Refused fields: an error at each of their places, and nothing else is lost."""

from typing import Any

import pytest

from database.session import run
from models.participation import Participation
from projection import refusals
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, STAFF, creator, execute, gids
from workflow.enums import Action, ParticipationStatus, Platform

APPLIED = ParticipationStatus.APPLIED


async def ask(query: str, caller: Caller, **variables: Any) -> tuple[Any, list[tuple[str, Any]]]:
    """Return the data, and the code and path of each error."""
    response = await execute(query, variables, Context(caller=caller, clock=lambda: NOW))
    told = [(e["extensions"]["code"], e["path"]) for e in response.get("errors", ())]
    return response["data"], told


async def applied(*titles: str) -> tuple[Caller, list[Participation]]:
    """Return someone who applied to campaigns of these titles, and the participations."""
    me = await data.influencer((Platform.TIKTOK, 10))
    parts = list[Participation]()
    for title in titles:
        campaign = await data.campaign(title=title, selection=True, capacity=3)
        parts.append(await data.participation(campaign, me, APPLIED))
        for _ in range(2):
            await data.event(parts[-1], Action.APPLY)
    return creator(me.pk), parts


async def test_each_row_of_a_page_has_its_error(db: str):
    me, _ = await applied("a", "b")
    query = """{ campaigns(orderBy: TITLE_ASC) {
        nodes { title capacity placesTaken limit: capacity ...C }
        edges { of: node { capacity } }
    } } fragment C on Campaign { advertiserId candidateCounts { count } }"""
    found, errors = await ask(query, me)
    refused = {"capacity": None, "limit": None, "advertiserId": None, "candidateCounts": None}
    assert found["campaigns"]["nodes"] == [
        {"title": title, "placesTaken": None, **refused} for title in ("a", "b")
    ]
    paths = [["campaigns", "nodes", row, key] for row in (0, 1) for key in refused]
    paths += [["campaigns", "edges", row, "of", "capacity"] for row in (0, 1)]
    assert sorted(errors, key=str) == sorted([("FORBIDDEN", path) for path in paths], key=str)


async def test_lists_in_lists_have_an_error_in_each_inner_row(db: str):
    me, _ = await applied("a", "b")
    query = """{ participations { nodes { events { nodes {
        post { participation { campaign { capacity } } }
        campaign { capacity }
    } } } } }"""
    _, errors = await ask(query, me)
    places = [
        ["participations", "nodes", outer, "events", "nodes", inner, "campaign", "capacity"]
        for outer in (0, 1)
        for inner in (0, 1)
    ]
    assert sorted(errors) == [("FORBIDDEN", place) for place in places]


async def test_an_object_that_is_asked_for_twice_is_refused_twice(db: str):
    me, parts = await applied("a")
    [part] = parts
    mine = [encode("Campaign", part.campaign_id), "nonsense", *gids("Participation", part)]
    query = """query($ids: [ID!]!, $id: ID!) {
        nodes(ids: $ids) { ... on Campaign { capacity } ... on Participation { campaign {
            them: candidates { totalCount } } } }
        node(id: $id) { ... on Campaign { capacity } }
    }"""
    found, errors = await ask(query, me, ids=[*mine, mine[0]], id=mine[0])
    assert found["nodes"] == [
        {"capacity": None},
        None,
        {"campaign": {"them": None}},
        {"capacity": None},
    ]
    assert sorted(errors, key=str) == [
        ("FORBIDDEN", ["node", "capacity"]),
        ("FORBIDDEN", ["nodes", 0, "capacity"]),
        ("FORBIDDEN", ["nodes", 2, "campaign", "them"]),
        ("FORBIDDEN", ["nodes", 3, "capacity"]),
    ]


SET = """mutation($ids: [ID!]!, $other: ID!) {
    setApplicantStatus(input: { participationIds: $ids, status: REVIEWING }) {
        results { outcome participation { campaign { candidateCounts { count } } } }
    }
    markJoined(input: { campaignId: $other, influencerIds: ["x"] }) { userErrors { code } }
}"""


async def test_a_refused_mutation_takes_nothing_of_the_one_beside_it(db: str):
    _, parts = await applied("a", "b")
    campaign = encode("Campaign", parts[0].campaign_id)
    ids = [*gids("Participation", *parts[:1]), "nonsense", *gids("Participation", *parts[1:])]
    found, errors = await ask(SET, ADVERTISER, ids=ids, other=campaign)
    changed = {"outcome": "CHANGED", "participation": {"campaign": {"candidateCounts": None}}}
    assert found == {
        "setApplicantStatus": {
            "results": [changed, {"outcome": "REFUSED", "participation": None}, changed]
        },
        "markJoined": None,
    }
    below = ["participation", "campaign", "candidateCounts"]
    assert errors == [
        *(("FORBIDDEN", ["setApplicantStatus", "results", row, *below]) for row in (0, 2)),
        ("FORBIDDEN", ["markJoined"]),
    ]
    assert {part.status for part in await Participation.all()} == {"REVIEWING"}


class Kept:
    """An earlier run, which committed and died before its response was stored."""

    def __init__(self) -> None:
        self.payloads: dict[str, Any] = {}

    def kept(self, field: str) -> object | None:
        return self.payloads.get(field)

    async def keep(self, field: str, payload: object) -> None:
        self.payloads[field] = payload

    def hide(self, secret: str) -> None:
        pass


async def test_a_payload_that_was_committed_before_has_its_errors_again(db: str):
    _, parts = await applied("a", "b")
    given = {"ids": gids("Participation", *parts), "other": "x"}
    replay = Kept()
    answers = [
        await execute(SET, given, Context(caller=ADVERTISER, clock=lambda: NOW, replay=replay))
        for _ in range(2)
    ]
    assert list(replay.payloads) == ["setApplicantStatus"]
    assert answers[0] == answers[1]
    assert len(answers[0]["errors"]) == 3


async def test_a_field_that_fails_takes_nothing_else_along(db: str):
    me, _ = await applied("a")
    await run("ALTER TABLE post RENAME TO lost")
    query = "{ participations { nodes { posts { id } } } campaigns { nodes { title } } }"
    found, errors = await ask(query, me)
    assert found == {"participations": None, "campaigns": {"nodes": [{"title": "a"}]}}
    assert errors == [("UNAVAILABLE", ["participations"])]
    await run("ALTER TABLE lost RENAME TO post")


async def test_an_answer_of_errors_alone_is_refused_whole(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refusals, "MAX_ERRORS", 4)
    me, _ = await applied("a", "b")
    fields = "{ nodes { capacity advertiserId } }"
    found, errors = await ask(f"{{ campaigns {fields} again: campaigns {fields} }}", me)
    assert found["campaigns"] == {"nodes": [{"capacity": None, "advertiserId": None}] * 2}
    assert found["again"] is None
    assert errors[4:] == [("INVALID_INPUT", ["again"])]
    assert [path[0] for _, path in errors[:4]] == ["campaigns"] * 4


async def test_staff_are_refused_nothing(db: str):
    await applied("a")
    query = (
        "{ campaigns { nodes { capacity placesTaken advertiserId candidateCounts { count } } } }"
    )
    found, errors = await ask(query, STAFF)
    [row] = found["campaigns"]["nodes"]
    assert (errors, row["capacity"], row["placesTaken"]) == ([], 3, 0)
