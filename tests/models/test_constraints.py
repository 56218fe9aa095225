"""What the databases refuse by themselves, whatever the code above them does."""

import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pytest
from tortoise.exceptions import IntegrityError

from database.session import connection, rows
from models.participation import PostFinding
from tests import data
from workflow.enums import (
    Action,
    Finding,
    ParticipationStatus,
    PlanStatus,
    Platform,
    PostStatus,
    Role,
)

Break = Callable[[], Awaitable[Any]]


async def _broken(statement: str) -> None:
    """Run a statement that the database must refuse."""
    with pytest.raises((sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)):
        await rows(statement)


@pytest.mark.parametrize(
    "change",
    [
        "type = 'OTHER'",
        "status = 'OTHER'",
        "platforms = 0",
        "type = 'NORMAL'",
        "type = 'AFFILIATE'",
        "affiliate_kind = 'URL_TRACKING'",
        "type = 'AFFILIATE', affiliate_kind = 'OTHER'",
        "post_tracking = false",
        "followers_min = -1",
        "followers_min = 10, followers_max = 9",
        "places_taken = -1",
        "capacity = 3, places_taken = 4",
        "codes_given = -1",
        "codes_total = 3, codes_given = 4",
    ],
)
async def test_a_campaign_that_must_never_be_is_refused(db: str, change: str) -> None:
    campaign = await data.campaign(capacity=5)

    await _broken(f"UPDATE campaign SET {change} WHERE id = {campaign.id}")


async def test_more_places_than_the_capacity_are_refused(db: str) -> None:
    campaign = await data.campaign(capacity=1, places_taken=1)

    await _broken(f"UPDATE campaign SET places_taken = places_taken + 1 WHERE id = {campaign.id}")


@pytest.mark.parametrize(
    "change", ["status = 'OTHER'", "origin = 'OTHER'", "round = 0", "version = 0"]
)
async def test_a_participation_that_must_never_be_is_refused(db: str, change: str) -> None:
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.WAITING
    )

    await _broken(f"UPDATE participation SET {change} WHERE id = {part.id}")


async def test_an_influencer_takes_part_in_a_campaign_once(db: str) -> None:
    campaign, person = await data.campaign(), await data.influencer()
    await data.participation(campaign, person, ParticipationStatus.REMOVED)

    with pytest.raises(IntegrityError):
        await data.participation(campaign, person, ParticipationStatus.WAITING)


async def test_a_connected_account_belongs_to_one_influencer(db: str) -> None:
    first, second = await data.influencer(), await data.influencer()
    await data.account(first, Platform.TIKTOK, 10, external_id="same")

    with pytest.raises(IntegrityError):
        await data.account(second, Platform.TIKTOK, 10, external_id="same")
    await data.account(second, Platform.X, 10, external_id="same")
    await data.account(second, Platform.TIKTOK, 10, external_id="same", disconnected_at=data.NOW)


@pytest.mark.parametrize("change", ["platform = 0", "platform = 8", "followers = -1"])
async def test_an_account_that_must_never_be_is_refused(db: str, change: str) -> None:
    person = await data.influencer((Platform.X, 5))

    await _broken(f"UPDATE social_account SET {change} WHERE influencer_id = {person.id}")


@pytest.mark.parametrize(
    "change",
    [
        "status = 'OTHER'",
        "status = 'WARNING'",
        "warning = 'AD_FRAUD'",
        "source = 'OTHER'",
        "decided_status = 'OTHER'",
        "decided_status = 'WARNING'",
        "decided_warning = 'AD_FRAUD'",
        "decided_status = 'WARNING', decided_warning = 'ANY'",
    ],
)
async def test_a_post_that_must_never_be_is_refused(db: str, change: str) -> None:
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
    )
    post = await data.post(part)

    await _broken(f"UPDATE post SET {change} WHERE id = {post.id}")


