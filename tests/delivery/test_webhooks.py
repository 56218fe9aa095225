"""Webhooks from event to receiver, in one process: real HTTP and databases, but a set clock."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from asyncpg.exceptions import LockNotAvailableError
from starlette.responses import Response

from delivery import outbox, webhooks
from delivery.addresses import Allowed
from delivery.retries import MANY_FAILURES
from delivery.selections import Selections
from delivery.sending import Sender
from delivery.sequencer import catch_up
from delivery.webhooks import MAX_SENDING, Shift
from models.participation import Participation, ParticipationEvent
from models.webhook import Delivery, DeliveryStatus, Webhook
from resolvers.ids import encode
from schema import schema
from telemetry.metrics import WEBHOOK_GIVEN_UP, WEBHOOK_OLDEST
from tests import data
from tests.data import NOW
from tests.delivery.receiving import Received, Receiver, answering, receiving
from tests.engine import STAFF, answer, mutate
from workflow.enums import Action, ParticipationStatus, Platform

PENDING, DELIVERED, FAILED = DeliveryStatus
HERE = Allowed.read(["127.0.0.1"])
SELECTIONS = Selections(schema)
HOUR = timedelta(hours=1)


class Stage:
    """A deliverer with a clock that the test sets, and its receiver."""

    def __init__(self, receiver: Receiver, shift: Shift) -> None:
        self.receiver = receiver
        self.shift = shift
        self.now = NOW

    async def until(self, done: Callable[[], Any]) -> None:
        """Take turns until this returns true."""
        async with asyncio.timeout(20):
            while not done():
                await self.turn()

    async def turn(self) -> None:
        """Take one turn, and wait a little for its messages."""
        await catch_up()
        await self.shift.turn()
        await self.shift.rest()

    async def settle(self) -> None:
        """Take turns until nothing is being sent any more."""
        quiet = 0
        async with asyncio.timeout(20):
            while quiet < 2:
                await self.turn()
                quiet = 0 if self.shift._sending else quiet + 1  # pyright: ignore[reportPrivateUsage]

    async def webhook(self, **given: Any) -> Webhook:
        """A webhook with the URL of this receiver."""
        return await data.webhook(**{"url": self.receiver.url, **given})


@asynccontextmanager
async def staged(receiver: Receiver) -> AsyncGenerator[Stage]:
    """Begin a shift, and end it like the death of the process."""
    allowed = Allowed(HERE.hosts, HERE.networks, ("http",))
    stages = list[Stage]()

    def clock() -> datetime:
        return stages[0].now if stages else NOW

    async with Sender(allowed, 5) as sender:
        try:
            async with asyncio.TaskGroup() as group:
                stages.append(Stage(receiver, Shift(SELECTIONS, sender, clock, group)))
                yield stages[0]
                raise _OverError  # noqa: TRY301
        except* _OverError:
            pass


class _OverError(Exception):
    """An error that ends the tasks of a group."""


@pytest.fixture
async def stage(db: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Stage]:
    """A deliverer and a receiver."""
    monkeypatch.setattr(webhooks, "TICK_SECONDS", 0.02)
    async with receiving() as receiver, staged(receiver) as stage:
        yield stage


async def part() -> Participation:
    person = await data.influencer((Platform.TIKTOK, 10))
    return await data.participation(await data.campaign(), person, ParticipationStatus.WAITING)


async def events(*parts: Participation, action: Action = Action.MARK_JOINED) -> list[str]:
    """Make an event of each participation; return their global ids, when they are in the feed."""
    made = [await data.event(each, action) for each in parts]
    await catch_up()
    return [gid(event) for event in made]


async def again(webhook: Webhook, delivery: Delivery) -> None:
    """Call `redeliver` for a delivery."""
    ids = {"id": encode("Webhook", webhook.pk), "deliveryId": encode("Delivery", delivery.pk)}
    made = await mutate("redeliver", "userErrors { code }", STAFF, dry=False, **ids)
    assert made == {"userErrors": []}


def gid(event: ParticipationEvent) -> str:
    return encode("ParticipationEvent", event.pk)


def told(receiver: Receiver) -> list[str]:
    return [received.data["event"]["id"] for received in receiver.got]


def oldest() -> float:
    [(_, _, [seconds])] = WEBHOOK_OLDEST.samples()
    return seconds


def given_up_in_all() -> float:
    return sum(value for _, _, [value] in WEBHOOK_GIVEN_UP.samples())


async def statuses() -> list[str]:
    return [each.status for each in await Delivery.all().order_by("position")]


async def test_what_a_webhook_is_for_is_sent_as_its_selection_says(stage: Stage):
    ours, theirs = await part(), await part()
    await stage.webhook(campaign_id=ours.campaign_id, actions=["APPROVE", "REJECT"])
    await events(ours, theirs)
    [wanted] = await events(ours, action=Action.APPROVE)
    await events(theirs, action=Action.APPROVE)
    await stage.settle()
    [received] = stage.receiver.got
    body = orjson.loads(received.body)
    assert body["type"] == "participation.changed"
    assert body["timestamp"] == NOW.isoformat().replace("+00:00", "Z")
    assert body["data"] == received.data
    assert received.data["event"] == {"id": wanted, "action": "APPROVE"}
    assert received.data["participation"]["id"] == encode("Participation", ours.pk)
    [delivery] = await Delivery.all()
    assert (delivery.status, delivery.payload) == (DELIVERED, received.body)
    assert (delivery.message_id, delivery.attempts) == (received.id, 1)
    assert (delivery.last_status_code, delivery.last_error) == (204, None)
    feed = await answer("{ participationEvents { pageInfo { endCursor } } webhooks { cursor } }")
    assert feed["webhooks"] == [{"cursor": feed["participationEvents"]["pageInfo"]["endCursor"]}]


async def test_it_reads_with_the_eyes_of_staff(stage: Stage):
    ours = await part()
    await stage.webhook(selection="event { reason actorId influencer { email } }")
    await events(ours, action=Action.SET_AVAILABILITY)
    await stage.settle()
    [received] = stage.receiver.got
    assert received.data["event"]["reason"] == "why"
    assert all(received.data["event"]["influencer"].values())


async def test_one_after_the_other_for_a_participation_and_all_others_meanwhile(stage: Stage):
    slow, *others = [await part() for _ in range(5)]
    first, second = await events(slow, slow)
    rest = await events(*others)
    gate = asyncio.Event()

    async def answer(received: Received) -> Response:
        if received.data["event"]["id"] == first:
            await gate.wait()
        return Response()

    stage.receiver.answer = answer
    await stage.webhook()
    await stage.until(lambda: len(stage.receiver.got) == 5)
    for _ in range(3):
        await stage.turn()
    assert sorted(told(stage.receiver)) == sorted([first, *rest])
    gate.set()
    await stage.settle()
    assert told(stage.receiver)[5:] == [second]
    assert set(await statuses()) == {DELIVERED}


async def test_no_more_than_so_many_are_under_way_to_one_receiver(stage: Stage):
    parts = [await part() for _ in range(MAX_SENDING + 3)]
    stage.receiver.answer = stage.receiver.hang
    await stage.webhook()
    await events(*parts)
    await stage.until(lambda: len(stage.receiver.got) == MAX_SENDING)
    for _ in range(3):
        await stage.turn()
    assert len(stage.receiver.got) == MAX_SENDING


async def test_receivers_that_hang_leave_a_connection_for_each_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhooks, "MAX_CONNECTIONS", 12)
    hung = asyncio.Event()

    async def hang(_: Received) -> Response:
        await hung.wait()
        return Response()

    async with receiving() as hanging:
        hanging.answer = hang
        for _ in range(3):
            await stage.webhook(url=hanging.url)
        await stage.webhook()
        await events(*[await part() for _ in range(6)])
        await stage.until(lambda: len(stage.receiver.got) == 6)
        hung.set()
        await stage.settle()


async def test_what_fails_holds_up_its_own_participation_alone(stage: Stage):
    bad, good = await part(), await part()
    first, second = await events(bad, bad)
    [other] = await events(good)

    async def answer(received: Received) -> Response:
        return Response(status_code=500 if received.data["event"]["id"] == first else 200)

    stage.receiver.answer = answer
    await stage.webhook()
    await stage.settle()
    assert sorted(told(stage.receiver)) == sorted([first, other])
    assert await statuses() == [PENDING, PENDING, DELIVERED]
    failed = await Delivery.all().order_by("position").first()
    assert failed is not None
    assert failed.next_attempt_at is not None
    assert failed.next_attempt_at > NOW
    assert (failed.attempts, failed.last_status_code, failed.payload) == (1, 500, None)
    assert failed.last_error == "The receiver answered 500."
    stage.receiver.answer = answering(200)
    stage.now += timedelta(seconds=3)
    await stage.settle()
    assert told(stage.receiver)[2:] == [first, second]
    assert len({stage.receiver.ids[told(stage.receiver).index(first)], stage.receiver.ids[2]}) == 1


async def test_an_event_is_given_up_after_a_day_and_its_followers_go_on(
    stage: Stage, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("WARNING")  # another test may have left another level
    before = given_up_in_all()
    bad, good = await part(), await part()
    [first, _] = await events(bad, bad)

    async def answer(received: Received) -> Response:
        return Response(status_code=500 if received.data["event"]["id"] == first else 200)

    stage.receiver.answer = answer
    webhook = await stage.webhook()
    for _ in range(26):
        await events(good)
        await stage.settle()
        stage.now += 1.3 * HOUR
    assert (await statuses())[:2] == [FAILED, DELIVERED]
    given_up = await Delivery.all().order_by("position").first()
    assert given_up is not None
    assert given_up.payload is not None
    told_why = f"the message {given_up.message_id} was given up: The receiver answered 500."
    assert caplog.text.count(f"the webhook {webhook.pk}: {told_why}") == 1
    assert given_up_in_all() == before + 1
    assert (await Webhook.get(id=webhook.pk)).is_enabled
    # After `redeliver` it is sent again, with the same id.
    stage.receiver.answer = answering(200)
    sent = len(stage.receiver.got)
    ids: dict[str, Any] = {
        "id": encode("Webhook", webhook.pk),
        "deliveryId": encode("Delivery", given_up.pk),
    }
    await mutate("redeliver", "userErrors { code }", **ids)
    await stage.settle()
    assert told(stage.receiver)[sent:] == [first]
    assert stage.receiver.ids[sent] == given_up.message_id


async def test_after_a_day_without_any_success_it_is_switched_off_and_goes_on_later(
    stage: Stage, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("WARNING")  # another test may have left another level
    ours = await part()
    made = await events(ours, ours)
    stage.receiver.answer = answering(500)
    webhook = await stage.webhook(url=f"{stage.receiver.url}?key=private")
    await stage.settle()
    for _ in range(20):
        stage.now += 1.3 * HOUR
        await stage.settle() if (await Webhook.get(id=webhook.pk)).is_enabled else None
    await webhook.refresh_from_db()
    assert not webhook.is_enabled
    reason = "Nothing arrived for 24 hours. The last attempt: The receiver answered 500."
    assert webhook.disabled_reason == reason
    assert f"the webhook {webhook.pk} is switched off: {reason}" in caplog.text
    assert "private" not in caplog.text
    assert webhook.secret not in caplog.text
    assert await statuses() == [PENDING, PENDING]
    late = await events(ours)
    sent = len(stage.receiver.got)
    await stage.turn()
    assert len(stage.receiver.got) == sent
    stage.receiver.answer = answering(200)
    gid = encode("Webhook", webhook.pk)
    await mutate("updateWebhook", "userErrors { code }", id=gid, isEnabled=True)
    await stage.settle()
    assert told(stage.receiver)[sent:] == made + late


async def test_a_receiver_that_is_gone_is_switched_off_at_once(stage: Stage):
    stage.receiver.answer = answering(410)
    webhook = await stage.webhook()
    await events(await part())
    await stage.until(lambda: stage.receiver.got)
    await stage.turn()
    await webhook.refresh_from_db()
    assert (webhook.is_enabled, await statuses()) == (False, [PENDING])
    assert webhook.disabled_reason == "The receiver answered 410: it is gone for good."


async def test_a_selection_that_is_valid_no_more_switches_it_off(stage: Stage):
    fine = await stage.webhook()
    webhook = await stage.webhook(selection="{ event { id gone } }")
    await events(await part())
    await stage.until(lambda: stage.receiver.got)
    await stage.turn()
    await webhook.refresh_from_db()
    assert not webhook.is_enabled
    assert webhook.disabled_reason is not None
    assert webhook.disabled_reason.startswith("The selection is not valid any more: Cannot query")
    assert (await Webhook.get(id=fine.pk)).is_enabled


async def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks(stage: Stage):
    stage.receiver.answer = answering(429, 200, Retry_After="600")
    await stage.webhook()
    await events(await part())
    await stage.settle()
    await events(await part())
    stage.now += timedelta(seconds=590)
    await stage.turn()
    await stage.turn()
    assert len(stage.receiver.got) == 1
    stage.now += timedelta(seconds=15)
    await stage.settle()
    assert len(stage.receiver.got) == 3


async def test_a_receiver_that_fails_altogether_is_tried_by_one_and_then_gets_all(stage: Stage):
    stage.receiver.answer = answering(500)
    webhook = await stage.webhook()
    await events(*[await part() for _ in range(8)])
    for _ in range(12):
        await stage.settle()
        stage.now += timedelta(seconds=20)
        await webhook.refresh_from_db()
        if webhook.failures >= MANY_FAILURES:
            break
    await webhook.refresh_from_db()
    assert webhook.failures >= MANY_FAILURES
    assert webhook.paused_until is not None
    stage.receiver.answer = answering(200)
    sent = len(stage.receiver.got)
    stage.now = webhook.paused_until + timedelta(minutes=5)
    await stage.until(lambda: len(stage.receiver.got) > sent)
    await stage.settle()
    assert set(await statuses()) == {DELIVERED}
    assert len(stage.receiver.got) == sent + 8


async def test_all_from_a_cursor_are_sent_again_also_those_before_its_time(stage: Stage):
    ours = await part()
    made = await events(ours, ours, ours)
    webhook = await stage.webhook()
    await stage.settle()
    assert told(stage.receiver) == made
    await Delivery.filter(position=1).delete()  # as the sweep does
    ids = stage.receiver.ids
    feed = await answer("{ participationEvents { edges { cursor } } }")
    first = feed["participationEvents"]["edges"][0]["cursor"]
    given: dict[str, Any] = {"id": encode("Webhook", webhook.pk), "from": first}
    await mutate("redeliver", "userErrors { code }", **given)
    await stage.settle()
    assert told(stage.receiver)[3:] == made[1:]
    assert stage.receiver.ids[3:] == ids[1:]
    await Webhook.filter(id=webhook.pk).update(planned_position=0)
    await stage.settle()
    assert told(stage.receiver)[5:] == made
    assert stage.receiver.ids[5:] == ids


async def test_what_was_asked_for_again_while_it_was_sent_is_sent_again(stage: Stage):
    gate = asyncio.Event()

    async def answer(received: Received) -> Response:
        if not received.place:
            await gate.wait()
        return Response()

    stage.receiver.answer = answer
    webhook = await stage.webhook()
    [event] = await events(await part())
    await stage.until(lambda: stage.receiver.got)
    delivery = await Delivery.get()
    ids: dict[str, Any] = {
        "id": encode("Webhook", webhook.pk),
        "deliveryId": encode("Delivery", delivery.pk),
    }
    await mutate("redeliver", "userErrors { code }", **ids)
    gate.set()
    await stage.settle()
    assert told(stage.receiver) == [event, event]


async def test_what_is_asked_for_again_is_not_said_to_wait_since_it_was_made(stage: Stage):
    webhook = await stage.webhook()
    await events(await part())
    await stage.settle()
    stage.now += 48 * HOUR
    stage.receiver.answer = answering(500)
    await again(webhook, await Delivery.get())
    await stage.turn()
    assert oldest() == 0
    await stage.settle()
    stage.now += HOUR
    await stage.turn()
    assert oldest() == HOUR.total_seconds()


async def test_a_webhook_that_cannot_be_served_leaves_others_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    spoiled, fine = await stage.webhook(), await stage.webhook()
    record = outbox.record

    async def fails_for_one(webhook: int, *given: Any) -> Any:
        if webhook == spoiled.pk:
            raise OverflowError
        return await record(webhook, *given)

    monkeypatch.setattr(outbox, "record", fails_for_one)
    await events(await part())
    await stage.until(lambda: len(stage.receiver.got) == 2)
    for _ in range(5):
        await stage.turn()
    assert len(stage.receiver.got) == 2  # nor is it sent again and again
    assert [each.status for each in await Delivery.filter(webhook_id=fine.pk)] == [DELIVERED]
    assert f"the webhook {spoiled.pk} could not be served" in caplog.text


@pytest.mark.parametrize("which", [0, 1])
async def test_a_webhook_whose_rows_are_locked_for_long_leaves_others_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, which: int
):
    made = [await stage.webhook() for _ in range(2)]
    locked, fine = made[which], made[1 - which]
    record, gate = outbox.record, asyncio.Event()

    async def locked_for_one(webhook: int, *given: Any) -> Any:
        if webhook == locked.pk:
            raise LockNotAvailableError
        return await record(webhook, *given)

    async def answer(_received: Received) -> Response:
        await gate.wait()
        return Response()

    monkeypatch.setattr(outbox, "record", locked_for_one)
    stage.receiver.answer = answer
    await events(await part())
    await stage.until(lambda: len(stage.receiver.got) == 2)
    gate.set()
    async with asyncio.timeout(10):
        while (await Delivery.get(webhook_id=fine.pk)).status != DELIVERED:
            with suppress(LockNotAvailableError):
                await stage.turn()
    for _ in range(3):
        with pytest.raises(LockNotAvailableError):  # so that the worker tells of the outage
            await stage.turn()
    assert len(stage.receiver.got) == 2


async def test_a_deliverer_that_dies_at_any_time_loses_nothing(db: str):
    ours = await part()
    made = await events(ours, ours)
    async with receiving() as receiver:
        receiver.answer = receiver.hang
        async with staged(receiver) as stage:
            await stage.webhook()
            await stage.until(lambda: receiver.got)
        receiver.answer = answering(200)
        async with staged(receiver) as stage:
            await stage.settle()
        assert told(receiver) == [made[0], *made]
        assert receiver.ids[0] == receiver.ids[1]


async def test_two_deliverers_at_once_only_send_some_twice(db: str):
    parts = [await part() for _ in range(3)]
    made = await events(*parts, *parts)
    async with receiving() as receiver, staged(receiver) as one, staged(receiver) as other:
        await one.webhook()
        await asyncio.gather(one.settle(), other.settle())
        await one.settle()
        await other.settle()
        firsts = list(dict.fromkeys(told(receiver)))
        assert sorted(firsts) == sorted(made)
        for before, after in zip(made[:3], made[3:], strict=True):
            assert firsts.index(before) < firsts.index(after)
        assert len(set(receiver.ids)) == 6
        assert await statuses() == [DELIVERED] * 6


async def test_no_payload_of_an_erased_influencer_is_kept(stage: Stage):
    gate = asyncio.Event()

    async def answer(_: Received) -> Response:
        await gate.wait()
        return Response()

    stage.receiver.answer = answer
    await stage.webhook()
    await events(await part())
    await stage.until(lambda: stage.receiver.got)
    await Delivery.all().update(is_erased=True)
    gate.set()
    await stage.settle()
    [delivery] = await Delivery.all()
    assert (delivery.status, delivery.payload) == (DELIVERED, None)


async def test_it_plans_only_so_far_ahead(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox, "MAX_AHEAD", 4)
    monkeypatch.setattr(outbox, "MAX_PLANNED", 2)
    stage.receiver.answer = stage.receiver.hang
    await stage.webhook()
    ours = await part()
    made = await events(*[ours] * 9)
    for _ in range(8):
        await stage.turn()
    assert 4 <= await Delivery.all().count() <= 5
    stage.receiver.is_over.set()
    await stage.settle()
    assert list(dict.fromkeys(told(stage.receiver))) == made


async def test_what_is_old_is_swept_and_what_waits_is_not(stage: Stage):
    ours = await part()
    await events(ours, ours, ours)
    found = await ParticipationEvent.all().order_by("id")
    off, deleted = await stage.webhook(is_enabled=False), await stage.webhook(is_enabled=False)
    old = NOW - timedelta(days=30, seconds=1)
    for place, (status, created_at) in enumerate(
        [(DELIVERED, old), (PENDING, old), (FAILED, NOW - timedelta(days=29))]
    ):
        await data.delivery(off, found[place], place + 1, status=status, created_at=created_at)
    await data.delivery(deleted, found[0], 1)
    await Webhook.filter(id=deleted.pk).update(deleted_at=NOW - HOUR)
    await stage.turn()
    kept = await Delivery.all().order_by("position")
    assert [(each.webhook_id, each.status) for each in kept] == [
        (off.pk, PENDING),
        (off.pk, FAILED),
    ]
    assert [each.pk for each in await Webhook.all()] == [off.pk]
