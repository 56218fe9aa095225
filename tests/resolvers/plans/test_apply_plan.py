"""Applying plans: exactly what would change, once, in chunks; drift is told item by item."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from background.worker import working
from database.session import capabilities, rows
from database.transactions import transacted
from models.campaign import Campaign
from models.participation import Participation, ParticipationEvent
from models.plan import Plan
from resolvers.caller import Caller
from resolvers.ids import encode
from resolvers.plans import applying, expiry, freezing
from telemetry.metrics import TRANSITIONS
from tests import data, engine
from tests.data import NOW
from tests.engine import STAFF, gids
from tests.resolvers.plans.planning import (
    applied,
    code_of,
    created,
    items,
    key_of,
    look,
    mutate,
    people,
)
from transport.app import _workers  # pyright: ignore[reportPrivateUsage]
from workflow.enums import Action, ParticipationStatus, Platform, Role

INSTAGRAM = Platform.INSTAGRAM
COLLEAGUE = Caller(Role.STAFF, "staff-2", "Kei Mori")


async def _campaign_with(size: int, **given: Any) -> Campaign:
    await data.crowd(size)
    return await data.campaign(**given)


async def _begun(campaign: Campaign) -> dict[str, Any]:
    """Return a plan of which one chunk has been applied."""
    plan = await created(campaign.id, "MARK_JOINED")
    await mutate("applyPlan", id=plan["id"])
    await applying.apply_chunk(key_of(plan["id"]))
    return plan


async def _events() -> list[dict[str, Any]]:
    found = await engine.answer(
        "{ participationEvents(first: 100) { nodes { action from to actorId actorName reason"
        " message plan { id } influencer { id } } } }"
    )
    return found["participationEvents"]["nodes"]


async def test_what_would_change_is_carried_out(db: str) -> None:
    campaign = await data.campaign(capacity=2)
    one = await data.influencer((INSTAGRAM, 300))
    two = await data.influencer((INSTAGRAM, 200), (Platform.TIKTOK, 100))
    await data.influencer((INSTAGRAM, 100), country="TH")
    plan = await created(campaign.id, "MARK_JOINED", reason="why", message="welcome", limit=2)

    plan = await applied(plan, COLLEAGUE)

    assert plan["status"] == "APPLIED"
    assert (plan["createdBy"], plan["appliedBy"]) == ("Mika Sato", "Kei Mori")
    assert plan["startedAt"] is not None
    assert plan["endedAt"] is not None
    assert plan["progress"] == {"total": 2, "done": 2, "changed": 2, "drifted": 0}
    listed = await items(plan)
    assert [(i["state"], i["participation"]["status"]) for i in listed] == [
        ("DONE", "JOINED"),
        ("DONE", "WAITING"),
    ]
    by_plan = {
        "action": "MARK_JOINED",
        "from": None,
        "actorId": "staff-2",
        "actorName": "Kei Mori",
        "reason": "why",
        "message": "welcome",
        "plan": {"id": plan["id"]},
    }
    assert await _events() == [
        {**by_plan, "to": status, "influencer": {"id": encode("Influencer", person.id)}}
        for person, status in ((one, "JOINED"), (two, "WAITING"))
    ]
    await campaign.refresh_from_db()
    assert campaign.places_taken == 1


async def test_a_plan_comes_to_its_end_in_chunks(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "CHUNK", 3)
    campaign = await _campaign_with(7)
    plan = await created(campaign.id, "MARK_JOINED")
    await mutate("applyPlan", id=plan["id"])

    for done in (3, 6):
        await applying.apply_chunk(key_of(plan["id"]))
        plan = await look(plan["id"])
        assert (plan["status"], plan["progress"]["done"]) == ("APPLYING", done)
        states = [item["state"] for item in await items(plan)]
        assert states == ["DONE"] * done + [None] * (7 - done)
    await applying.apply_all()

    assert (await look(plan["id"]))["status"] == "APPLIED"
    assert await ParticipationEvent.all().count() == 7


async def test_items_that_would_not_change_are_not_tried(db: str) -> None:
    campaign = await data.campaign(capacity=1)
    people_ = [await data.influencer((INSTAGRAM, 100 - number)) for number in range(2)]
    plan = await created(campaign.id, "MARK_JOINED")
    await Campaign.filter(id=campaign.id).update(capacity=2)

    plan = await applied(plan)

    assert plan["progress"] == {"total": 1, "done": 1, "changed": 1, "drifted": 0}
    assert people(await items(plan, outcome=["REFUSED"], state=["DONE", "DRIFTED"])) == []
    assert await Participation.filter(influencer_id=people_[1].id).count() == 0


async def test_a_plan_that_changes_nothing_is_applied_at_once(db: str) -> None:
    campaign = await data.campaign()
    plan = await created(campaign.id, "MARK_JOINED")

    payload = await mutate("applyPlan", id=plan["id"])

    assert payload["plan"]["status"] == "APPLIED"
    assert payload["plan"]["endedAt"] is not None


async def test_an_item_that_does_not_come_out_as_planned_is_left_alone(db: str) -> None:
    campaign = await data.campaign(selection=True)
    kept, decided, erased, connected, hidden = [
        await data.influencer((INSTAGRAM, 100 - number)) for number in range(5)
    ]
    plan = await created(campaign.id, "MARK_JOINED")
    await engine.mutate(
        "markJoined",
        "summary { changed }",
        campaignId=encode("Campaign", campaign.id),
        influencerIds=gids("Influencer", decided),
    )
    await engine.mutate(
        "eraseInfluencer",
        "userErrors { code }",
        influencerId=encode("Influencer", erased.id),
        reason="asked",
    )
    await data.account(connected, Platform.TIKTOK, 5)
    await data.override(campaign, hidden, "UNAVAILABLE")

    plan = await applied(plan)

    assert plan["progress"] == {"total": 5, "done": 5, "changed": 1, "drifted": 4}
    told = [(i["state"], code_of(i["stateError"])) for i in await items(plan)]
    assert told == [
        ("DONE", None),
        ("DRIFTED", "DRIFTED"),
        ("DRIFTED", "NOT_FOUND"),
        ("DRIFTED", "DRIFTED"),
        ("DRIFTED", "INFLUENCER_UNAVAILABLE"),
    ]
    assert people(await items(plan, state=["DONE"])) == gids("Influencer", kept)
    assert len(await items(plan, state=["DRIFTED"])) == 4
    assert len(await items(plan, state=["DONE", "DRIFTED"])) == 5
    assert await ParticipationEvent.filter(plan_id=key_of(plan["id"])).count() == 1


async def test_a_campaign_that_closes_midway_leaves_the_rest(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    campaign = await _campaign_with(5)
    plan = await _begun(campaign)
    await engine.mutate(
        "updateCampaign",
        "userErrors { code }",
        id=encode("Campaign", campaign.id),
        status="COMPLETED",
    )

    await applying.apply_all()

    plan = await look(plan["id"])
    assert plan["status"] == "APPLIED"
    assert plan["progress"] == {"total": 5, "done": 5, "changed": 2, "drifted": 3}
    drifted = await items(plan, state=["DRIFTED"])
    assert {i["stateError"]["code"] for i in drifted} == {"CAMPAIGN_CLOSED"}


async def test_a_plan_that_is_cancelled_midway_stays_so(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    campaign = await _campaign_with(5)
    plan = await _begun(campaign)

    payload = await mutate("cancelPlan", id=plan["id"])
    await applying.apply_chunk(key_of(plan["id"]))
    await applying.apply_all()

    assert payload["userErrors"] == []
    plan = await look(plan["id"])
    assert plan["status"] == "CANCELLED"
    assert plan["progress"] == {"total": 5, "done": 2, "changed": 2, "drifted": 0}
    states = [item["state"] for item in await items(plan)]
    assert states == ["DONE", "DONE", None, None, None]
    again = await mutate("cancelPlan", id=plan["id"])
    assert (again["userErrors"], again["plan"]["endedAt"]) == ([], plan["endedAt"])
    assert await _code("applyPlan", plan["id"]) == "PLAN_NOT_READY"


async def _code(field: str, gid: str, **given: Any) -> str:
    payload = await mutate(field, id=gid, **given)
    [error] = payload["userErrors"]
    assert error["field"] == ["input", "id"]
    return error["code"]


async def test_a_plan_can_be_cancelled_before_it_is_ready(db: str) -> None:
    campaign = await _campaign_with(2)
    payload = await mutate(
        "createPlan", campaignId=encode("Campaign", campaign.id), action="MARK_JOINED"
    )
    gid = payload["plan"]["id"]
    assert await _code("applyPlan", gid) == "PLAN_NOT_READY"
    assert await _code("undoPlan", gid, reason="why") == "PLAN_NOT_READY"

    await mutate("cancelPlan", id=gid)
    await freezing.freeze_all()

    plan = await look(gid)
    assert (plan["status"], plan["summary"]) == ("CANCELLED", None)
    assert await items(plan) == []
    assert await _code("undoPlan", gid, reason="why") == "PLAN_NOT_READY"


async def test_a_plan_that_is_cancelled_while_its_list_is_stored_stays_so(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await _campaign_with(5)
    payload = await mutate(
        "createPlan", campaignId=encode("Campaign", campaign.id), action="MARK_JOINED"
    )
    gid = payload["plan"]["id"]

    async def cancel() -> None:
        await mutate("cancelPlan", id=gid)

    stored = meanwhile(monkeypatch, cancel)
    await freezing.freeze_all()

    plan = await look(gid)
    assert (plan["status"], await items(plan)) == ("CANCELLED", [])
    assert stored == [0, 2]  # and no more, once it was cancelled


async def test_a_list_that_somebody_else_freezes_by_now_is_theirs(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await _campaign_with(5)
    payload = await mutate(
        "createPlan", campaignId=encode("Campaign", campaign.id), action="MARK_JOINED"
    )
    key = key_of(payload["plan"]["id"])

    async def begin() -> None:
        await transacted(partial(freezing._begin, key))  # pyright: ignore[reportPrivateUsage]

    stored = meanwhile(monkeypatch, begin)
    await freezing.freeze(key)

    assert (await look(payload["plan"]["id"]))["status"] == "PREPARING"
    assert stored == [0, 2]
    assert await rows("SELECT place FROM plan_item") == []
    monkeypatch.undo()
    await freezing.freeze(key)
    assert len(await items(await look(payload["plan"]["id"]))) == 5


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]]) -> list[int]:
    """Have something happen before the first items are stored; return how many each call stores."""
    monkeypatch.setattr(freezing, "BATCH", 2)
    store = freezing._store  # pyright: ignore[reportPrivateUsage]
    stored: list[int] = []

    async def interrupted(plan: Any, given: Sequence[Any]) -> bool:
        stored.append(len(given))
        if len(stored) == 2:
            await happens()
        return await store(plan, given)

    monkeypatch.setattr(freezing, "_store", interrupted)
    return stored


async def test_applying_again_answers_the_plan_again(db: str) -> None:
    campaign = await _campaign_with(2)
    plan = await created(campaign.id, "MARK_JOINED")
    first = await mutate("applyPlan", id=plan["id"])

    second = await mutate("applyPlan", COLLEAGUE, id=plan["id"])
    assert second == first
    await applying.apply_all()
    third = await mutate("applyPlan", COLLEAGUE, id=plan["id"])
    assert third["userErrors"] == []
    assert (third["plan"]["status"], third["plan"]["appliedBy"]) == ("APPLIED", "Mika Sato")
    assert await _code("cancelPlan", plan["id"]) == "PLAN_NOT_READY"


async def test_one_plan_of_a_campaign_is_applied_at_a_time(db: str) -> None:
    campaign, other = await _campaign_with(3), await data.campaign()
    first = await created(campaign.id, "MARK_JOINED", limit=2)
    second = await created(campaign.id, "MARK_JOINED")
    elsewhere = await created(other.id, "MARK_JOINED")
    await mutate("applyPlan", id=first["id"])

    assert await _code("applyPlan", second["id"]) == "PLAN_IN_THE_WAY"
    assert (await mutate("applyPlan", id=elsewhere["id"]))["userErrors"] == []
    await applying.apply_all()
    second = await applied(second)

    assert second["progress"] == {"total": 3, "done": 3, "changed": 1, "drifted": 2}


async def test_of_two_that_are_applied_at_once_one_is_in_the_way(db: str) -> None:
    campaign = await _campaign_with(2)
    plans = [await created(campaign.id, "MARK_JOINED") for _ in range(4)]

    payloads = await asyncio.gather(*(mutate("applyPlan", id=plan["id"]) for plan in plans))

    codes = sorted(error["code"] for payload in payloads for error in payload["userErrors"])
    assert codes == ["PLAN_IN_THE_WAY"] * 3


async def test_a_plan_that_fails_once_goes_on_beside_others(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 1)
    monkeypatch.setattr(applying, "SECONDS", 0)
    first, second = await _both_begun(4)
    apply_chunk, tried = applying.apply_chunk, list[int]()

    async def fails_once(plan: int) -> None:
        tried.append(plan)
        if len(tried) == 1:
            raise ValueError("once")
        await apply_chunk(plan)

    monkeypatch.setattr(applying, "apply_chunk", fails_once)
    await applying.apply_all()

    assert [(await look(gid))["status"] for gid in (first, second)] == ["APPLIED"] * 2
    assert tried[:4] == [key_of(first), key_of(second)] * 2


async def _both_begun(size: int) -> tuple[str, str]:
    """Begin to apply a plan of each of two campaigns; return their ids."""
    await data.crowd(size)
    first, second = [await created((await data.campaign()).id, "MARK_JOINED") for _ in range(2)]
    for plan in (first, second):
        await mutate("applyPlan", id=plan["id"])
    return first["id"], second["id"]


async def test_a_campaign_that_somebody_locks_holds_up_its_plan_alone(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if capabilities().dialect != "postgres":
        pytest.skip("SQLite has one lock, for which all wait")
    monkeypatch.setattr(applying, "CHUNK", 1)
    locked, other = await _both_begun(4)
    is_held, is_over = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        await rows(
            "SELECT 1 FROM campaign WHERE id = (SELECT campaign_id FROM plan WHERE id = :id)"
            " FOR UPDATE",
            id=key_of(locked),
        )
        is_held.set()
        await is_over.wait()

    holding = asyncio.create_task(transacted(hold))
    await is_held.wait()
    async with asyncio.timeout(20):
        turn = asyncio.create_task(applying.apply_all())
        while (await look(other))["status"] != "APPLIED":
            await asyncio.sleep(0.01)
        cancelled = await mutate("cancelPlan", id=locked)
    is_over.set()
    await asyncio.wait([turn, holding])

    assert cancelled["userErrors"] == []
    assert (await look(locked))["progress"]["done"] == 0


async def test_unknown_plans_are_not_found(db: str) -> None:
    for gid in ("x", encode("Plan", 999), encode("Campaign", 1)):
        assert await _code("applyPlan", gid) == "NOT_FOUND"
        assert await _code("cancelPlan", gid) == "NOT_FOUND"
        assert await _code("undoPlan", gid) == "NOT_FOUND"
        assert (await engine.answer("query P($id: ID!) { plan(id: $id) { id } }", id=gid)) == {
            "plan": None
        }


async def test_a_plan_expires_and_its_list_goes(db: str) -> None:
    campaign = await _campaign_with(2)
    plan = await created(campaign.id, "MARK_JOINED")
    [ready] = await Plan.all()

    late = ready.expires_at + timedelta(seconds=1)
    query = engine.operation("applyPlan", "plan { status } userErrors { code }")
    payload = (await engine.answer(query, now=late, input={"id": plan["id"]}))["applyPlan"]
    assert [error["code"] for error in payload["userErrors"]] == ["PLAN_NOT_READY"]

    await expiry.expire_and_delete(ready.expires_at - timedelta(seconds=1))
    assert (await look(plan["id"]))["status"] == "READY"
    await expiry.expire_and_delete(late)
    expired = await look(plan["id"])
    assert (expired["status"], len(await items(plan))) == ("EXPIRED", 2)
    await expiry.expire_and_delete(late + timedelta(hours=23))
    assert len(await items(plan)) == 2
    await expiry.expire_and_delete(late + timedelta(hours=25))
    assert await items(plan) == []
    assert (await look(plan["id"]))["summary"] == {"changed": 2, "unchanged": 0, "refused": 0}


async def test_the_list_of_one_that_was_applied_goes_after_90_days(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "BATCH", 2)
    campaign = await _campaign_with(5)
    plan = await applied(await created(campaign.id, "MARK_JOINED"))
    [row] = await Plan.all()
    assert row.ended_at is not None

    await expiry.expire_and_delete(row.ended_at + timedelta(days=89))
    assert len(await items(plan)) == 5
    later = row.ended_at + timedelta(days=90)
    query = engine.operation("undoPlan", "plan { status } userErrors { code }")
    given = {"id": plan["id"], "reason": "why"}
    payload = (await engine.answer(query, now=later, input=given))["undoPlan"]
    assert [error["code"] for error in payload["userErrors"]] == ["PLAN_NOT_READY"]
    await expiry.expire_and_delete(later)

    assert await items(plan) == []
    assert (await look(plan["id"]))["progress"]["changed"] == 5
    assert await _code("undoPlan", plan["id"], reason="why") == "PLAN_NOT_READY"


ACTIONS: list[tuple[str, str, str, Callable[[], dict[str, Any]]]] = [
    ("SET_REVIEWING", "APPLIED", "REVIEWING", dict),
    ("SET_APPLIED", "REVIEWING", "APPLIED", dict),
    ("APPROVE", "REVIEWING", "APPROVED", dict),
    ("REJECT", "APPROVED", "REJECTED", dict),
    ("REOPEN", "REJECTED", "APPLIED", dict),
    ("REMOVE", "APPROVED", "REMOVED", lambda: {"reason": "why"}),
]


@pytest.mark.parametrize(("action", "before", "after", "given"), ACTIONS)
async def test_every_action_can_be_planned(
    db: str, action: str, before: str, after: str, given: Callable[[], dict[str, Any]]
) -> None:
    campaign = await data.campaign(selection=True)
    person = await data.influencer((INSTAGRAM, 10))
    await data.participation(campaign, person, ParticipationStatus(before))

    plan = await applied(await created(campaign.id, action, **given()))

    [item] = await items(plan)
    assert (item["from"], item["to"], item["state"]) == (before, after, "DONE")
    assert item["participation"]["status"] == after
    [event] = await ParticipationEvent.all()
    assert (event.action, event.plan_id) == (Action(action), key_of(plan["id"]))
    assert event.decision is not None


async def test_the_plan_of_an_event_is_for_staff(db: str) -> None:
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    await applied(await created(campaign.id, "MARK_JOINED"))
    query = "query E($id: ID!) { node(id: $id) { ... on ParticipationEvent { plan { id } } } }"
    [event] = await ParticipationEvent.all()
    gid = encode("ParticipationEvent", event.id)

    seen = {
        caller.role: (await engine.answer(query, caller, id=gid))["node"]["plan"]
        for caller in (STAFF, engine.ADVERTISER, engine.creator(person.id))
    }
    assert seen[Role.STAFF] is not None
    assert seen[Role.ADVERTISER] is None
    assert seen[Role.INFLUENCER] is None


async def test_an_erasure_takes_the_texts_of_a_plan_that_changed_nobody_else(db: str) -> None:
    campaign, other = await data.campaign(), await data.campaign()
    person, colleague = [await data.influencer((INSTAGRAM, 10)) for _ in range(2)]
    alone = await created(
        campaign.id, "MARK_JOINED", reason="about them", message="to them", limit=1
    )
    both = await created(other.id, "MARK_JOINED", reason="about both", message="to both")
    for plan in (alone, both):
        await applied(plan)
    third = await data.campaign()
    for status in ("READY", "APPLYING"):
        about = await created(third.id, "MARK_JOINED", reason="about them", limit=1)
        await Plan.filter(id=key_of(about["id"])).update(status=status)

    await erase(encode("Influencer", max(person.id, colleague.id)))

    texts = [(plan.reason, plan.message) for plan in await Plan.all().order_by("id")]
    assert texts == [(None, None), ("about both", "to both"), (None, None), (None, None)]


@pytest.mark.parametrize("ends", ["applied", "cancelled"])
async def test_a_plan_that_was_being_applied_loses_such_texts_when_it_ends(
    db: str, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 1)
    campaign = await _campaign_with(2)
    plan = await created(campaign.id, "MARK_JOINED", reason="about them")
    first, second = people(await items(plan))
    await mutate("applyPlan", id=plan["id"])
    await applying.apply_chunk(key_of(plan["id"]))
    await erase(first)
    assert await _reasons() == ["about them"]  # the second one may be changed yet

    if ends == "applied":
        await engine.mutate(
            "markJoined",
            "results { outcome }",
            campaignId=encode("Campaign", campaign.id),
            influencerIds=[second],
        )
        await applying.apply_all()
    else:
        await mutate("cancelPlan", id=plan["id"])

    assert await _reasons() == [None]


async def test_a_list_that_cannot_be_deleted_stops_no_other(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await _campaign_with(2)
    plans = [await created(campaign.id, "MARK_JOINED") for _ in range(3)]
    await Plan.all().update(status="CANCELLED", ended_at=NOW - expiry.LISTS * 2)
    delete = expiry.delete_items

    async def fails_for_the_first(plan: int) -> int:
        if plan == key_of(plans[0]["id"]):
            raise ValueError("unreadable")
        return await delete(plan)

    monkeypatch.setattr(expiry, "delete_items", fails_for_the_first)
    await expiry.expire_and_delete(NOW)

    assert [len(await items(plan)) for plan in plans] == [2, 0, 0]


async def test_plans_expire_while_a_list_is_frozen(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await _campaign_with(2)
    ready = await created(campaign.id, "MARK_JOINED")
    await Plan.all().update(expires_at=NOW - timedelta(days=3_650))
    await mutate("createPlan", campaignId=encode("Campaign", campaign.id), action="MARK_JOINED")
    is_freezing = asyncio.Event()

    async def goes_on(_campaign: int) -> Any:
        is_freezing.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(freezing, "campaign_row", goes_on)
    async with working(_workers()), asyncio.timeout(20):
        await is_freezing.wait()
        while (await look(ready["id"]))["status"] != "EXPIRED":
            await asyncio.sleep(0.05)


async def test_texts_go_with_all_that_tells_whom_they_are_about(db: str) -> None:
    campaign = await _campaign_with(2)
    await data.plan(campaign, status="CANCELLED", ended_at=NOW, reason="cancelled early")
    empty = await created(
        campaign.id, "MARK_JOINED", candidates={"search": "nobody"}, reason="about nobody"
    )
    expired = await created(campaign.id, "MARK_JOINED", reason="expired")
    used = await applied(await created(campaign.id, "MARK_JOINED", limit=1, reason="applied"))
    ended = Plan.filter(id__in=[key_of(expired["id"]), key_of(used["id"])])
    await ended.update(ended_at=NOW - expiry.LISTS * 2)
    await Plan.filter(id=key_of(expired["id"])).update(status="EXPIRED")

    await expiry.expire_and_delete(NOW)

    assert (await look(empty["id"]))["status"] == "READY"
    assert await _reasons() == [None, None, None, "applied"]


async def erase(influencer: str) -> None:
    """Erase an influencer by their global id."""
    await engine.mutate(
        "eraseInfluencer", "userErrors { code }", influencerId=influencer, reason="asked"
    )


async def _reasons() -> list[str | None]:
    return [plan.reason for plan in await Plan.all().order_by("id")]


async def test_times_never_run_backwards(db: str) -> None:
    campaign = await data.campaign(selection=True)
    person = await data.influencer((INSTAGRAM, 10))
    later = NOW + timedelta(days=3_650)
    await data.participation(campaign, person, ParticipationStatus.APPLIED, updated_at=later)

    await applied(await created(campaign.id, "APPROVE"))

    [event] = await ParticipationEvent.all()
    assert event.occurred_at >= later


async def test_what_is_changed_is_counted_with_all_other_decisions(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    campaign = await _campaign_with(3)
    plan = await created(campaign.id, "MARK_JOINED")
    before = _counted()

    await applied(plan)

    assert _counted() == before + 3


def _counted() -> float:
    label = ("MARK_JOINED", "CHANGED")
    found = {labels: numbers[0] for _, labels, numbers in TRANSITIONS.samples()}
    return found.get(label, 0)