async def test_a_campaign_has_one_live_post_of_a_url(db: str) -> None:
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
    )
    for _ in range(2):
        await data.post(part, PostStatus.INEFFECTIVE, url="https://x.com/a/status/1")
    await data.post(part, url="https://x.com/a/status/1")

    with pytest.raises(IntegrityError):
        await data.post(part, url="https://x.com/a/status/1")


async def test_staff_say_one_thing_about_an_influencer(db: str) -> None:
    campaign, person = await data.campaign(), await data.influencer()
    await data.override(campaign, person, "AVAILABLE")

    with pytest.raises(IntegrityError):
        await data.override(campaign, person, "UNAVAILABLE")
    await _broken("UPDATE availability_override SET availability = 'OTHER'")


async def test_a_code_is_in_a_campaign_once_and_has_a_place_in_its_order(db: str) -> None:
    campaign = await data.referral_campaign("a", "b")

    for number, code in ((3, "a"), (2, "c"), (0, "d"), (4, "")):
        await _broken(
            "INSERT INTO referral_code (campaign_id, number, code)"
            f" VALUES ({campaign.pk}, {number}, '{code}')"
        )
    await data.referral_campaign("a")
    await data.ReferralCode.create(campaign_id=campaign.pk, number=3, code="A")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE referral_code SET code = 'other'", "DELETE FROM referral_code"],
)
async def test_a_code_stays_as_it_was_added(db: str, statement: str) -> None:
    await data.referral_campaign("a")

    await _broken(statement)


async def test_a_code_stays_with_the_participation_that_was_given_it(db: str) -> None:
    campaign = await data.referral_campaign("a", "b")
    first, second = [code.pk for code in await data.ReferralCode.all().order_by("number")]
    status = ParticipationStatus.JOINED
    given = await data.participation(
        campaign, await data.influencer(), status, referral_code_id=first
    )
    other = await data.participation(campaign, await data.influencer(), status)

    for value in (second, "NULL"):
        await _broken(f"UPDATE participation SET referral_code_id = {value} WHERE id = {given.pk}")
    await _broken(f"UPDATE participation SET referral_code_id = {first} WHERE id = {other.pk}")
    await _broken(f"UPDATE participation SET referral_code_id = 999 WHERE id = {other.pk}")
    await rows(f"UPDATE participation SET referral_code_id = {second} WHERE id = {other.pk}")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE participation_event SET reason = 'other'", "DELETE FROM participation_event"],
)
async def test_history_is_only_added_to(db: str, statement: str) -> None:
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.WAITING
    )
    await data.event(part, Action.MARK_JOINED)

    await _broken(statement)


ERASING = "reason = NULL, message = NULL"


async def _history_of_someone(
    erased_at: datetime | None, action: Action = Action.WITHDRAW, **event: Any
) -> None:
    person = await data.influencer(erased_at=erased_at)
    part = await data.participation(await data.campaign(), person, ParticipationStatus.WAITING)
    await data.event(part, action, **event)


async def test_of_somebody_erased_the_history_loses_texts_and_their_name(db: str) -> None:
    await _history_of_someone(data.NOW, actor_role=Role.INFLUENCER)
    [before] = await data.ParticipationEvent.all().values()
    for change in ("reason = NULL", "message = NULL, reason = reason", "actor_name = NULL"):
        await rows(f"UPDATE participation_event SET {change}")
    [after] = await data.ParticipationEvent.all().values()
    assert after == before | {"reason": None, "message": None, "actor_name": None}


async def test_no_text_of_somebody_erased_becomes_another(db: str) -> None:
    await _history_of_someone(data.NOW, actor_role=Role.INFLUENCER)
    for _ in range(2):
        for column in ("reason", "message", "actor_name"):
            for text in ("'other'", "''"):
                await _broken(f"UPDATE participation_event SET {column} = {text}")
        await rows(f"UPDATE participation_event SET {ERASING}, actor_name = NULL")


