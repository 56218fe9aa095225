"""Making plans: whose list, in what order, and what the rules answer; nothing is changed."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from asyncpg.exceptions import (
    ConfigurationLimitExceededError,
    OutOfMemoryError,
    QueryCanceledError,
)

from database.connection import connected
from database.session import capabilities, rows, run
from database.snapshots import current_reading
from models.campaign import Campaign
from models.participation import Participation, ParticipationEvent
from models.plan import Plan
from projection.listing import Page, page_values
from resolvers.ids import encode
from resolvers.plans import expiry, freezing
from resolvers.plans.request import FILTER_NAMES
from resolvers.queries import plans as queries
from schema import schema
from telemetry.metrics import PLANS_GIVEN_UP
from tests import data, engine
from tests.data import NOW
from tests.databases import PostgresDatabases
from tests.engine import ADVERTISER, SERVICE, creator, gids
from tests.resolvers import crowd
from tests.resolvers.plans.planning import (
    code_of,
    created,
    frozen,
    items,
    key_of,
    look,
    mutate,
    people,
)
from workflow.enums import ParticipationStatus, Platform

INSTAGRAM = Platform.INSTAGRAM


async def test_a_plan_tells_what_would_be_and_changes_nothing(db: str) -> None:
    campaign = await data.campaign(countries=["JP"])
    one = await data.influencer((INSTAGRAM, 300))
    two = await data.influencer((INSTAGRAM, 200), (Platform.TIKTOK, 100))
    elsewhere = await data.influencer((INSTAGRAM, 100), country="TH")
    joined = await data.influencer((INSTAGRAM, 50))
    part = await data.participation(campaign, joined, ParticipationStatus.JOINED)

    plan = await created(campaign.id, "MARK_JOINED", reason=" why ", message="welcome")

    assert plan["status"] == "READY"
    assert (plan["reason"], plan["message"], plan["createdBy"]) == ("why", "welcome", "Mika Sato")
    assert plan["campaign"] == {"id": encode("Campaign", campaign.id)}
    assert plan["summary"] == {"changed": 2, "unchanged": 1, "refused": 1}
    assert plan["refusals"] == [{"code": "INFLUENCER_UNAVAILABLE", "count": 1}]
    assert plan["progress"] == {"total": 2, "done": 0, "changed": 0, "drifted": 0}
    listed = await items(plan)
    assert people(listed) == gids("Influencer", one, two, elsewhere, joined)
    told = [(i["from"], i["to"], i["outcome"], code_of(i["error"])) for i in listed]
    assert told == [
        (None, "JOINED", "CHANGES", None),
        (None, "WAITING", "CHANGES", None),
        (None, None, "REFUSED", "INFLUENCER_UNAVAILABLE"),
        ("JOINED", "JOINED", "UNCHANGED", None),
    ]
    assert listed[3]["participation"] == {
        "id": encode("Participation", part.id),
        "status": "JOINED",
    }
    assert {(i["state"], i["stateError"]) for i in listed} == {(None, None)}
    assert await Participation.all().count() == 1
    assert await ParticipationEvent.all().count() == 0


async def test_places_and_codes_are_handed_out_in_the_lists_order(db: str) -> None:
    campaign = await data.referral_campaign("a", "b", "c", capacity=4, places_taken=2)
    people_ = [await data.influencer((INSTAGRAM, number)) for number in (10, 40, 30, 20)]

    plan = await created(campaign.id, "MARK_JOINED")

    assert plan["summary"] == {"changed": 2, "unchanged": 0, "refused": 2}
    assert plan["refusals"] == [{"code": "CAPACITY_REACHED", "count": 2}]
    changing = people(await items(plan, outcome=["CHANGES"]))
    assert changing == gids("Influencer", people_[1], people_[2])

    await Campaign.filter(id=campaign.id).update(capacity=None)
    again = await created(campaign.id, "MARK_JOINED", candidatesOrder="FOLLOWERS_ASC")
    assert again["summary"] == {"changed": 3, "unchanged": 0, "refused": 1}
    assert again["refusals"] == [{"code": "CODES_EXHAUSTED", "count": 1}]
    assert people(await items(again, outcome=["REFUSED"])) == gids("Influencer", people_[1])


async def test_some_are_left_out_and_the_first_so_many_taken(db: str) -> None:
    campaign = await data.campaign()
    everyone = [await data.influencer((INSTAGRAM, 100 - number)) for number in range(6)]
    left_out = [*gids("Influencer", everyone[0], everyone[2]), encode("Influencer", 999_999)]

    plan = await created(campaign.id, "MARK_JOINED", limit=3, **{"except": left_out})

    expected = gids("Influencer", everyone[1], everyone[3], everyone[4])
    assert people(await items(plan)) == expected


@pytest.mark.parametrize(("page", "batch"), [(50_000, 1_000), (2, 1)])
async def test_the_list_is_that_of_the_screen_for_any_filter(
    db: str, monkeypatch: pytest.MonkeyPatch, page: int, batch: int
) -> None:
    monkeypatch.setattr(freezing, "PAGE", page)
    monkeypatch.setattr(freezing, "BATCH", batch)
    many = await crowd.gather(7, 30)
    dice = random.Random(page)
    for tab, filters in (
        ("candidates", _candidate_filters()),
        ("applicants", _applicant_filters()),
    ):
        for asked in filters:
            campaign = dice.choice(many.campaigns)
            order = dice.choice(ORDERS[tab])
            action = dice.choice(ACTIONS[tab])
            given: dict[str, Any] = {tab: asked, f"{tab}Order": order, "reason": "why"}
            plan = await created(campaign.id, action, **given)
            expected = await _screen(tab, campaign.id, asked, order)
            assert people(await items(plan)) == expected, (tab, asked, order)


ORDERS = {
    "candidates": [
        "FOLLOWERS_DESC",
        "FOLLOWERS_ASC",
        "NAME_ASC",
        "NAME_DESC",
        "CHANGED_DESC",
        None,
    ],
    "applicants": [
        "NAME_ASC",
        "UPDATED_DESC",
        "UPDATED_ASC",
        "CREATED_DESC",
        "CREATED_ASC",
        "FOLLOWERS_DESC",
        None,
    ],
}
ACTIONS = {
    "candidates": ["MARK_JOINED", "REMOVE"],
    "applicants": ["SET_REVIEWING", "SET_APPLIED", "APPROVE", "REJECT", "REOPEN"],
}


def _candidate_filters() -> list[dict[str, Any]]:
    """Filters of every kind, those that only this tab has too."""
    own: list[dict[str, Any]] = [
        {"influencerIds": [encode("Influencer", n) for n in (3, 5, 8, 12)]},
        {"unavailableReason": ["COUNTRY", "FOLLOWERS"]},
        {"override": ["AVAILABLE"]},
        {"qualifyingAccountsMin": 1},
        {"qualifyingAccountsMax": 0, "status": ["AVAILABLE", "UNAVAILABLE"]},
    ]
    return [*crowd.filters(11, 25, [*crowd.CANDIDATE_STATUS.values(), "AVAILABLE"]), *own]


def _applicant_filters() -> list[dict[str, Any]]:
    own: list[dict[str, Any]] = [
        {"influencerIds": [encode("Influencer", n) for n in (3, 5, 8, 12)]},
        {"origin": ["FORCED"]},
        {"updatedSince": (NOW - timedelta(minutes=2)).isoformat()},
    ]
    return [*crowd.filters(13, 15, crowd.APPLICANTS), *own]


async def _screen(tab: str, campaign: int, asked: dict[str, Any], order: str | None) -> list[str]:
    """Return the ids of the influencers on the screen, read page by page."""
    kinds = {
        "candidates": ("CandidateFilter", "CandidateOrder"),
        "applicants": ("ApplicantFilter", "ParticipationOrder"),
    }
    filter_type, order_type = kinds[tab]
    query = f"""query Screen($id: ID!, $f: {filter_type}, $o: {order_type}, $after: String) {{
        campaign(id: $id) {{ {tab}(filter: $f, orderBy: $o, first: 7, after: $after) {{
            pageInfo {{ hasNextPage endCursor }} nodes {{ influencer {{ id }} }} }} }} }}"""
    found: list[str] = []
    after = None
    while True:
        page = await engine.answer(
            query, id=encode("Campaign", campaign), f=asked, o=order, after=after
        )
        rows = page["campaign"][tab]
        found += people(rows["nodes"])
        after = rows["pageInfo"]["endCursor"]
        if not rows["pageInfo"]["hasNextPage"]:
            return found


async def test_whoever_is_erased_is_not_found_on_the_applicant_tab(db: str) -> None:
    campaign = await data.campaign(selection=True)
    erased = await data.influencer((INSTAGRAM, 10), erased_at=NOW)
    await data.participation(campaign, erased, ParticipationStatus.APPROVED)

    plan = await created(campaign.id, "REJECT")

    [item] = await items(plan)
    assert (item["outcome"], item["error"]["code"]) == ("REFUSED", "NOT_FOUND")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"action": "MARK_JOINED", "applicants": {}}, "INVALID_INPUT", ["applicants"]),
        (
            {"action": "REMOVE", "reason": "why", "applicantsOrder": "NAME_ASC"},
            "INVALID_INPUT",
            ["applicantsOrder"],
        ),
        ({"action": "APPROVE", "candidates": {}}, "INVALID_INPUT", ["candidates"]),
        ({"action": "REOPEN", "candidatesOrder": "NAME_ASC"}, "INVALID_INPUT", ["candidatesOrder"]),
        ({"action": "REMOVE"}, "REASON_REQUIRED", ["reason"]),
        ({"action": "REMOVE", "reason": " "}, "REASON_REQUIRED", ["reason"]),
        ({"action": "APPROVE", "reason": "x" * 2_001}, "INVALID_INPUT", ["reason"]),
        ({"action": "APPROVE", "message": "\0"}, "INVALID_INPUT", ["message"]),
        ({"action": "MARK_JOINED", "limit": 0}, "INVALID_INPUT", ["limit"]),
        ({"action": "MARK_JOINED", "except": ["x"]}, "INVALID_INPUT", ["except", "0"]),
        (
            {"action": "MARK_JOINED", "except": [encode("Influencer", 1)] * 1_001},
            "TOO_MANY_ITEMS",
            ["except"],
        ),
        (
            {"action": "MARK_JOINED", "candidates": {"search": "x" * 201}},
            "INVALID_INPUT",
            ["candidates"],
        ),
        (
            {"action": "MARK_JOINED", "candidates": {"countries": ["\0"]}},
            "INVALID_INPUT",
            ["candidates"],
        ),
        (
            {"action": "APPROVE", "applicants": {"updatedSince": "yesterday"}},
            "INVALID_INPUT",
            ["applicants", "updatedSince"],
        ),
        ({"action": "APPROVE", "campaignId": "x"}, "NOT_FOUND", ["campaignId"]),
        ({"action": "APPROVE", "campaignId": encode("Campaign", 999)}, "NOT_FOUND", ["campaignId"]),
    ],
)
async def test_what_is_wrong_with_the_call_makes_no_plan(
    db: str, given: dict[str, Any], code: str, field: list[str]
) -> None:
    campaign = await data.campaign(selection=True)

    payload = await mutate("createPlan", **{"campaignId": encode("Campaign", campaign.id), **given})

    assert payload["plan"] is None
    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == (code, ["input", *field])


async def test_more_than_a_list_may_have_is_a_failure(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_ITEMS", 3)
    campaign = await data.campaign()
    await data.crowd(4)

    failed = await created(campaign.id, "MARK_JOINED")
    enough = await created(campaign.id, "MARK_JOINED", limit=3)

    assert (failed["status"], failed["summary"]) == ("FAILED", None)
    assert failed["error"]["code"] == "TOO_MANY_ITEMS"
    assert failed["endedAt"] is not None
    assert await items(failed) == []
    assert enough["summary"]["changed"] == 3


async def test_what_a_crash_left_behind_is_stored_anew(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "BATCH", 2)
    campaign = await data.campaign()
    await data.crowd(5)
    store = freezing._store  # pyright: ignore[reportPrivateUsage]

    async def dies(plan: Any, stored: Sequence[Any]) -> bool:
        if stored and stored[-1][0] == 4:
            raise asyncio.CancelledError
        return await store(plan, stored)

    monkeypatch.setattr(freezing, "_store", dies)
    monkeypatch.setattr(freezing, "RETRY_TIME", timedelta())
    with pytest.raises(asyncio.CancelledError):
        await created(campaign.id, "MARK_JOINED")
    assert [place for [place] in await rows("SELECT place FROM plan_item ORDER BY place")] == [1, 2]
    [plan] = await _plans(campaign.id)
    assert (plan["status"], plan["items"]["totalCount"]) == ("PREPARING", 0)

    monkeypatch.setattr(freezing, "_store", store)
    await freezing.freeze_all()

    assert len(set(people(await items(await look(plan["id"]))))) == 5


async def _plans(campaign: int) -> list[dict[str, Any]]:
    found = await engine.answer(
        "query Plans($id: ID!) { campaign(id: $id) {"
        " plans { nodes { id status items { totalCount } } totalCount } } }",
        id=encode("Campaign", campaign),
    )
    return found["campaign"]["plans"]["nodes"]


async def test_a_campaigns_plans_are_listed_newest_first(db: str) -> None:
    campaign, other = await data.campaign(), await data.campaign()
    made = [await created(campaign.id, "MARK_JOINED") for _ in range(3)]
    await created(other.id, "MARK_JOINED")

    assert [p["id"] for p in await _plans(campaign.id)] == [p["id"] for p in reversed(made)]


@pytest.mark.parametrize("role", ["advertiser", "influencer", "service"])
async def test_plans_are_for_staff(db: str, role: str) -> None:
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    plan = await created(campaign.id, "MARK_JOINED")
    caller = {"advertiser": ADVERTISER, "influencer": creator(person.id), "service": SERVICE}[role]
    gid = encode("Campaign", campaign.id)

    for query, variables in (
        (
            "mutation M($i: CreatePlanInput!) { createPlan(input: $i) { plan { id } } }",
            {"i": {"campaignId": gid, "action": "MARK_JOINED"}},
        ),
        (
            "mutation M($i: PlanInput!) { applyPlan(input: $i) { plan { id } } }",
            {"i": {"id": plan["id"]}},
        ),
        (
            "mutation M($i: PlanInput!) { cancelPlan(input: $i) { plan { id } } }",
            {"i": {"id": plan["id"]}},
        ),
        (
            "mutation M($i: UndoPlanInput!) { undoPlan(input: $i) { plan { id } } }",
            {"i": {"id": plan["id"], "reason": "why"}},
        ),
        ("query Q($id: ID!) { plan(id: $id) { id } }", {"id": plan["id"]}),
    ):
        assert await engine.refusal(query, caller, **variables) == "FORBIDDEN"
    if role != "service":
        plans = "query Q($id: ID!) { campaign(id: $id) { plans { totalCount } } }"
        assert await engine.refusal(plans, caller, id=gid) == "FORBIDDEN"
    node = "query N($id: ID!) { node(id: $id) { id } }"
    assert await engine.answer(node, id=plan["id"]) == {"node": {"id": plan["id"]}}
    assert await engine.answer(node, caller, id=plan["id"]) == {"node": None}


async def test_a_filter_is_kept_until_the_list_is_frozen_no_longer(db: str) -> None:
    """A search text may be the name of somebody who is erased later."""
    campaign = await data.campaign()
    given = {"campaignId": encode("Campaign", campaign.id), "action": "MARK_JOINED"}
    wanted = await mutate("createPlan", **given, candidates={"search": "Mika"})
    cancelled = await mutate("createPlan", **given, candidates={"search": "Mika"})
    await mutate("cancelPlan", id=cancelled["plan"]["id"])
    [first, second] = await Plan.all().order_by("id")
    assert "Mika" in (first.request or "")
    assert second.request is None

    await frozen(wanted["plan"]["id"])

    assert [plan.request for plan in await Plan.all()] == [None, None]


async def test_a_filter_that_is_not_valid_any_more_is_a_failure(db: str) -> None:
    campaign = await data.campaign()
    wanted = await mutate(
        "createPlan", campaignId=encode("Campaign", campaign.id), action="MARK_JOINED"
    )
    outdated = '{"is_of_candidates": true, "filter": {"search": "%s"}, "order": null}' % ("x" * 201)
    await Plan.all().update(request=outdated)

    plan = await frozen(wanted["plan"]["id"])

    assert (plan["status"], plan["error"]["code"]) == ("FAILED", "INVALID_INPUT")


@pytest.mark.parametrize(
    "later",
    [
        '{"is_of_candidates": true, "filter": {"mood": "GOOD"}, "order": null}',
        '{"is_of_candidates": false, "filter": {"override": []}, "order": null}',
        '{"is_of_candidates": true, "filter": {}, "order": null, "only": []}',
    ],
)
async def test_a_filter_of_a_later_version_waits_for_a_process_that_knows_it(
    db: str, monkeypatch: pytest.MonkeyPatch, later: str
) -> None:
    monkeypatch.setattr(freezing, "RETRY_TIME", timedelta())
    await data.crowd(1)
    campaign = await data.campaign(selection=True)
    plan = await data.plan(campaign, request=later)

    for _ in range(6):
        await freezing.freeze_all()

    assert (await look(encode("Plan", plan.id)))["status"] == "PREPARING"


def test_the_conditions_of_both_screens_can_be_stored() -> None:
    for is_of_candidates, name in ((True, "CandidateFilter"), (False, "ApplicantFilter")):
        kind: Any = schema._schema.type_map[name]  # pyright: ignore[reportPrivateUsage]
        assert frozenset(kind.fields) == FILTER_NAMES[is_of_candidates]


async def test_codes_of_a_later_version_are_left_out(db: str) -> None:
    campaign = await data.campaign()
    person = await data.influencer((INSTAGRAM, 10))
    counts = {"changes": 0, "unchanged": 0, "refused": 2}
    refusals = '{"DRIFTED": 1, "OUT_OF_MOOD": 1}'
    plan = await data.plan(campaign, status="READY", **counts, refusals=refusals)
    await run(
        "INSERT INTO plan_item (plan_id, place, influencer_id, outcome, error)"
        " VALUES (:plan, 1, :influencer, 3, 99)",
        plan=plan.id,
        influencer=person.id,
    )
    is_sqlite = capabilities().dialect == "sqlite"
    await run(
        "PRAGMA ignore_check_constraints = ON"
        if is_sqlite
        else "ALTER TABLE plan DROP CONSTRAINT plan_error"
    )
    failed = await data.plan(campaign, status="FAILED", error="INVALID_INPUT")
    await run("UPDATE plan SET error = 'OUT_OF_MOOD' WHERE id = :id", id=failed.id)

    shown = await look(encode("Plan", plan.id))
    [item] = await items(shown)

    assert shown["refusals"] == [{"code": "DRIFTED", "count": 1}]
    assert (item["outcome"], item["error"]) == ("REFUSED", None)
    assert (await look(encode("Plan", failed.id)))["error"] is None


async def test_a_list_that_takes_too_long_holds_up_no_other(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = encode("Campaign", (await data.campaign()).id)
    slow, other = [
        (await mutate("createPlan", campaignId=campaign, action="MARK_JOINED"))["plan"]
        for _ in range(2)
    ]
    read = freezing.campaign_row

    async def cancelled_once(key: int) -> Any:
        monkeypatch.setattr(freezing, "campaign_row", read)
        raise TOO_SLOW

    monkeypatch.setattr(freezing, "campaign_row", cancelled_once)
    await freezing.freeze_all()
    assert (await look(slow["id"]))["status"] == "PREPARING"
    assert (await look(other["id"]))["status"] == "READY"
    await freezing.freeze_all()
    assert (await look(slow["id"]))["status"] == "PREPARING"  # not at once
    await Plan.filter(id=key_of(slow["id"])).update(retry_at=NOW - timedelta(days=3_650))
    await freezing.freeze_all()
    assert (await look(slow["id"]))["status"] == "READY"


TOO_SLOW = QueryCanceledError("canceling statement due to statement timeout")


async def _preparing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> str:
    """Make a plan whose list cannot be frozen for this reason; return its id."""

    async def fails(key: int) -> Any:
        raise error

    monkeypatch.setattr(freezing, "campaign_row", fails)
    monkeypatch.setattr(freezing, "RETRY_TIME", timedelta())
    campaign = encode("Campaign", (await data.campaign()).id)
    made = await mutate(
        "createPlan",
        campaignId=campaign,
        action="MARK_JOINED",
        candidates={"search": "Mika"},
    )
    return made["plan"]["id"]


@pytest.mark.parametrize(
    "error",
    [
        TOO_SLOW,
        ConfigurationLimitExceededError("temporary file size exceeds temp_file_limit"),
        OutOfMemoryError("out of memory"),
        OverflowError("a bug"),
    ],
)
async def test_a_list_that_can_never_be_frozen_is_given_up(
    db: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    hopeless = await _preparing(monkeypatch, error)
    before = _given_up()

    for _ in range(4):
        await freezing.freeze_all()
    assert (await look(hopeless))["status"] == "PREPARING"
    assert _given_up() == before
    await freezing.freeze_all()

    plan = await look(hopeless)
    assert plan["status"] == "FAILED"
    assert plan["error"]["code"] == "FREEZING_FAILED"
    assert "narrower filter" in plan["error"]["message"]
    assert plan["endedAt"] is not None
    [row] = await Plan.all()
    assert row.request is None
    assert _given_up() == before + 1
    assert "was not frozen, in attempt 5 of 5" in caplog.text


def _given_up() -> float:
    return sum(value for _, _, [value] in PLANS_GIVEN_UP.samples())


async def test_between_two_attempts_the_time_doubles(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _preparing(monkeypatch, TOO_SLOW)
    monkeypatch.setattr(freezing, "RETRY_TIME", timedelta(seconds=10))
    monkeypatch.setattr(freezing, "utc_now", lambda: NOW)

    for seconds in (10, 20, 40, 80):
        await Plan.all().update(retry_at=None)
        await freezing.freeze_all()
        [plan] = await Plan.all()
        assert plan.retry_at == NOW + timedelta(seconds=seconds)


async def test_a_list_that_ends_with_the_process_each_time_is_given_up(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hopeless = await _preparing(monkeypatch, asyncio.CancelledError())  # as if it were killed
    monkeypatch.setattr(freezing, "RETRY_TIME", timedelta(seconds=10))
    monkeypatch.setattr(freezing, "utc_now", lambda: NOW)
    before = _given_up()

    for attempt in range(10):
        await Plan.all().update(retry_at=None)
        with pytest.raises(asyncio.CancelledError):
            await freezing.freeze_all()
        [plan] = await Plan.all()
        assert plan.retry_at == NOW + timedelta(seconds=10 * 2**attempt)
    await freezing.freeze_all()
    assert (await look(hopeless))["status"] == "PREPARING"  # not at once
    await Plan.all().update(retry_at=None)
    await freezing.freeze_all()

    assert (await look(hopeless))["error"]["code"] == "FREEZING_FAILED"
    assert _given_up() == before + 1


async def test_a_list_that_is_cancelled_in_its_last_attempt_is_not_given_up(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await _preparing(monkeypatch, TOO_SLOW)
    await Plan.all().update(failures=4)
    before = _given_up()

    async def cancelled(_campaign: int) -> Any:
        current_reading.set(None)  # somebody else cancels
        await Plan.all().update(status="CANCELLED", ended_at=NOW)
        raise TOO_SLOW

    monkeypatch.setattr(freezing, "campaign_row", cancelled)
    await freezing.freeze_all()

    assert (await look(plan))["status"] == "CANCELLED"
    assert _given_up() == before


async def test_an_outage_is_no_failure_of_the_list(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await _preparing(monkeypatch, ConnectionResetError())

    for _ in range(6):
        with pytest.raises(ConnectionResetError):
            await freezing.freeze_all()

    assert (await look(plan))["status"] == "PREPARING"


async def test_a_list_is_not_frozen_to_its_end_after_the_plan_was_cancelled(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "PAGE", 2)
    await data.crowd(8)
    campaign = encode("Campaign", (await data.campaign()).id)
    plan = (await mutate("createPlan", campaignId=campaign, action="MARK_JOINED"))["plan"]
    read, pages = freezing.read_rows, list[int]()

    async def cancel() -> None:
        current_reading.set(None)  # in this task: somebody else cancels
        await mutate("cancelPlan", id=plan["id"])

    async def read_and_cancel(campaign: int, influencers: Any) -> Any:
        pages.append(len(influencers))
        await asyncio.create_task(cancel())
        return await read(campaign, influencers)

    monkeypatch.setattr(freezing, "read_rows", read_and_cancel)
    await freezing.freeze(key_of(plan["id"]))

    assert pages == [2]
    assert (await look(plan["id"]))["status"] == "CANCELLED"


async def test_what_a_crash_left_behind_is_deleted_a_few_items_at_a_time(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "BATCH", 2)
    await data.crowd(5)
    plan = await created((await data.campaign()).id, "MARK_JOINED")
    await Plan.all().update(status="PREPARING", request=BY_FOLLOWERS)
    delete, deleted = freezing.delete_items, list[int]()

    async def delete_and_count(key: int) -> int:
        deleted.append(await delete(key))
        return deleted[-1]

    monkeypatch.setattr(freezing, "delete_items", delete_and_count)
    plan = await frozen(plan["id"])

    assert deleted == [2, 2, 1, 0]
    assert len(await items(plan)) == 5


BY_FOLLOWERS = '{"is_of_candidates": true, "filter": {}, "order": "FOLLOWERS_DESC"}'


async def test_another_process_does_not_begin_a_list_anew_while_a_renewal_is_slow(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = encode("Campaign", (await data.campaign()).id)
    await mutate("createPlan", campaignId=campaign, action="MARK_JOINED")
    begun = asyncio.Event()

    async def waits(key: int) -> Any:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(freezing, "campaign_row", waits)
    working = asyncio.create_task(freezing.worker.run())
    await begun.wait()
    [[left]] = await rows(
        "SELECT expires_at - extract(epoch FROM now())::bigint FROM lease WHERE name = 'plans'"
    )
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)

    assert left > 20


async def test_a_log_that_is_not_emptied_stops_no_other_list(
    db: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    campaign = encode("Campaign", (await data.campaign()).id)
    plans = [
        (await mutate("createPlan", campaignId=campaign, action="MARK_JOINED"))["plan"]
        for _ in range(2)
    ]

    async def fails() -> None:
        raise ValueError("not emptied")

    monkeypatch.setattr(freezing, "empty_log", fails)
    await freezing.freeze_all()

    assert [(await look(plan["id"]))["status"] for plan in plans] == ["READY", "READY"]
    assert "the write-ahead log was not emptied" in caplog.text


async def test_a_list_that_cannot_be_read_leaves_nothing_behind_that_works_on(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "BATCH", 2)
    campaign = await data.campaign()
    await data.crowd(5)
    read, store = freezing.read_rows, freezing._store  # pyright: ignore[reportPrivateUsage]
    under_way: list[Any] = []
    found: list[list[Any]] = []

    async def fails(of: int, influencers: Any) -> Any:
        if under_way:
            raise ValueError("unreadable")
        return await read(of, influencers)

    async def stores(*given: Any) -> bool:
        under_way.append(given)
        try:
            return await store(*given)
        finally:
            under_way.remove(given)

    async def put_off(*_: Any) -> None:
        found.append([*under_way])

    monkeypatch.setattr(freezing, "read_rows", fails)
    monkeypatch.setattr(freezing, "_store", stores)
    monkeypatch.setattr(freezing, "_put_off", put_off)

    plan = await created(campaign.id, "MARK_JOINED")

    assert plan["status"] == "PREPARING"
    assert found == [[]]


async def test_items_that_have_drifted_are_left_out_by_a_join(
    postgres_databases: PostgresDatabases,
) -> None:
    """PostgreSQL looks through all of them again for each item, where NOT IN has too many."""
    with postgres_databases.lend() as url:
        async with connected(url):
            asked: Any = None
            listing = await queries.items(asked, {"state": ["DONE"]}, [1])
            page = Page(20, forward=True, cursor=None, after=True, asked=asked)
            statement = listing.rows("t.place", "", page, [1])
            values = {**listing.values, "parent": 1, **page_values(page)}
            shown = await rows(f"EXPLAIN {statement}", **values)
    assert "Anti Join" in "\n".join(line for [line] in shown)
