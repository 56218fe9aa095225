"""The sequencer: it gives each event its position in the feed, after the commit.

It asks for what was committed since its last turn: what its new snapshot shows and the one before
did not, the events of transactions that had not begun then, or were running. So one that takes
long holds up nobody. Events of one participation are written under its lock, so their ids are in
their order, and what one turn finds gets its positions by id.

The state that it goes on from is a row, which each turn changes in the same statement, only if it
is still as it was: two sequencers at once do no harm. Where there is too much for one turn, all
events without a position get one, by id. So it is where the database was restored into another
cluster; if that has seen fewer transactions, their numbers are stored with an offset from then on,
so that they are above those of all events that are there.

SQLite needs none of this: its transactions commit in the order of their ids, which are the
positions (`models/migrations/0014_feed.py`).
"""

import asyncio
from time import monotonic
from typing import NamedTuple

from background.lease import BRISK
from background.worker import Worker
from database.session import capabilities, locked_rows, rows, run
from database.transactions import transacted
from telemetry.metrics import FEED_LAG_SECONDS

CHANNEL = "joinery_feed"
"""It is told the last position of each turn. Mutations tell nobody: NOTIFY makes commits queue."""
MAX_EVENTS = 20_000
"""In one turn; the window of `reconcile` too."""
MIN_PAUSE, MAX_PAUSE = 0.005, 0.03
"""Seconds between two turns: few after one that found something, more and more after others."""


class State(NamedTuple):
    """The state after a turn: the last position, and the snapshot that the turn saw."""

    position: int
    snapshot: str
    offset: int
    "What is added to the numbers of transactions where events have them."

    @property
    def end(self) -> int:
        """Return the number of the first transaction that had not begun, as events have it."""
        return int(self.snapshot.split(":")[1]) + self.offset

    @property
    def running(self) -> list[int]:
        """Return the numbers of the transactions that were running, as events have them."""
        running = self.snapshot.split(":")[2]
        return [int(number) + self.offset for number in running.split(",") if number]


async def sequence() -> None:
    """Give positions until cancelled."""
    state = await reconcile()
    pause = MIN_PAUSE
    while True:
        began = monotonic()
        after = await turn(state)
        pause = MIN_PAUSE if after != state else min(2 * pause, MAX_PAUSE)
        state = after
        # Turns that take long, because of what is not committed yet, fill half of the time at most:
        # four times as long a pause made a commit that took a quarter of a second one of lag.
        await asyncio.sleep(max(pause, monotonic() - began))


worker = Worker("feed", sequence, seconds=1, terms=BRISK)


async def catch_up() -> None:
    """Give positions to all that is committed now, where they are given at all."""
    if capabilities().has_concurrent_writers:
        await turn(await reconcile())


async def turn(state: State) -> State:
    """Give positions to what was committed since that state; return the state after it."""
    values = {"end": state.end, "running": state.running}
    [[is_news]] = await rows(_IS_NEWS, **values)
    if not is_news:
        return state
    found = await rows(
        _TURN, **values, position=state.position, snapshot=state.snapshot, most=MAX_EVENTS
    )
    if found:
        [(position, snapshot, lag, _)] = found
        FEED_LAG_SECONDS.add(lag)
        return State(position, snapshot, state.offset)
    newer, _ = await _read()
    return newer if newer != state else await transacted(_give_all)


async def reconcile() -> State:
    """Return the state; make it this cluster's where it is not."""
    state, is_usable = await _read()
    return state if is_usable else await transacted(_adopt)


async def _read() -> tuple[State, bool]:
    """Return the state, and whether it is of this cluster."""
    [(*state, is_usable)] = await rows(_STATE)
    return State(*state), is_usable


async def _give_all() -> State:
    """Give positions to all events that have none, by id; return the state after it."""
    await run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return await _give_rest()


