"""The read engine: what a selection means, how a page is asked for, what is kept of a plan."""

import base64
import gc
from typing import Any

import orjson
import pytest

from database.tracing import traced
from execution.documents import MAX_CACHED_CHARACTERS
from execution.engine import Params
from models.campaign import Campaign
from projection import plan as planning
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import ENGINE, STAFF, answer, creator, execute, refusal
from workflow.enums import Action, ParticipationStatus, Platform

JOINED, APPLIED = ParticipationStatus.JOINED, ParticipationStatus.APPLIED


async def test_fields_merge_under_their_response_keys(db: str):
    campaign = await data.campaign(title="T")
    found = await answer(
        """query($id: ID!) { campaign(id: $id) { title ... on Campaign { title other: title }
            ... on Node { id } ...A ...A __typename kind: __typename } }
        fragment A on Campaign { brand ...B } fragment B on Campaign { brand status }""",
        id=encode("Campaign", campaign.pk),
    )
    assert list(found["campaign"].items()) == [
        ("title", "T"),
        ("other", "T"),
        ("id", encode("Campaign", campaign.pk)),
        ("brand", "Brand"),
        ("status", "ONGOING"),
        ("__typename", "Campaign"),
        ("kind", "Campaign"),
    ]


async def test_directives_decide_anew_for_each_request(db: str):
    campaign = await data.campaign()
    query = """query($id: ID!, $yes: Boolean!, $no: Boolean! = false) { campaign(id: $id) {
        a: id @include(if: $yes) b: id @skip(if: $yes) c: id @include(if: $no)
        ... @include(if: $yes) { d: id } ...F @skip(if: $yes) } }
        fragment F on Campaign { e: id @include(if: true) f: id @skip(if: $no) }"""
    gid = encode("Campaign", campaign.pk)
    for _ in range(2):
        assert set((await answer(query, id=gid, yes=True))["campaign"]) == {"a", "d"}
        assert set((await answer(query, id=gid, yes=False))["campaign"]) == {"b", "e", "f"}
        found = await answer(query, id=gid, yes=False, no=True)
        assert set(found["campaign"]) == {"b", "c", "e"}


async def test_the_same_document_answers_each_role_for_itself(db: str):
    campaign, person = await data.campaign(), await data.influencer((Platform.TIKTOK, 1))
    query = "query($id: ID!) { campaign(id: $id) { viewerActions } }"
    gid = encode("Campaign", campaign.pk)
    for _ in range(2):
        for caller, actions in ((STAFF, []), (creator(person.pk), ["APPLY"])):
            assert (await answer(query, caller, id=gid))["campaign"]["viewerActions"] == actions


async def test_a_document_is_planned_once(db: str, monkeypatch: pytest.MonkeyPatch):
    made: list[Any] = []
    build = planning.Compiler.__init__

    def noting(self: Any, *given: Any) -> None:
        made.append(self)
        build(self, *given)

    monkeypatch.setattr(planning.Compiler, "__init__", noting)
    await data.campaign()
    for first in (1, 2, 3):
        await answer("query($n: Int) { campaigns(first: $n) { nodes { title } } }", n=first)
    assert len(made) == 1


async def crowded(parts: int = 7) -> list[Campaign]:
    campaigns = [await data.campaign(selection=True) for _ in range(3)]
    for campaign in campaigns[:2]:
        for number in range(parts):
            person = await data.influencer((Platform.TIKTOK, 100 + number))
            part = await data.participation(campaign, person, APPLIED)
            await data.event(part, Action.APPLY)
    return campaigns


APPLICANTS = """query($first: Int, $after: String, $last: Int, $before: String) {
  campaigns(orderBy: CREATED_ASC) { nodes { id applicants(orderBy: FOLLOWERS_DESC,
      first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id influencer { followers } } } } } } }"""


