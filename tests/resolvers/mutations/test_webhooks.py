"""The mutations and queries of webhooks: refusals, secrets, cursors and deliveries."""

import base64
from datetime import timedelta
from typing import Any

import orjson
import pytest

from database.session import rows
from delivery.sequencer import catch_up
from execution.engine import Params
from models.idempotency import IdempotencyKey
from models.participation import ParticipationEvent
from models.webhook import Delivery, DeliveryStatus, Webhook
from resolvers.context import Context
from resolvers.ids import decode, encode
from resolvers.mutations.webhook_input import DEFAULT_SELECTION, MAX_WEBHOOKS
from tests import data
from tests.data import NOW
from tests.engine import ENGINE, STAFF, WEBHOOKS, answer, mutate
from workflow.enums import Action, ParticipationStatus, Platform

URL = "https://example.com/hook?key=1"
WEBHOOK = """id url description actions campaignId selection isEnabled disabledReason cursor
    createdAt"""
PAYLOAD = f"webhook {{ {WEBHOOK} }} userErrors {{ code field message }}"
SECRET = f"secret {PAYLOAD}"
PENDING, DELIVERED, FAILED = DeliveryStatus


async def create(**given: Any) -> dict[str, Any]:
    return await mutate("createWebhook", SECRET, **here(given))


async def refused(field: str, payload: str = PAYLOAD, **given: Any) -> tuple[str, Any, str]:
    """Run a mutation that changes nothing; return the only refusal's code, field and message."""
    before = await Webhook.all().values(), await Delivery.all().values()
    made = await mutate(field, payload, **given)
    assert (await Webhook.all().values(), await Delivery.all().values()) == before
    [error] = made["userErrors"]
    return error["code"], error["field"][1:], error["message"]


def after(cursor: str) -> dict[str, Any]:
    """The argument `from` with a cursor of the feed."""
    return {"from": cursor}


def here(given: dict[str, Any]) -> dict[str, Any]:
    """The input, with a URL if it has none."""
    return {"url": URL} | given


async def events(*actions: Action) -> list[ParticipationEvent]:
    """Make events of one participation, and wait until they are in the feed."""
    person = await data.influencer((Platform.TIKTOK, 10))
    part = await data.participation(await data.campaign(), person, ParticipationStatus.WAITING)
    made = [await data.event(part, action) for action in actions]
    await catch_up()
    return made


async def cursors() -> list[str]:
    """All cursors of the feed."""
    found = await answer("{ participationEvents(first: 100) { edges { cursor } } }")
    return [edge["cursor"] for edge in found["participationEvents"]["edges"]]


async def webhook_of(made: dict[str, Any]) -> Webhook:
    return await Webhook.get(id=decode(made["webhook"]["id"], "Webhook"))


async def test_one_is_created_with_all_that_it_was_given(db: str):
    [event] = await events(Action.MARK_JOINED)
    campaign = encode("Campaign", event.campaign_id)
    selection = "cursor event { id } # the least"
    made = await create(
        description=" For the CRM. ",
        actions=["APPROVE", "REJECT", "APPROVE"],
        campaignId=campaign,
        selection=selection,
    )
    assert made["userErrors"] == []
    webhook = await webhook_of(made)
    assert made["webhook"] == {
        "id": encode("Webhook", webhook.pk),
        "url": URL,
        "description": "For the CRM.",
        "actions": ["APPROVE", "REJECT"],
        "campaignId": campaign,
        "selection": selection,
        "isEnabled": True,
        "disabledReason": None,
        "cursor": (await cursors())[-1],
        "createdAt": NOW.isoformat().replace("+00:00", "Z"),
    }
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"), validate=True)) == 32
    assert webhook.secret == made["secret"]
    found = await answer(
        f"query($id: ID!) {{ webhooks {{ {WEBHOOK} }} node(id: $id) {{ id }} }}",
        id=made["webhook"]["id"],
    )
    assert found == {"webhooks": [made["webhook"]], "node": {"id": made["webhook"]["id"]}}


