"""Plans in a test: made by the mutations, carried out by the workers' functions, and looked at."""

from typing import Any

from resolvers.caller import Caller
from resolvers.ids import encode
from resolvers.plans import applying, freezing
from tests import engine
from tests.engine import STAFF

PLAN = """id action status reason message createdBy appliedBy createdAt expiresAt startedAt endedAt
    campaign { id } undoes { id } undoneBy { id } error { code message field }
    summary { changed unchanged refused } refusals { code count }
    progress { total done changed drifted }"""
PAYLOAD = f"plan {{ {PLAN} }} userErrors {{ code message field }}"
ITEMS = """query Items(
    $id: ID!, $outcome: [PlanOutcome!], $state: [PlanItemState!], $after: String
) {
    plan(id: $id) { items(outcome: $outcome, state: $state, first: 100, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes {
            influencer { id } participation { id status } from to outcome
            error { code message } state stateError { code message } } } } }"""


async def mutate(field: str, caller: Caller = STAFF, /, **given: Any) -> dict[str, Any]:
    """Return the payload of a mutation of plans."""
    return await engine.mutate(field, PAYLOAD, caller, **given)


async def created(campaign: int, action: str, **given: Any) -> dict[str, Any]:
    """Return a plan that is made, and frozen."""
    payload = await mutate(
        "createPlan", campaignId=encode("Campaign", campaign), action=action, **given
    )
    assert payload["userErrors"] == []
    assert payload["plan"]["status"] == "PREPARING"
    return await frozen(payload["plan"]["id"])


async def frozen(gid: str) -> dict[str, Any]:
    """Return the plan once its list is frozen, or could not be."""
    await freezing.freeze(key_of(gid))
    return await look(gid)


def key_of(gid: str) -> int:
    """Return the number in a plan's id."""
    return int(gid.rpartition("/")[2])


async def applied(plan: dict[str, Any], caller: Caller = STAFF) -> dict[str, Any]:
    """Return the plan after it has been applied to its end."""
    payload = await mutate("applyPlan", caller, id=plan["id"])
    assert payload["userErrors"] == []
    while (await look(plan["id"]))["status"] == "APPLYING":
        await applying.apply_chunk(key_of(plan["id"]))
    return await look(plan["id"])


async def undone(plan: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Return the plan that takes this one back, frozen."""
    payload = await mutate("undoPlan", id=plan["id"], **{"reason": "a mistake", **given})
    assert payload["userErrors"] == []
    return await frozen(payload["plan"]["id"])


async def look(plan: str) -> dict[str, Any]:
    """Return a plan as it is now."""
    found = await engine.answer(f"query P($id: ID!) {{ plan(id: $id) {{ {PLAN} }} }}", id=plan)
    return found["plan"]


async def items(plan: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
    """Return all of a plan's list, or what is asked of it, read page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        data = await engine.answer(ITEMS, id=plan["id"], after=after, **asked)
        page = data["plan"]["items"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found


def code_of(error: dict[str, Any] | None) -> str | None:
    """Return the code of an error, if there is one."""
    return error["code"] if error else None


def people(of: list[dict[str, Any]]) -> list[str]:
    """Return the ids of the influencers on a list."""
    return [item["influencer"]["id"] for item in of]
