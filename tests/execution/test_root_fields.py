"""Operations of one root field are called directly, and answered as if they had been executed."""

import gc
from typing import Any

import pytest

from execution.engine import Params
from projection.internals import Executor
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, ENGINE, STAFF, creator, execute

MARKING = """markJoined(input: { campaignId: $id, influencerIds: ["nonsense"], reason: $reason })
    { summary { refused } userErrors { code field } results { outcome error { code } } }"""
FIELDS = {
    "a campaign": "campaign(id: $id) { id title }",
    "under another name": "this: campaign(id: $id) { id }",
    "no such campaign": 'campaign(id: "nonsense") { id }',
    "a page that is too large": "campaign(id: $id) { applicants(first: 1000) { nodes { id } } }",
    "fields that a role may not see": "campaign(id: $id) { id capacity advertiserId placesTaken }",
    "a list that a role may not see": "influencers { nodes { id } }",
    "a cursor of another list": 'campaigns(after: "nonsense") { nodes { id } }',
    "an argument left out": "influencers(first: 1, last: $reason) { nodes { id } }",
    "refused in the payload": MARKING,
    "a list that is empty": "markJoined(input: { campaignId: $id, influencerIds: [] })"
    " { userErrors { code } }",
}
CALLERS = {"staff": STAFF, "advertiser": ADVERTISER, "influencer": creator(1), "nobody": None}


async def told(query: str, caller: Caller | None, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the response, after a look at whether the field is called directly."""
    operation = ENGINE.operation(Params(query, variables, None))
    assert (operation.root is None) == ("... {" in query)
    return await execute(query, variables, Context(caller=caller, clock=lambda: NOW))


@pytest.mark.parametrize("what", FIELDS)
async def test_a_call_is_answered_as_execution_would(what: str, db: str):
    campaign = await data.campaign(advertiser_id="acme")
    await data.influencer()
    field = FIELDS[what].replace("last: $reason", "last: $last")
    variables = {"id": encode("Campaign", campaign.pk)}
    kind = "mutation" if "markJoined" in field else "query"
    given = {"$id": "ID!", "$reason": "String", "$last": "Int"}
    used = ", ".join(f"{name}: {of}" for name, of in given.items() if name in field)
    head = f"{kind} Asking({used})" if used else kind
    for caller in CALLERS.values():
        # Both have the field in the same place, for errors to name.
        called = await told(f"{head} {{       {field} }}", caller, variables)
        executed = await told(f"{head} {{ ... {{ {field} }} }}", caller, variables)
        assert called == executed


async def test_a_mutation_that_fails_is_not_tried_again(db: str, monkeypatch: pytest.MonkeyPatch):
    calls: list[object] = []

    async def fail(_context: object, **given: object) -> None:
        calls.append(given)
        raise ZeroDivisionError

    monkeypatch.setattr("schema.mutations.mark_joined.resolve", fail)
    query = "mutation($id: ID!, $reason: String) { " + MARKING + " }"
    answer = await told(query, STAFF, {"id": "gid://joinery/Campaign/1"})
    assert answer["data"] == {"markJoined": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL"]
    assert [error["path"] for error in answer["errors"]] == [["markJoined"]]
    assert len(calls) == 1


async def test_calls_leave_nothing_for_the_garbage_collector(db: str):
    campaign = await data.campaign()
    query = "query Asking($id: ID!) { campaign(id: $id) { id title } }"
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(3):
            await told(query, STAFF, {"id": encode("Campaign", campaign.pk)})
        gc.collect()
        left: list[type[object]] = [type(thing) for thing in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    # The first one is kept, for others to be made after it.
    assert Executor not in left
    assert Context not in left