async def test_without_a_cursor_it_begins_with_what_comes_from_now_on(db: str):
    empty = await create()
    assert empty["webhook"]["cursor"] is None
    assert empty["webhook"]["selection"] == DEFAULT_SELECTION
    await events(Action.MARK_JOINED, Action.REMOVE, Action.MARK_JOINED)
    known = await cursors()
    assert (await create())["webhook"]["cursor"] == known[-1]
    assert (await create(**after(known[0])))["webhook"]["cursor"] == known[0]


BAD: list[tuple[str, str, str]] = [
    ("url", "http://example.com", "https://"),
    ("url", "ftp://example.com", "https://"),
    ("url", "https://user:pass@example.com", "user name"),
    ("url", "https://example.com/#part", "#"),
    ("url", "https://127.0.0.1/a", "JOINERY_WEBHOOK_ALLOW"),
    ("url", "https://[::ffff:10.0.0.1]/a", "JOINERY_WEBHOOK_ALLOW"),
    ("url", "https://example.com:99999", "port"),
    ("url", "no url", "absolute"),
    ("url", "https://example.com/" + "a" * 2_048, "2,048"),
    ("description", "a" * 10_001, "10,000"),
    ("selection", "", "empty"),
    ("selection", "{ cursor", "Syntax Error"),
    ("selection", "{ nothing }", "nothing"),
    ("selection", "{ event { reason(first: 1) } }", "first"),
    ("selection", "{ cursor } participationChanged { cursor }", "one selection"),
    ("selection", "{ cursor } } query { viewer { id }", "one selection"),
    ("selection", "{ ...F } } fragment F on ParticipationChange { cursor", "one selection"),
    ("selection", "{ event { id @include(if: $all) } }", "$all"),
    (
        "selection",
        """{ event { influencer { participations(first: 100) { nodes {
            id events(first: 100) { nodes { id } } } } } } }""",
        "points",
    ),
    (
        "selection",
        "{ event { campaign { applicants { nodes { influencer { name } } } } } }",
        "other influencers",
    ),
    (
        "selection",
        """{ participation { campaign {
            ... on Node { ... on Campaign { candidates { totalCount } } } } } }""",
        "other influencers",
    ),
    ("from", "nonsense", "cursor"),
    ("campaignId", "gid://joinery/Campaign/999", "campaign"),
    ("campaignId", "nonsense", "campaign"),
]
"""A field, a value that is refused, and a word of the message."""


async def test_what_it_cannot_be_is_refused_at_its_field(db: str):
    known = encode("Webhook", (await data.webhook()).pk)
    for field, given, told in BAD:
        code, path, message = await refused("createWebhook", SECRET, **here({field: given}))
        assert code == ("NOT_FOUND" if field == "campaignId" else "INVALID_INPUT"), given
        assert path == [field], given
        assert told in message
        if field in ("url", "description", "selection"):
            code, path, message = await refused("updateWebhook", id=known, **{field: given})
            assert (code, path) == ("INVALID_INPUT", [field]), given
            assert told in message


async def test_all_that_is_wrong_is_told_at_once(db: str):
    made = await create(url="http://a.example", selection="{ nothing }", **after("x"))
    assert [error["field"][1] for error in made["userErrors"]] == ["url", "selection", "from"]
    assert (made["webhook"], made["secret"]) == (None, None)


async def test_a_cursor_of_a_database_that_was_put_back_is_refused(db: str):
    await events(Action.MARK_JOINED)
    [known] = await cursors()
    other = base64.urlsafe_b64decode(known + "==")
    tag, position, mark = orjson.loads(other)
    told = base64.urlsafe_b64encode(orjson.dumps([tag, position, mark + 1])).decode().rstrip("=")
    _, path, message = await refused("createWebhook", SECRET, url=URL, **after(told))
    assert path == ["from"]
    assert "put back" in message