async def test_each_of_several_parents_has_its_own_page(db: str):
    await crowded()
    pages: list[tuple[dict[str, Any], list[int], bool, bool]] = [
        ({"first": 2}, [106, 105], True, False),
        ({"last": 2}, [101, 100], False, True),
        ({"first": 0}, [], True, False),
        ({"last": 0}, [], False, True),
        ({"first": 7}, [106, 105, 104, 103, 102, 101, 100], False, False),
    ]
    for ends, followers, next_, previous in pages:
        found = await answer(APPLICANTS, **ends)
        for node in found["campaigns"]["nodes"][:2]:
            page = node["applicants"]
            assert [e["node"]["influencer"]["followers"] for e in page["edges"]] == followers
            info = page["pageInfo"]
            assert (info["hasNextPage"], info["hasPreviousPage"]) == (next_, previous), ends
            assert page["totalCount"] == 7
            cursors = [edge["cursor"] for edge in page["edges"]]
            assert [info["startCursor"], info["endCursor"]] == (
                [cursors[0], cursors[-1]] if cursors else [None, None]
            )
        empty = found["campaigns"]["nodes"][2]["applicants"]
        assert (empty["totalCount"], empty["edges"]) == (0, [])
        assert empty["pageInfo"]["hasNextPage"] is False


async def test_one_statement_a_level_whatever_the_number_of_parents(db: str):
    await crowded(parts=2)
    query = """{ campaigns { nodes { id applicants { nodes { id
        influencer { accounts { id } } events { nodes { id } } } } } } }"""
    with traced() as first:
        await answer(query)
    await crowded(parts=3)
    with traced() as second:
        await answer(query)
    assert (len(first.statements), len(second.statements)) == (4, 4)


async def test_only_what_is_asked_for_is_read(db: str):
    await crowded(parts=2)
    for selection, counts, rows in (
        ("nodes { id }", 0, 1),
        ("totalCount", 1, 0),
        ("totalCount pageInfo { hasNextPage }", 1, 1),
        ("__typename", 0, 0),
        ("pageInfo { __typename }", 0, 1),
    ):
        with traced() as trace:
            found = await answer(f"{{ participations {{ {selection} }} }}")
        sent = [statement.sql for statement in trace.statements]
        counting = [sql for sql in sent if sql.startswith("SELECT count(*)")]
        assert (len(counting), len(sent) - len(counting)) == (counts, rows), selection
        if selection == "__typename":
            assert found == {"participations": {"__typename": "ParticipationConnection"}}


LIST = """query($first: Int, $after: String, $last: Int, $before: String,
    $filter: ParticipationFilter, $order: ParticipationOrder! = UPDATED_DESC) {
  participations(first: $first, after: $after, last: $last, before: $before,
      filter: $filter, orderBy: $order) { edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage } } }"""


@pytest.mark.parametrize(
    "given",
    [
        {"first": -1},
        {"last": -1},
        {"first": 101},
        {"last": 101},
        {"first": 1, "last": 1},
        {"after": "x", "before": "x"},
        {"after": ""},
        {"after": "?"},
        {"after": "é"},
        {"after": base64.urlsafe_b64encode(b"{}").decode()},
        {"after": base64.urlsafe_b64encode(b"7").decode()},
        {"before": base64.urlsafe_b64encode(b"[]").decode()},
    ],
)
async def test_pages_that_cannot_be_are_refused(db: str, given: dict[str, Any]):
    assert await refusal(LIST, **given) == "INVALID_INPUT"


async def test_a_page_between_cursors(db: str):
    await crowded(parts=3)
    everything = (await answer(LIST, first=100))["participations"]["edges"]
    ids = [edge["node"]["id"] for edge in everything]
    pages: list[tuple[dict[str, Any], list[str], bool, bool]] = [
        ({"first": 2, "after": everything[0]["cursor"]}, ids[1:3], True, True),
        ({"after": everything[3]["cursor"]}, ids[4:], False, True),
        ({"last": 2, "before": everything[4]["cursor"]}, ids[2:4], True, True),
        ({"before": everything[2]["cursor"]}, ids[:2], True, False),
        ({"last": 1, "after": everything[2]["cursor"]}, ids[-1:], False, True),
        ({"first": 1, "before": everything[4]["cursor"]}, ids[:1], True, False),
        ({"first": None, "last": None, "after": None, "before": None}, ids, False, False),
    ]
    for given, expected, next_, previous in pages:
        page = (await answer(LIST, **given))["participations"]
        assert [edge["node"]["id"] for edge in page["edges"]] == expected, given
        info = page["pageInfo"]
        assert (info["hasNextPage"], info["hasPreviousPage"]) == (next_, previous), given