async def test_nothing_else_of_the_history_goes_along_with_an_erasure(db: str) -> None:
    """An erasure cannot change any other column, also one that a later migration adds."""
    await _history_of_someone(data.NOW, actor_role=Role.INFLUENCER, decision="[1]")
    dialect = connection().capabilities.dialect
    listed = {
        "sqlite": "SELECT name FROM pragma_table_info('participation_event')",
        "postgres": "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'participation_event'",
    }
    columns = {name for [name] in await rows(listed[dialect])}
    others = columns - {"reason", "message", "actor_name"}
    assert {"id", "xid", "action", "actor_id", "occurred_at", "decision"} < others
    texts = {"action", "from_status", "to_status", "actor_role", "actor_id", "decision"}
    emptied = {"participation_id", "decision"}
    for column in others:
        other = "'2020-01-01 00:00:00+00:00'" if column == "occurred_at" else "7777"
        values = ("'STAFF'",) if column in texts else (other,)
        for value in (*values, *(["NULL"] if column in emptied else [])):
            await _broken(f"UPDATE participation_event SET {ERASING}, {column} = {value}")
    assert await data.ParticipationEvent.filter(reason="why", message="hello").count() == 1


@pytest.mark.parametrize(
    ("erased", "event", "change"),
    [
        (None, {}, ERASING),
        (data.NOW, {}, f"{ERASING}, actor_name = NULL"),  # the name of staff
        (data.NOW, {"action": Action.ERASE}, ERASING),  # the reason of the erasure itself
    ],
)
async def test_only_an_erasure_takes_texts_out_of_the_history(
    db: str, erased: datetime | None, event: dict[str, Any], change: str
) -> None:
    await _history_of_someone(erased, **event)

    await _broken(f"UPDATE participation_event SET {change}")
    await _broken("DELETE FROM participation_event")


async def test_findings_are_only_added_and_each_once(db: str) -> None:
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.JOINED
    )
    post = await data.post(part)
    seen: dict[str, Any] = {
        "post_id": post.pk,
        "finding": Finding.AD_FRAUD,
        "is_over": False,
        "observed_at": data.NOW,
        "received_at": data.NOW,
    }

    async def keep(**other: Any) -> None:
        await PostFinding.create(**dict(seen, **other))

    await keep()
    await keep(is_over=True)
    with pytest.raises(IntegrityError):
        await keep()
    with pytest.raises(IntegrityError):
        await keep(received_at=data.NOW + timedelta(hours=1))
    await _broken("UPDATE post_finding SET is_over = true")
    await _broken("DELETE FROM post_finding")
    columns = "(post_id, finding, is_over, observed_at, received_at)"
    other = "SELECT post_id, 'OTHER', is_over, observed_at, received_at FROM post_finding"
    await _broken(f"INSERT INTO post_finding {columns} {other}")


@pytest.mark.parametrize("table", ["influencer", "campaign", "participation", "social_account"])
async def test_what_something_refers_to_stays(db: str, table: str) -> None:
    person = await data.influencer((Platform.X, 5))
    accounts = await rows("SELECT id FROM social_account")
    part = await data.participation(
        await data.campaign(),
        person,
        ParticipationStatus.WAITING,
        selected_account_id=accounts[0][0],
    )
    await data.event(part, Action.MARK_JOINED)

    await _broken(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "change",
    ["action = 'OTHER'", "from_status = 'OTHER'", "to_status = 'OTHER'", "actor_role = 'OTHER'"],
)
async def test_an_event_that_must_never_be_is_refused(db: str, change: str) -> None:
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.WAITING
    )
    column, value = change.split(" = ")
    columns = {
        "campaign_id": part.campaign_id,
        "influencer_id": part.influencer_id,
        "action": "'APPLY'",
        "from_status": "NULL",
        "to_status": "'APPLIED'",
        "actor_role": "'STAFF'",
        "actor_id": "'s'",
        "occurred_at": f"'{data.NOW.isoformat(' ')}'",
    }
    good = columns | {column: columns[column]}
    bad = columns | {column: value}
    await rows(_insert(good))

    await _broken(_insert(bad))


def _insert(columns: dict[str, Any]) -> str:
    values = ", ".join(map(str, columns.values()))
    return f"INSERT INTO participation_event ({', '.join(columns)}) VALUES ({values})"