async def test_there_are_only_so_many(db: str):
    last = [await data.webhook() for _ in range(MAX_WEBHOOKS)][-1]
    code, path, message = await refused("createWebhook", SECRET, url=URL)
    assert (code, path) == ("TOO_MANY_ITEMS", [])
    assert str(MAX_WEBHOOKS) in message
    await mutate("deleteWebhook", PAYLOAD, id=encode("Webhook", last.pk))
    assert (await create())["userErrors"] == []


async def test_what_is_left_out_of_an_update_stays(db: str):
    made = (await create(actions=["APPROVE"], description="Old"))["webhook"]
    updated = await mutate("updateWebhook", PAYLOAD, id=made["id"], description="New")
    assert updated == {"webhook": made | {"description": "New"}, "userErrors": []}
    changes: dict[str, Any] = {
        "url": "https://example.org/",
        "actions": [],
        "selection": "{ cursor }",
        "isEnabled": False,
    }
    updated = await mutate("updateWebhook", PAYLOAD, id=made["id"], **changes)
    assert updated["webhook"] == made | changes | {"description": "New"}
    for field in ("url", "description", "actions", "selection", "isEnabled"):
        given: dict[str, Any] = {"id": made["id"], field: None}
        assert (await refused("updateWebhook", **given))[:2] == ("INVALID_INPUT", [field])


async def test_switched_on_again_it_goes_on_where_it_was(db: str):
    [event] = await events(Action.MARK_JOINED)
    later, long_ago = NOW + timedelta(hours=1), NOW - timedelta(days=2)
    webhook = await data.webhook(
        is_enabled=False,
        disabled_reason="why",
        failing_since=long_ago,
        failures=9,
        paused_until=later,
    )
    failing = {"next_attempt_at": later, "failing_since": long_ago, "attempts": 20}
    delivery = await data.delivery(webhook, event, 1, **failing)
    given: dict[str, Any] = {"id": encode("Webhook", webhook.pk)}
    updated = await mutate("updateWebhook", PAYLOAD, **given, isEnabled=True)
    assert (updated["webhook"]["isEnabled"], updated["webhook"]["disabledReason"]) == (True, None)
    await webhook.refresh_from_db()
    await delivery.refresh_from_db()
    assert (webhook.failing_since, webhook.failures, webhook.paused_until) == (None, 0, None)
    assert (delivery.next_attempt_at, delivery.failing_since) == (NOW, None)
    assert (delivery.status, delivery.attempts) == (PENDING, 20)

    # A webhook that is already switched on does not retry earlier; with a new URL it does.
    await Delivery.filter(id=delivery.pk).update(next_attempt_at=later)
    await mutate("updateWebhook", PAYLOAD, **given, isEnabled=True, url=webhook.url)
    assert (await Delivery.get(id=delivery.pk)).next_attempt_at == later
    await mutate("updateWebhook", PAYLOAD, **given, url=URL)
    assert (await Delivery.get(id=delivery.pk)).next_attempt_at == NOW


async def test_a_new_secret_signs_beside_the_one_before_for_a_day(db: str):
    made = await create()
    given: dict[str, Any] = {"id": made["webhook"]["id"]}
    rotated = await mutate("rotateWebhookSecret", SECRET, **given)
    assert rotated["webhook"] == made["webhook"]
    webhook = await webhook_of(made)
    assert (webhook.secret, webhook.previous_secret) == (rotated["secret"], made["secret"])
    assert webhook.previous_until == NOW + timedelta(hours=24)
    again = await mutate("rotateWebhookSecret", SECRET, **given)
    webhook = await webhook_of(made)
    assert (webhook.secret, webhook.previous_secret) == (again["secret"], rotated["secret"])
    assert len({made["secret"], rotated["secret"], again["secret"]}) == 3