async def test_a_cursor_belongs_to_its_field_order_and_filter(db: str):
    [campaign, *_] = await crowded(parts=2)
    [edge, *_] = (await answer(LIST))["participations"]["edges"]
    cursor = edge["cursor"]
    only = {"campaignId": encode("Campaign", campaign.pk)}
    assert await refusal(LIST, after=cursor, order="CREATED_DESC") == "INVALID_INPUT"
    assert await refusal(LIST, after=cursor, filter=only) == "INVALID_INPUT"
    sames: list[Any] = [{}, None, {"status": []}, {"campaignId": None}]
    for same in sames:
        assert await answer(LIST, after=cursor, filter=same)
    for other in ("campaigns", "influencers", "participationEvents"):
        query = f"query($after: String) {{ {other}(after: $after) {{ totalCount }} }}"
        assert await refusal(query, after=cursor) == "INVALID_INPUT"


@pytest.mark.parametrize(
    "values",
    [[2**70, 1], ["x", 1], [None, 1], [1], [1, 2, 3], ["2026-01-01", 1], ["2026-01-01\0", 1]],
)
async def test_forged_cursors_are_refused(db: str, values: list[Any]):
    await crowded(parts=1)
    [edge, *_] = (await answer(LIST))["participations"]["edges"]
    tag = orjson.loads(base64.urlsafe_b64decode(edge["cursor"] + "=="))[0]
    packed = orjson.dumps([tag, *values]) if values[0] != 2**70 else b"[%d]" % 2**70
    forged = base64.urlsafe_b64encode(packed).decode()
    assert await refusal(LIST, after=forged) == "INVALID_INPUT"


async def test_a_cursor_beyond_what_a_column_holds_is_just_far_away(db: str):
    await crowded(parts=1)
    order: dict[str, Any] = {"order": "FOLLOWERS_DESC"}
    [edge, *_] = (await answer(LIST, **order))["participations"]["edges"]
    tag = orjson.loads(base64.urlsafe_b64decode(edge["cursor"] + "=="))[0]
    far = base64.urlsafe_b64encode(orjson.dumps([tag, 2**40, 1])).decode()
    assert len((await answer(LIST, **order, after=far))["participations"]["edges"]) == 2


async def test_a_selection_may_nest_thirty_levels(db: str):
    person = await data.influencer((Platform.TIKTOK, 1))
    await data.participation(await data.campaign(), person, JOINED)
    loop = "influencer { participations(first: 1) { nodes { "
    deep = f"{{ participations {{ nodes {{ {loop * 8} id {'} } }' * 8} }} }} }}"
    assert await answer(deep)
    deeper = f"{{ participations {{ nodes {{ {loop * 12} id {'} } }' * 12} }} }} }}"
    assert await refusal(deeper) == "INVALID_INPUT"


async def test_a_selection_joins_so_many_objects_at_most(db: str):
    person = await data.influencer((Platform.TIKTOK, 1))
    await data.participation(await data.campaign(), person, JOINED)
    loop = """influencer { id } selectedAccount { id } availableActions
        campaign { viewerParticipation { """
    for times, refused in ((5, False), (13, True)):
        query = f"{{ participations {{ nodes {{ {loop * times} id {'} }' * times} }} }} }}"
        context = Context(caller=creator(person.pk), clock=lambda: NOW)
        response = await execute(query, {}, context)
        messages = [error["message"] for error in response.get("errors", ())]
        assert [message for message in messages if "joins more than" in message] == messages
        assert bool(messages) is refused


async def test_what_is_wrong_within_a_selection_is_told_of_the_field_it_is_about(db: str):
    campaign = await data.campaign()
    query = """query($id: ID!) { campaign(id: $id) {
        candidates { totalCount }
        them: applicants(first: 101) { totalCount }
    } }"""
    context = Context(caller=STAFF, clock=lambda: NOW)
    given = {"id": encode("Campaign", campaign.pk)}
    response = await execute(query, given, context)
    [error] = response["errors"]
    assert error["path"] == ["campaign", "them"]
    assert error["locations"] == [{"line": 3, "column": 9}]
    assert error["extensions"] == {"code": "INVALID_INPUT"}
    assert response["data"] == {"campaign": {"candidates": {"totalCount": 0}, "them": None}}


