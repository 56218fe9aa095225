"""Whoever had to wait for a lock decides by what its holder has left behind."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import pytest
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from database.connection import DEFAULT_OPTIONS
from database.failures import ChangedMeanwhileError
from database.session import capabilities, connection
from resolvers.ids import encode
from tests import data
from tests.concurrency.test_creators import connected, said, upserted
from tests.engine import answer, mutate
from workflow.enums import ParticipationStatus, Platform

POOL_SIZE = DEFAULT_OPTIONS.pool_size
MAX_TRANSACTIONS = DEFAULT_OPTIONS.max_transactions
MARKED = "results { outcome participation { status selectedAccount { id } } }"


async def test_a_mark_that_waits_for_an_influencer_sees_their_accounts(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.INSTAGRAM, 10))
    async with other_writer(db) as other:
        await other.execute("SELECT FROM influencer WHERE id = $1 FOR UPDATE", person.pk)
        marking = asyncio.create_task(mark(campaign.pk, person.pk))
        await until_someone_waits()
        await other.execute(
            "UPDATE social_account SET disconnected_at = now() WHERE influencer_id = $1", person.pk
        )
    result = await marking
    assert result == {
        "outcome": "CHANGED",
        "participation": {"status": "WAITING", "selectedAccount": None},
    }


async def test_a_mark_that_waits_for_a_campaign_sees_who_takes_part(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.INSTAGRAM, 10))
    async with other_writer(db) as other:
        await other.execute("SELECT FROM campaign WHERE id = $1 FOR UPDATE", campaign.pk)
        marking = asyncio.create_task(mark(campaign.pk, person.pk))
        await until_someone_waits()
        await put_waiting(other, campaign.pk, person.pk)
    assert (await marking)["outcome"] == "UNCHANGED"


async def test_a_mark_that_waits_for_a_campaign_sees_its_rules(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.INSTAGRAM, 10))
    async with other_writer(db) as other:
        await other.execute("UPDATE campaign SET followers_min = 11 WHERE id = $1", campaign.pk)
        marking = asyncio.create_task(mark(campaign.pk, person.pk))
        await until_someone_waits()
    assert (await marking)["outcome"] == "REFUSED"


async def test_who_connects_and_was_just_marked_waits_for_the_campaign_without_holding_themselves(
    db: str,
):
    campaign, person = await data.campaign(), await data.influencer()
    async with other_writer(db) as next_marker:
        # As `markJoined` locks it, but for the foreign key of what the first one inserts.
        await next_marker.execute(
            "SELECT FROM campaign WHERE id = $1 FOR NO KEY UPDATE", campaign.pk
        )
        with noted_retries() as failures:
            async with other_writer(db) as first_marker:
                await first_marker.execute(
                    "SELECT FROM influencer WHERE id = $1 FOR SHARE", person.pk
                )
                connecting = asyncio.create_task(connected(person, "ig-1"))
                await until_someone_waits()
                await put_waiting(first_marker, campaign.pk, person.pk)
            await until_someone_waits(behind=next_marker)
            await next_marker.execute("SELECT FROM influencer WHERE id = $1 FOR SHARE", person.pk)
    payload = await connecting
    assert payload["outcome"] == "CHANGED"
    assert len(payload["advanced"]) == 1
    assert [type(failure) for failure in failures] == [asyncpg.LockNotAvailableError]


async def test_an_upsert_starts_again_where_someone_it_names_was_created_meanwhile(db: str):
    person = await data.influencer()
    async with other_writer(db) as other:
        await other.execute("SELECT FROM influencer WHERE id = $1 FOR UPDATE", person.pk)
        with noted_retries() as failures:
            both = (said(str(person.external_id), "ig-1"), said("created meanwhile", "ig-2"))
            upserting = asyncio.ensure_future(upserted(*both))
            await until_someone_waits(behind=other)
            await other.execute(
                "INSERT INTO influencer SELECT (jsonb_populate_record(i, $2)).* FROM influencer i"
                " WHERE id = $1",
                *(person.pk, '{"id": 1000, "external_id": "created meanwhile"}'),
            )
            await other.execute("COMMIT; BEGIN")
            payload = await upserting
    assert (payload["created"], payload["updated"], payload["userErrors"]) == (0, 2, [])
    assert [type(failure) for failure in failures] == [ChangedMeanwhileError]


async def test_reads_go_on_while_more_wait_for_a_campaign_than_there_are_connections(db: str):
    campaign = await data.campaign()
    people = [await data.influencer() for _ in range(POOL_SIZE + 2)]
    async with other_writer(db) as other:
        await other.execute("SELECT FROM campaign WHERE id = $1 FOR UPDATE", campaign.pk)
        marks = [asyncio.create_task(mark(campaign.pk, person.pk)) for person in people]
        await until_someone_waits(many=MAX_TRANSACTIONS)
        async with asyncio.timeout(10):
            assert await answer("{ campaigns { totalCount } }") == {"campaigns": {"totalCount": 1}}
    assert [result["outcome"] for result in await asyncio.gather(*marks)] == ["CHANGED"] * len(
        people
    )


async def test_whoever_is_cancelled_while_too_many_wait_gives_up_their_turn(db: str):
    campaign = await data.campaign()
    people = [await data.influencer() for _ in range(2 * MAX_TRANSACTIONS)]
    for _ in range(2):
        async with other_writer(db) as other:
            await other.execute("SELECT FROM campaign WHERE id = $1 FOR UPDATE", campaign.pk)
            marks = [asyncio.create_task(mark(campaign.pk, person.pk)) for person in people]
            await until_someone_waits(many=MAX_TRANSACTIONS)
            for marking in marks:
                marking.cancel()
            await asyncio.wait(marks)
    async with asyncio.timeout(10):
        results = await asyncio.gather(*(mark(campaign.pk, person.pk) for person in people))
    assert [result["outcome"] for result in results] == ["CHANGED"] * len(people)


async def mark(campaign: int, influencer: int) -> dict[str, Any]:
    ids = [encode("Influencer", influencer)]
    payload = await mutate(
        "markJoined", MARKED, campaignId=encode("Campaign", campaign), influencerIds=ids
    )
    return payload["results"][0]


async def put_waiting(other: Any, campaign: int, influencer: int) -> None:
    await other.execute(
        "INSERT INTO participation (campaign_id, influencer_id, status, selected_platforms,"
        " origin, round, version, followers, created_at, updated_at)"
        " VALUES ($1, $2, $3, 0, 'FORCED', 1, 1, 10, now(), now())",
        *(campaign, influencer, ParticipationStatus.WAITING),
    )


@contextmanager
def noted_retries() -> Generator[list[Exception]]:
    """Why transactions were tried again."""
    failures = list[Exception]()

    def on_retry(details: RetryDetails) -> None:
        failures.append(details.caused_by)

    set_on_retry_hooks([on_retry])
    try:
        yield failures
    finally:
        set_on_retry_hooks(None)


@asynccontextmanager
async def other_writer(url: str) -> AsyncGenerator[Any]:
    """A transaction of somebody else, committed at the end."""
    if capabilities().dialect != "postgres":
        pytest.skip("SQLite's transactions wait before they begin")
    postgres: Any = asyncpg
    other = await postgres.connect(url)
    try:
        async with other.transaction():
            yield other
    finally:
        await other.close()


async def until_someone_waits(behind: Any = None, many: int = 1) -> None:
    """For a lock of anybody, or of this other writer; or until so many do."""
    client: Any = connection()
    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    if behind is not None:
        waiting += f" AND {behind.get_server_pid()} = ANY(pg_blocking_pids(pid))"
    async with asyncio.timeout(10):
        while (await client.execute_query(waiting))[0] < many:
            await asyncio.sleep(0.005)