async def test_a_deleted_one_is_gone_with_its_deliveries_and_secrets(db: str):
    [event] = await events(Action.MARK_JOINED)
    webhook = await data.webhook(previous_secret="whsec_old", previous_until=NOW)
    delivery = await data.delivery(webhook, event, 1)
    ids = [encode("Webhook", webhook.pk), encode("Delivery", delivery.pk)]
    ask = "query($ids: [ID!]!) { webhooks { id } nodes(ids: $ids) { id } }"
    assert (await answer(ask, ids=ids))["nodes"] == [{"id": gid} for gid in ids]
    deleted = await mutate("deleteWebhook", PAYLOAD, id=ids[0])
    assert (deleted["webhook"]["id"], deleted["webhook"]["isEnabled"]) == (ids[0], False)
    assert await answer(ask, ids=ids) == {"webhooks": [], "nodes": [None, None]}
    await webhook.refresh_from_db()
    assert (webhook.secret, webhook.previous_secret) == ("", None)
    for field, payload, more in (
        ("deleteWebhook", PAYLOAD, {}),
        ("rotateWebhookSecret", SECRET, {}),
        ("updateWebhook", PAYLOAD, {"isEnabled": True}),
        ("redeliver", PAYLOAD, {"deliveryId": ids[1]}),
    ):
        for gid in (ids[0], ids[1], "gid://joinery/Webhook/999", "nonsense"):
            assert (await refused(field, payload, id=gid, **more))[:2] == ("NOT_FOUND", ["id"])


async def test_one_delivery_is_asked_for_again_whatever_became_of_it(db: str):
    made = await events(*[Action.MARK_JOINED] * 3)
    webhook, other = await data.webhook(), await data.webhook()
    given: dict[str, Any] = {"id": encode("Webhook", webhook.pk)}
    for place, status in enumerate(DeliveryStatus):
        event = made[place]
        payload = None if status is PENDING else "{}"
        more = {"attempts": 9, "failing_since": NOW - timedelta(days=2), "payload": payload}
        delivery = await data.delivery(webhook, event, place + 1, status=status, **more)
        gid = encode("Delivery", delivery.pk)
        assert (await mutate("redeliver", PAYLOAD, **given, deliveryId=gid))["userErrors"] == []
        await delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts, delivery.requests) == (PENDING, 0, 1)
        assert (delivery.next_attempt_at, delivery.failing_since) == (NOW, None)
        assert delivery.payload is None
        foreign: dict[str, Any] = {"id": encode("Webhook", other.pk), "deliveryId": gid}
        assert (await refused("redeliver", **foreign))[:2] == ("NOT_FOUND", ["deliveryId"])
    for gid in ("nonsense", "gid://joinery/Delivery/999", given["id"]):
        assert (await refused("redeliver", **given, deliveryId=gid))[:2] == (
            "NOT_FOUND",
            ["deliveryId"],
        )


async def test_all_from_a_cursor_are_planned_anew(db: str):
    await events(*[Action.MARK_JOINED] * 4)
    known = await cursors()
    made = await create()
    given: dict[str, Any] = {"id": made["webhook"]["id"]}
    assert made["webhook"]["cursor"] == known[3]
    for place, now_at in ((1, 1), (2, 1), (0, 0)):  # it does not skip forward
        done = await mutate("redeliver", PAYLOAD, **given, **after(known[place]))
        assert done["webhook"]["cursor"] == known[now_at]
    assert (await refused("redeliver", **given, **after("x")))[:2] == (
        "INVALID_INPUT",
        ["from"],
    )


@pytest.mark.parametrize("more", [{}, {"from": "x", "deliveryId": "y"}])
async def test_exactly_one_of_both_ways_is_asked_for(db: str, more: dict[str, Any]):
    gid = encode("Webhook", (await data.webhook()).pk)
    made = await mutate("redeliver", PAYLOAD, id=gid, **more)
    assert made["userErrors"][0]["code"] == "INVALID_INPUT"
    assert made["userErrors"][0]["field"] == ["input"]
    assert "exactly one" in made["userErrors"][0]["message"]


# Queries


