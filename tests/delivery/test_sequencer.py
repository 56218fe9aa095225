"""The sequencer: each event gets one position, and a participation's events are in order."""

import asyncio
import signal
import sqlite3
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import orjson
import pytest

from background.worker import working
from database.backup import backup
from database.capabilities import POSTGRES
from database.connection import connected
from database.migrations import migrate
from database.session import rows
from database.statement import bind_values
from delivery import sequencer
from delivery.sequencer import catch_up, reconcile, turn
from models.participation import Participation, ParticipationEvent
from resolvers.errors import RequestError
from resolvers.feed import FeedCursor, events_after, last_cursor
from tests import data
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.migrating import forget
from workflow.enums import Action, ParticipationStatus, Platform

SEQUENCING = """
import asyncio, sys
from background.worker import working
from database.connection import connected
from delivery.sequencer import worker

async def main(url):
    async with connected(url), working([worker]):
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""
INSERT = """
INSERT INTO participation_event (campaign_id, influencer_id, participation_id, action, to_status,
    round, actor_role, actor_id, occurred_at)
VALUES ($1, $2, $3, 'REMOVE', 'REMOVED', 1, 'STAFF', 's', clock_timestamp()) RETURNING id"""

COPY_EVENT = """
INSERT INTO participation_event (campaign_id, influencer_id, participation_id, action, to_status,
    round, actor_role, actor_id, occurred_at)
SELECT campaign_id, influencer_id, participation_id, action, to_status, round, actor_role,
    actor_id, occurred_at FROM participation_event, generate_series(1, $2) WHERE id = $1"""


@pytest.fixture
async def postgres_db(postgres_databases: PostgresDatabases) -> AsyncGenerator[str]:
    """A database of PostgreSQL, connected."""
    with postgres_databases.lend() as url:
        async with connected(url):
            yield url


async def part_of() -> Participation:
    person = await data.influencer((Platform.TIKTOK, 10))
    return await data.participation(await data.campaign(), person, ParticipationStatus.WAITING)


@asynccontextmanager
async def writer(url: str) -> AsyncGenerator[Any]:
    """A separate connection for explicit transactions, outside of the application's pool."""
    open_connection: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    driver = await open_connection(url)
    try:
        yield driver
    finally:
        await driver.close()


async def insert(driver: Any, part: Participation) -> int:
    return await driver.fetchval(INSERT, part.campaign_id, part.influencer_id, part.pk)


async def feed() -> list[int]:
    """The ids of all events in the feed's order; their positions must have no gaps."""
    found = await events_after(0, 1_000_000)
    assert [event.position for event in found] == [*range(1, len(found) + 1)]
    return [event.event_id for event in found]


async def test_events_of_a_participation_are_in_their_order_whoever_began_first(postgres_db: str):
    part = await part_of()
    async with writer(postgres_db) as early, writer(postgres_db) as late:
        begun = early.transaction()
        await begun.start()
        await early.fetchval("SELECT pg_current_xact_id()")  # as when it waits for the other
        first = await insert(late, part)
        second = await insert(early, part)
        await begun.commit()
    await catch_up()
    assert await feed() == [first, second]


async def test_a_transaction_that_takes_long_holds_up_no_news(postgres_db: str):
    part = await part_of()
    async with writer(postgres_db) as slow, writer(postgres_db) as quick:
        begun = slow.transaction()
        await begun.start()
        early = await insert(slow, part)
        given = list[int]()
        state = await reconcile()
        for _ in range(5):
            given.append(await insert(quick, part))
            state = await turn(state)
            assert await feed() == given
        await begun.commit()
        state = await turn(state)
        assert await feed() == [*given, early]
        assert await turn(state) == state


async def test_what_is_rolled_back_gets_no_position_and_a_turn_without_news_writes_nothing(
    postgres_db: str,
):
    part = await part_of()
    state = await reconcile()
    async with writer(postgres_db) as driver:
        begun = driver.transaction()
        await begun.start()
        await insert(driver, part)
        assert await turn(state) == state
        await begun.rollback()
        numbers = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
        before = await driver.fetchval(numbers)
        assert await turn(state) == state
        assert await driver.fetchval(numbers) == before
        kept = await insert(driver, part)
    await turn(state)
    assert await feed() == [kept]


@pytest.mark.parametrize("statement", ["_IS_NEWS", "_TURN"])
async def test_events_are_found_by_the_index_though_all_so_far_are_of_one_transaction(
    postgres_db: str, statement: str
):
    """As those of an import are: PostgreSQL expects any transaction to have as many then."""
    part = await part_of()
    async with writer(postgres_db) as driver:
        one = await insert(driver, part)
        await driver.execute(COPY_EVENT, one, 50_000)
        await driver.execute("ANALYZE participation_event")
        await driver.execute("SET plan_cache_mode = force_generic_plan")
        state = await reconcile()
        values: dict[str, Any] = {
            "end": state.end,
            "running": [],
            "position": state.position,
            "snapshot": state.snapshot,
            "most": 100,
        }
        text, given = bind_values(getattr(sequencer, statement), values, POSTGRES)
        await driver.execute(f"PREPARE asked AS {text}")
        # Whatever the values are, the plan is made for any.
        nulls = ", ".join(["NULL"] * len(given))
        shown = await driver.fetch(f"EXPLAIN EXECUTE asked ({nulls})")
    plan = "\n".join(line for [line] in shown)
    assert "using event_feed" in plan
    assert "Seq Scan on participation_event" not in plan


