"""The rules of retries: the waits, the end of a delivery, and the switching off of a webhook."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from delivery.outbox import Due, Target
from delivery.retries import Attempt, asked_wait, judge, wait
from delivery.sending import Answer
from models.webhook import DeliveryStatus
from tests.data import NOW

PENDING, DELIVERED, FAILED = DeliveryStatus
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(hours=24)
TARGET = Target(1, "https://a.example", "{ cursor }", "s", None, None, 0, None, 0, None)
DUE = Due(1, 1, 1, "msg", 0, 0, None, NOW)
ARRIVED = Answer(204)
BROKEN = Answer(500, error="It answered 500.")


def attempt(
    answer: Answer,
    due: Due = DUE,
    began: datetime = NOW,
    *,
    url: str = TARGET.url,
    ours: bool = False,
) -> Attempt:
    return Attempt(due, began, url, None if ours else "{}", answer)


def test_waits_double_up_to_an_hour_and_are_never_the_same() -> None:
    assert [wait(failures, 0.5) / SECOND for failures in (1, 2, 3, 10)] == [2, 4, 8, 1024]
    assert wait(12, 0.5) == wait(1_000_000, 0.5) == HOUR
    assert (wait(1, 0) / SECOND, wait(1, 1) / SECOND) == (1.5, 2.5)
    spent = sum((wait(failures, 0.5) for failures in range(1, 36)), timedelta())
    assert DAY < spent < DAY + 2 * HOUR  # so an event is tried some 35 times


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0),
        (" 120 ", 120),
        ("999999999999999999999", 3600),
        ("Tue, 24 Nov 2026 09:31:00 GMT", 59.876544),
        ("Tue, 24 Nov 2026 09:31:00", 59.876544),
        ("Tue, 24 Nov 2020 09:31:00 GMT", 0),
        ("Tue, 24 Nov 2099 09:31:00 GMT", 3600),
        ("Tue, 99 Nov 2026 09:31:00 GMT", None),
        ("Tue, 24 Nov 99999999999 09:31:00 GMT", None),
    ],
)
def test_a_receiver_may_ask_for_an_hour_at_most(header: str | None, seconds: float | None) -> None:
    found = asked_wait(header, NOW)
    assert (None if found is None else found / SECOND) == seconds


def test_what_arrived_is_kept_with_what_was_sent() -> None:
    [change], health = judge(TARGET, [attempt(ARRIVED)], NOW, counted_at=None, chance=0.5)
    assert (change.status, change.payload, change.status_code) == (DELIVERED, "{}", 204)
    assert (change.error, change.next_attempt_at, change.failing_since) == (None, None, None)
    assert health is None


def test_what_failed_is_tried_again_later_and_later() -> None:
    due = replace(DUE, attempts=3, failing_since=NOW - HOUR)
    [change], health = judge(TARGET, [attempt(BROKEN, due)], NOW, counted_at=None, chance=0.5)
    assert (change.status, change.payload, change.error) == (PENDING, None, "It answered 500.")
    assert (change.failing_since, change.next_attempt_at) == (NOW - HOUR, NOW + 16 * SECOND)
    assert health is not None
    assert (health.failing_since, health.failures) == (NOW, 1)
    assert (health.paused_until, health.disabled_reason) == (None, None)


def test_an_event_that_failed_for_a_day_while_others_arrived_is_given_up() -> None:
    due = replace(DUE, attempts=30, failing_since=NOW - DAY)
    for target in (TARGET, replace(TARGET, failing_since=NOW - DAY + SECOND)):
        [change], _ = judge(target, [attempt(BROKEN, due)], NOW, counted_at=None, chance=0.5)
        assert (change.status, change.payload) == (FAILED, "{}")
        assert change.next_attempt_at is None
    # Not if all other messages failed too: then the webhook is switched off instead.
    target = replace(TARGET, failing_since=NOW - DAY)
    [change], health = judge(target, [attempt(BROKEN, due)], NOW, counted_at=None, chance=0.5)
    assert change.status is PENDING
    assert health is not None
    reason = "Nothing arrived for 24 hours. The last attempt: It answered 500."
    assert health.disabled_reason == reason
    # Nor one second before the 24 hours are over.
    due = replace(due, failing_since=NOW - DAY + SECOND)
    [change], health = judge(TARGET, [attempt(BROKEN, due)], NOW, counted_at=None, chance=0.5)
    assert change.status is PENDING
    assert health is not None
    assert health.disabled_reason is None


def test_a_receiver_that_is_gone_is_left_alone() -> None:
    gone = Answer(410, error="It answered 410.")
    answers = [attempt(ARRIVED), attempt(gone, replace(DUE, id=2))]
    changes, health = judge(TARGET, answers, NOW, counted_at=None, chance=0.5)
    assert [change.status for change in changes] == [DELIVERED, PENDING]
    assert health is not None
    assert health.disabled_reason is not None
    assert "410" in health.disabled_reason


@pytest.mark.parametrize("answer", [ARRIVED, BROKEN, Answer(410, error="It answered 410.")])
def test_an_address_that_was_replaced_says_nothing_about_the_new_one(answer: Answer) -> None:
    old = attempt(answer, url="https://old.example")
    [change], health = judge(TARGET, [old], NOW, counted_at=None, chance=0.5)
    assert health is None
    assert change.status is (DELIVERED if answer is ARRIVED else PENDING)


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_is_busy_gets_nothing_until_it_asks_for_more(status: int) -> None:
    busy = attempt(Answer(status, "300", "busy"))
    [change], health = judge(TARGET, [busy], NOW, counted_at=None, chance=0.5)
    assert change.next_attempt_at == NOW + timedelta(minutes=5)
    assert health is not None
    assert health.paused_until == NOW + timedelta(minutes=5)
    # A message that was under way and arrives meanwhile does not end the pause.
    paused = replace(TARGET, paused_until=health.paused_until)
    _, health = judge(paused, [attempt(ARRIVED), busy], NOW, counted_at=None, chance=0.5)
    assert health is None or health.paused_until == paused.paused_until


def test_another_error_with_a_time_delays_its_own_message_alone() -> None:
    slow = attempt(Answer(500, "300", "broken"))
    [change], health = judge(TARGET, [slow], NOW, counted_at=None, chance=0.5)
    assert change.next_attempt_at == NOW + timedelta(minutes=5)
    assert health is not None
    assert health.paused_until is None


def test_a_receiver_at_which_all_fails_is_only_tried_now_and_then() -> None:
    target, pauses = TARGET, list[timedelta | None]()
    for second in range(14):
        now = NOW + second * SECOND
        _, health = judge(target, [attempt(BROKEN, began=now)], now, counted_at=None, chance=0.5)
        assert health is not None
        until = health.paused_until
        pauses.append(None if until is None or second < 4 else until - now)
        target = replace(target, failing_since=health.failing_since, failures=health.failures)
    assert pauses[:4] == [None] * 4
    seconds = [pause / SECOND for pause in pauses[4:] if pause is not None]
    assert seconds == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    _, health = judge(target, [attempt(ARRIVED)], NOW, counted_at=None, chance=0.5)
    assert health is not None
    assert (health.failures, health.failing_since, health.has_recovered) == (0, None, True)


def test_attempts_that_were_under_way_together_count_as_one_failure() -> None:
    _, health = judge(TARGET, [attempt(BROKEN)] * 9, NOW, counted_at=None, chance=0.5)
    assert health is not None
    assert health.failures == 1
    late = attempt(BROKEN, began=NOW - SECOND)
    _, health = judge(TARGET, [late], NOW, counted_at=NOW, chance=0.5)
    assert health is not None
    assert health.failures == 0


def test_a_payload_that_cannot_be_made_is_not_the_receivers_fault() -> None:
    ours = attempt(Answer(error="It could not be made."), ours=True)
    [change], health = judge(TARGET, [ours], NOW, counted_at=None, chance=0.5)
    assert (change.status, health) == (PENDING, None)
    since = replace(DUE, failing_since=NOW - DAY)
    [change], _ = judge(TARGET, [replace(ours, due=since)], NOW, counted_at=None, chance=0.5)
    assert change.status is FAILED


def test_what_comes_of_attempts_counts_while_the_webhook_is_switched_off() -> None:
    due = replace(DUE, failing_since=NOW - 2 * DAY)
    answers = [attempt(ARRIVED), attempt(BROKEN, due)]
    changes, health = judge(None, answers, NOW, counted_at=None, chance=0.5)
    assert [change.status for change in changes] == [DELIVERED, PENDING]
    assert health is None