async def test_deliveries_are_listed_newest_first_by_status(db: str):
    made = await events(*[Action.MARK_JOINED] * 3)
    webhook = await data.webhook()
    for place, status in enumerate((DELIVERED, PENDING, FAILED)):
        await data.delivery(
            webhook,
            made[place],
            place + 1,
            status=status,
            last_status_code=200 + place,
            payload=None if status is PENDING else '{"a":1}',
        )
    await data.delivery(await data.webhook(), made[0], 1)
    ask = """query($id: ID!, $status: [DeliveryStatus!], $after: String) { node(id: $id) {
        ... on Webhook { deliveries(status: $status, first: 2, after: $after) {
            totalCount pageInfo { endCursor hasNextPage } nodes {
            id messageId status event { id } attempts lastStatusCode lastError nextAttemptAt
            payload createdAt } } } } }"""

    async def listed(**variables: Any) -> dict[str, Any]:
        found = await answer(ask, id=encode("Webhook", webhook.pk), **variables)
        return found["node"]["deliveries"]

    page = await listed()
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert [node["status"] for node in page["nodes"]] == ["FAILED", "PENDING"]
    rest = await listed(after=page["pageInfo"]["endCursor"])
    [oldest] = rest["nodes"]
    found = await Delivery.filter(webhook_id=webhook.pk).order_by("position").first()
    assert found is not None
    moment = NOW.isoformat().replace("+00:00", "Z")
    assert oldest == {
        "id": encode("Delivery", found.pk),
        "messageId": "msg_1",
        "status": "DELIVERED",
        "event": {"id": encode("ParticipationEvent", made[0].pk)},
        "attempts": 0,
        "lastStatusCode": 200,
        "lastError": None,
        "nextAttemptAt": None,
        "payload": '{"a":1}',
        "createdAt": moment,
    }
    [waiting] = (await listed(status=["PENDING"]))["nodes"]
    assert (waiting["nextAttemptAt"], waiting["payload"]) == (moment, None)
    assert (await listed(status=["PENDING", "FAILED"]))["totalCount"] == 2


async def test_all_up_to_its_cursor_are_delivered_or_given_up(db: str):
    made = await events(*[Action.MARK_JOINED] * 5)
    known = await cursors()
    webhook = await data.webhook(planned_position=5)
    expected = {
        (DELIVERED, FAILED, DELIVERED): known[4],
        (DELIVERED, FAILED, PENDING): known[2],  # the event before the pending one
        (DELIVERED, PENDING, PENDING): known[1],
        (PENDING, DELIVERED, DELIVERED): None,
    }
    positions = [await position(event) for event in made]
    await Webhook.filter(id=webhook.pk).update(planned_position=positions[4])
    for statuses, cursor in expected.items():
        await Delivery.all().delete()
        for place, status in zip((0, 2, 3), statuses, strict=True):
            await data.delivery(webhook, made[place], positions[place], status=status)
        found = await answer("{ webhooks { cursor } }")
        assert found == {"webhooks": [{"cursor": cursor}]}, statuses


async def position(event: ParticipationEvent) -> int:
    return (await rows("SELECT position FROM feed WHERE event_id = :id", id=event.pk))[0][0]


async def test_a_secret_is_in_no_answer_that_is_stored(db: str):
    text = """mutation($input: CreateWebhookInput!) {
        one: createWebhook(input: $input) { ...P } two: createWebhook(input: $input) { ...P }
    } fragment P on WebhookSecretPayload { secret its: secret webhook { id } }"""
    variables = {"input": {"url": URL}}

    async def call(document: str) -> dict[str, Any]:
        params = Params(document, variables, None)
        context = Context(caller=STAFF, clock=lambda: NOW, webhooks=WEBHOOKS)
        response = await ENGINE.execute(ENGINE.operation(params), params, context, "key")
        return orjson.loads(response.body)["data"]

    first, again = await call(text), await call(text)
    assert await Webhook.all().count() == 2
    secrets = [webhook.secret for webhook in await Webhook.all().order_by("id")]
    assert [first[name]["secret"] for name in ("one", "two")] == secrets
    assert [first[name]["its"] for name in ("one", "two")] == secrets
    nothing = {"secret": None, "its": None}
    assert again == {name: first[name] | nothing for name in ("one", "two")}
    stored = await IdempotencyKey.get()
    for secret in secrets:
        assert secret.encode() not in bytes(stored.response or b"") + bytes(stored.kept or b"")