async def test_several_sequencers_at_once_give_each_event_one_position(postgres_db: str):
    parts = [await part_of() for _ in range(4)]
    written = list[tuple[int, int]]()
    done = asyncio.Event()

    async def write(part: Participation) -> None:
        async with writer(postgres_db) as driver:
            for number in range(25):
                async with driver.transaction():
                    keys = [await insert(driver, part) for _ in range(number % 3 + 1)]
                written.extend((key, part.pk) for key in keys)

    async def give() -> None:
        state = await reconcile()
        while not done.is_set():
            state = await turn(state)
            await asyncio.sleep(0.002)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(give())
        await asyncio.gather(*map(write, parts))
        done.set()
    await catch_up()
    order = await feed()
    assert sorted(order) == sorted(key for key, _ in written)
    part_by_event = dict(written)
    for part in parts:
        own = [key for key in order if part_by_event[key] == part.pk]
        assert own == sorted(own)


async def test_more_than_a_turn_takes_is_given_its_positions_all_the_same(
    postgres_db: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sequencer, "MAX_EVENTS", 10)
    part = await part_of()
    async with writer(postgres_db) as driver:
        first = [await insert(driver, part) for _ in range(5)]
        await catch_up()
        async with driver.transaction():
            many = [await insert(driver, part) for _ in range(35)]
    await catch_up()
    assert await feed() == [*first, *many]


async def test_another_process_goes_on_when_the_sequencer_is_killed(postgres_db: str):
    part = await part_of()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SEQUENCING, postgres_db)
    try:
        await data.event(part, Action.REMOVE)
        await until_position(1)
        async with working([sequencer.worker]):
            process.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            await data.event(part, Action.REMOVE)
            await until_position(2)
            assert time.monotonic() - killed < 10  # 5 seconds, on a machine that is not busy
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    assert len(await feed()) == 2


async def until_position(position: int) -> None:
    async with asyncio.timeout(60):
        while (await last_cursor()).position < position:
            await asyncio.sleep(0.02)


async def test_a_position_is_never_changed_and_never_given_twice(postgres_db: str):
    part = await part_of()
    await data.event(part, Action.REMOVE)
    await data.event(part, Action.REMOVE)
    await catch_up()
    waiting = (await data.event(part, Action.REMOVE)).pk
    for statement in (
        "UPDATE feed SET position = 7 WHERE position = 2",
        "DELETE FROM feed",
        "TRUNCATE feed",
        f"INSERT INTO feed VALUES (2, 0, {waiting}, 1)",
        "INSERT INTO feed VALUES (3, 0, 2, 1)",
        "INSERT INTO feed VALUES (3, 0, 99, 1)",
        f"INSERT INTO feed VALUES (0, 0, {waiting}, 1)",
        "INSERT INTO feed_state VALUES (2, 0, '', '')",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await rows(statement)
    assert len(await feed()) == 2


async def test_events_of_before_are_carried_over_by_id_and_old_cursors_go_on(databases: Databases):
    with databases.lend() as url:
        async with connected(url):
            part = await part_of()
            events = [(await data.event(part, Action.REMOVE)).pk for _ in range(5)]
            xids = {row[0]: row[1] for row in await rows("SELECT id, xid FROM participation_event")}
            await forget("0014_feed")
        await migrate(url)
        async with connected(url):
            assert await feed() == events
            old = orjson.dumps(["0123456789ab", xids[events[2]], events[2]])
            cursor = await FeedCursor.read(urlsafe_b64encode(old).rstrip(b"=").decode())
            after = await events_after(cursor.position, 10)
            assert [event.event_id for event in after] == events[3:]
            later = (await data.event(part, Action.REMOVE)).pk
            await catch_up()
            assert await feed() == [*events, later]


async def test_a_cursor_of_before_names_an_event_that_was_there(db: str):
    for transaction, event in ((1, 1), (0, 1), (2**62, 2**62)):
        text = urlsafe_b64encode(orjson.dumps(["0123456789ab", transaction, event])).decode()
        with pytest.raises(RequestError, match="not one that the feed gave"):
            await FeedCursor.read(text.rstrip("="))


async def test_a_database_that_was_put_back_is_told_by_the_cursor(
    sqlite_databases: SqliteDatabases, tmp_path: Any
):
    copy = tmp_path / "copy.db"
    with sqlite_databases.lend() as url:
        async with connected(url):
            part = await part_of()
            kept = await data.event(part, Action.REMOVE)
            backup(url, copy)
            await data.event(part, Action.REMOVE)
            cursors = [
                FeedCursor(event.position, event.mark).encode()
                for event in await events_after(0, 10)
            ]
    async with connected(f"sqlite://{copy}"):
        assert (await FeedCursor.read(cursors[0])).position == 1
        with pytest.raises(RequestError, match="put back"):
            await FeedCursor.read(cursors[1])
        await data.event(part, Action.REMOVE, occurred_at=kept.occurred_at + timedelta(seconds=1))
        with pytest.raises(RequestError, match="put back"):
            await FeedCursor.read(cursors[1])


async def test_on_sqlite_positions_rise_with_the_commits_and_none_is_given_again(
    sqlite_databases: SqliteDatabases,
):
    with sqlite_databases.lend() as url:
        async with connected(url):
            part = await part_of()
            events = [(await data.event(part, Action.REMOVE)).pk for _ in range(3)]
            assert await feed() == events
            moments = [
                (await ParticipationEvent.get(id=event.event_id)).occurred_at.timestamp()
                for event in await events_after(0, 10)
            ]
            assert [event.mark for event in await events_after(0, 10)] == [
                round(moment * 1_000_000) for moment in moments
            ]
            [(table,)] = await rows(
                "SELECT sql FROM sqlite_master WHERE name = 'participation_event'"
            )
            assert "AUTOINCREMENT" in table  # else an id that was rolled back could come back
            with pytest.raises(sqlite3.OperationalError):
                await rows("INSERT INTO feed VALUES (9, 0, 1, 1)")
    assert all(one < other for one, other in pairwise(events))