async def _adopt() -> State:
    """Do the same where the numbers of transactions are another cluster's."""
    await run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    # Before the snapshot is taken, so that it shows all events that have the numbers of before.
    await run("LOCK TABLE participation_event IN SHARE ROW EXCLUSIVE MODE")
    state, is_usable = await _read()
    if is_usable:  # by another process, meanwhile
        return state
    [(offset,)] = await rows(_OFFSET)
    if offset != state.offset:
        await run(
            "ALTER TABLE participation_event ALTER COLUMN xid"
            f" SET DEFAULT (pg_current_xact_id()::text::bigint + {int(offset)})"
        )
        await run("UPDATE feed_state SET xid_offset = :offset", offset=offset)
    return await _give_rest()


async def _give_rest() -> State:
    [(position,)] = await locked_rows("SELECT position FROM feed_state", "FOR UPDATE")
    [(last,)] = await rows("SELECT coalesce(max(id), 0) FROM participation_event")
    for start in range(0, last, MAX_EVENTS):
        given = await rows(_WINDOW, position=position, start=start, end=start + MAX_EVENTS)
        position += given[0][0]
    [(*state, _)] = await rows(_SAVE, position=position)
    return State(*state)


_CLUSTER = "(SELECT system_identifier::text FROM pg_control_system())"
_MARK = "(extract(epoch FROM occurred_at) * 1000000)::bigint"
_STATE = f"""
SELECT position, snapshot, xid_offset, cluster = {_CLUSTER}
    AND pg_snapshot_xmax(snapshot::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
FROM feed_state"""
_OFFSET = """
SELECT greatest(s.xid_offset, (SELECT max(xid) FROM participation_event) + 1
    - pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
FROM feed_state AS s"""
# Whatever a planner guesses, it takes the greatest number from the end of the index.
_IS_NEWS = """
SELECT coalesce((SELECT max(xid) FROM participation_event) >= :end::bigint, false)
    OR EXISTS (SELECT 1 FROM participation_event WHERE xid = ANY(:running::bigint[]))"""
_TURN = f"""
WITH state AS MATERIALIZED (
    SELECT position FROM feed_state
    WHERE position = :position::bigint AND snapshot = :snapshot::text FOR UPDATE
), fresh AS MATERIALIZED (
    (SELECT id, campaign_id, occurred_at FROM participation_event
    WHERE xid >= :end::bigint ORDER BY xid, id LIMIT 1 + :most::bigint)
    UNION ALL SELECT id, campaign_id, occurred_at FROM participation_event
    WHERE xid = ANY(:running::bigint[])
), found AS MATERIALIZED (
    SELECT count(*) AS events, min(occurred_at) AS oldest FROM fresh
), given AS (
    INSERT INTO feed (position, mark, event_id, campaign_id)
    SELECT state.position + row_number() OVER (ORDER BY id), {_MARK}, id, campaign_id
    FROM state, found, fresh WHERE found.events <= :most::bigint
)
UPDATE feed_state SET position = state.position + found.events,
    snapshot = pg_current_snapshot()::text
FROM state, found WHERE found.events <= :most::bigint
RETURNING feed_state.position, feed_state.snapshot,
    extract(epoch FROM clock_timestamp() - found.oldest)::float8,
    pg_notify('{CHANNEL}', feed_state.position::text)"""
_WINDOW = f"""
WITH given AS (
    INSERT INTO feed (position, mark, event_id, campaign_id)
    SELECT :position::bigint + row_number() OVER (ORDER BY id), {_MARK}, id, campaign_id
    FROM participation_event AS e WHERE id > :start::bigint AND id <= :end::bigint
        AND NOT EXISTS (SELECT 1 FROM feed AS f WHERE f.event_id = e.id
            AND f.event_id > :start::bigint AND f.event_id <= :end::bigint)
    RETURNING 1
)
SELECT count(*) FROM given"""
_SAVE = f"""
UPDATE feed_state SET position = :position, snapshot = pg_current_snapshot()::text,
    cluster = {_CLUSTER}
RETURNING position, snapshot, xid_offset, pg_notify('{CHANNEL}', position::text)"""