async def test_an_argument_within_a_list_is_told_at_each_item(db: str):
    for _ in range(2):
        await data.campaign()
    query = "{ campaigns { totalCount nodes { brand candidates(first: -1) { totalCount } } } }"
    response = await execute(query, {}, Context(caller=STAFF, clock=lambda: NOW))
    for place, error in enumerate(response["errors"]):
        assert error["path"] == ["campaigns", "nodes", place, "candidates"]
        assert error["extensions"] == {"code": "INVALID_INPUT"}
        assert error["message"] == "A page has 0 to 100 rows, not -1."
    rows = [{"brand": "Brand", "candidates": None}] * 2
    assert response["data"] == {"campaigns": {"totalCount": 2, "nodes": rows}}


async def test_an_argument_of_a_field_that_cannot_be_null_fails_the_root_field(db: str):
    campaigns = await crowded(1)
    query = """query($id: ID!) { campaign(id: $id) { applicants { nodes { events(first: -1) {
        totalCount } } } } campaigns { totalCount } }"""
    given = {"id": encode("Campaign", campaigns[0].pk)}
    response = await execute(query, given, Context(caller=STAFF, clock=lambda: NOW))
    [error] = response["errors"]
    assert error["path"] == ["campaign", "applicants", "nodes", 0, "events"]
    assert response["data"] == {"campaign": None, "campaigns": {"totalCount": 3}}


@pytest.mark.parametrize(
    "selection", ["campaign(id: $id) { title # }", "campaigns { totalCount # edges { cursor } }"]
)
async def test_plans_have_no_more_fields_than_their_document_has_characters(
    db: str, selection: str
):
    campaign = await data.campaign()
    names = ", ".join(f"$v{number}: Boolean! = false" for number in range(7))
    fields = " ".join(f"f{n}: __typename @include(if: $v{n})" for n in range(7))
    operations = [
        f"query {name}($id: ID!, {names}) {{ {selection.replace('#', fields)} ...F }}"
        for name in ("One", "Other")
    ]
    query = f"{' '.join(operations)} fragment F on Query {{ campaign(id: $id) {{ id }} }}"
    counts: list[int] = []
    for number in range(256):
        bits: dict[str, Any] = {f"v{n}": bool(number >> n & 1) for n in range(7)}
        given: dict[str, Any] = {"id": encode("Campaign", campaign.pk), **bits}
        name = ("One", "Other")[number // 128]
        found = await answer(query, operation_name=name, **given)
        told = found[selection.partition("(")[0].partition(" ")[0]]
        assert {key for key in told if key.startswith("f")} == {
            f"f{n}" for n in range(7) if bits[f"v{n}"]
        }
        selections = ENGINE.operation(Params(query, {}, "One")).plans.values()
        kept = [plan for selection in selections for plan in selection.plans.values()]
        assert sum(plan.fields for plan in kept) <= len(query)
        assert max(plan.fields for plan in kept) > sum(f"f{n}" in told for n in range(7))
        counts.append(len(kept))
    assert max(counts) > 40


async def test_plans_go_with_their_document(db: str):
    campaign = await data.campaign()
    before = plans_in_memory()
    for number in range(5):
        names = " ".join(f"f{n}: title" for n in range(MAX_CACHED_CHARACTERS // 10))
        query = f"query Long{number}($id: ID!) {{ campaign(id: $id) {{ {names} }} }}"
        found = await answer(query, id=encode("Campaign", campaign.pk))
        assert len(found["campaign"]) == MAX_CACHED_CHARACTERS // 10
    assert plans_in_memory() == before


def plans_in_memory() -> int:
    gc.collect()
    return sum(isinstance(thing, planning._Plan) for thing in gc.get_objects())  # pyright: ignore[reportPrivateUsage]