@pytest.mark.parametrize("change", ["planned_position = -1", "failures = -1"])
async def test_a_webhook_that_must_never_be_is_refused(db: str, change: str) -> None:
    webhook = await data.webhook()

    await _broken(f"UPDATE webhook SET {change} WHERE id = {webhook.id}")


@pytest.mark.parametrize(
    "change",
    [
        "status = 'OTHER'",
        "next_attempt_at = NULL",
        "status = 'DELIVERED'",
        "payload = '{}'",
        "status = 'FAILED', next_attempt_at = NULL, payload = '{}', is_erased = true",
    ],
)
async def test_a_delivery_that_must_never_be_is_refused(db: str, change: str) -> None:
    part = await data.participation(
        await data.campaign(), await data.influencer(), ParticipationStatus.WAITING
    )
    event, webhook = await data.event(part, Action.MARK_JOINED), await data.webhook()
    delivery = await data.delivery(webhook, event, 1)

    await _broken(f"UPDATE delivery SET {change} WHERE id = {delivery.id}")
    with pytest.raises(IntegrityError):
        await data.delivery(webhook, event, 1)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'APPLY'",
        "status = 'OTHER'",
        "status = 'FAILED'",
        "error = 'TOO_MANY_ITEMS'",
        "status = 'FAILED', error = 'NOT_FOUND'",
        "changes = NULL",
        "changes = -1",
        "unchanged = -1",
        "refused = -1",
        "changed = -1",
        "drifted = -1",
        "changed = 2, drifted = 2",
        "status = 'APPLIED'",
        "status = 'APPLIED', changed = 1, drifted = 1",
        "undoes_id = 999",
        "campaign_id = 999",
    ],
)
async def test_a_plan_that_must_never_be_is_refused(db: str, change: str) -> None:
    counts = {"changes": 3, "unchanged": 0, "refused": 0}
    await data.plan(await data.campaign(), status=PlanStatus.READY, **counts)

    await _broken(f"UPDATE plan SET {change}")
    await rows("UPDATE plan SET status = 'APPLIED', changed = 2, drifted = 1")


async def test_one_plan_of_a_campaign_is_applied_at_a_time(db: str) -> None:
    campaign = await data.campaign()
    given = {"status": PlanStatus.APPLYING, "changes": 1, "unchanged": 0, "refused": 0}
    await data.plan(campaign, **given)
    await data.plan(await data.campaign(), **given)

    with pytest.raises(IntegrityError):
        await data.plan(campaign, **given)


@pytest.mark.parametrize(
    "values",
    [
        "1, 0, 5, 1, NULL",
        "1, 1, 5, 1, NULL",
        "1, 2, 5, 4, NULL",
        "1, 2, 5, 3, NULL",
        "1, 2, 5, 1, 2",
    ],
)
async def test_an_item_that_must_never_be_is_refused(db: str, values: str) -> None:
    """At place 0; at a place that is taken; of no known outcome; refused without a code, or not."""
    plan = await data.plan(await data.campaign())
    await data.plan_item(plan, 1, 5)
    insert = "INSERT INTO plan_item (plan_id, place, influencer_id, outcome, error) VALUES"

    await _broken(f"{insert} ({values})")
    await rows(f"{insert} (1, 2, 5, 1, NULL), (1, 3, 5, 3, 2)")
    assert plan.id == 1


async def test_the_plan_of_an_event_stays_also_when_somebody_is_erased(db: str) -> None:
    person = await data.influencer(erased_at=data.NOW)
    campaign = await data.campaign()
    part = await data.participation(campaign, person, ParticipationStatus.JOINED)
    plan, other = await data.plan(campaign), await data.plan(campaign)
    await data.event(part, Action.MARK_JOINED, plan_id=plan.id)

    await _broken(f"UPDATE participation_event SET {ERASING}, plan_id = {other.id}")
    await _broken(f"UPDATE participation_event SET {ERASING}, plan_id = NULL")
    await rows(f"UPDATE participation_event SET {ERASING}")
