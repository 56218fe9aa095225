"""The sequencer: it gives each event its position in the feed, after the commit.

Each turn finds the events that were committed since the last turn: those of transactions that had
not begun at the last snapshot, or were still running. So a long transaction delays no other. The
events of a turn get their positions in the order of their ids. That keeps the events of one
participation in order, because they are written under its lock.

The state after a turn is a row. The next turn updates it in the statement that writes the
positions, and only if it is unchanged, so that two sequencers at once do no harm. If there are too
many events for one turn, all events without a position get one, in the order of their ids. The same
happens after the database was restored into another cluster. If the numbers of that cluster's
transactions are lower than those in the events, new events store them with an offset, which makes
them higher.

SQLite needs no sequencer: its transactions commit in the order of the events' ids, which are the
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
"""The channel that is notified after each turn, with the last position.

Mutations do not notify: commits with NOTIFY run one after the other.
"""
MAX_EVENTS = 20_000
"""The most events of one turn; also the ids in one window of `reconcile`."""
MIN_PAUSE, MAX_PAUSE = 0.005, 0.03
"""Seconds between two turns: the least after events were found, then twice as long each time."""


class State(NamedTuple):
    """The state after a turn: the last position, and the snapshot that the turn saw."""

    position: int
    snapshot: str
    offset: int
    "The number that events add to the numbers of their transactions."

    @property
    def end(self) -> int:
        """Return the number of the first transaction that had not begun, with the offset."""
        return int(self.snapshot.split(":")[1]) + self.offset

    @property
    def running(self) -> list[int]:
        """Return the numbers of the transactions that were running, with the offset."""
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
        # A turn takes long while a large transaction is not committed. Turns may use half of the
        # time: with a pause of four times the turn, a commit of 0.25 s meant a lag of 1 s.
        await asyncio.sleep(max(pause, monotonic() - began))


worker = Worker("feed", sequence, seconds=1, terms=BRISK)


async def catch_up() -> None:
    """Give positions to all committed events, if the database needs a sequencer."""
    if capabilities().has_concurrent_writers:
        await turn(await reconcile())


async def turn(state: State) -> State:
    """Give positions to the events committed since that state; return the new state."""
    values = {"end": state.end, "running": state.running}
    [[is_news]] = await rows(_IS_NEWS, **values)
    if not is_news:
        return state
    found = await rows(
        _TURN, **values, position=state.position, snapshot=state.snapshot, most=MAX_EVENTS
    )
    if found:
        [(position, snapshot, lag, _)] = found
        FEED_LAG_SECONDS.add(max(lag, 0))  # the clocks of two machines differ
        return State(position, snapshot, state.offset)
    newer, _ = await _read()
    return newer if newer != state else await transacted(_give_all)


async def reconcile() -> State:
    """Return the state; if it is of another cluster, replace it first."""
    state, is_usable = await _read()
    return state if is_usable else await transacted(_adopt)


async def _read() -> tuple[State, bool]:
    """Return the state, and whether this cluster can go on from it."""
    [(*state, is_usable)] = await rows(_STATE)
    return State(*state), is_usable


async def _give_all() -> State:
    """Give positions to all events without one, in the order of their ids; return the new state."""
    await run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return await _give_rest()


async def _adopt() -> State:
    """Do the same for a database of another cluster, and set the offset for new events."""
    await run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    # Before the snapshot is taken, so that it shows all events with numbers of the old cluster.
    await run("LOCK TABLE participation_event IN SHARE ROW EXCLUSIVE MODE")
    state, is_usable = await _read()
    if is_usable:  # another process has done it meanwhile
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
        count, lag = given[0]
        position += count
        if count:
            FEED_LAG_SECONDS.add(max(lag, 0))
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
# Events by an index, whatever the planner takes their number for: those of an import may all be of
# one transaction, and so may be expected to be of any. It reads all of them for `xid = …` then.
_IS_NEWS = """
SELECT coalesce((SELECT max(xid) FROM participation_event) >= :end::bigint, false)
    OR EXISTS (SELECT 1 FROM unnest(:running::bigint[]) AS r(xid)
        WHERE r.xid = (SELECT min(xid) FROM participation_event AS e WHERE e.xid >= r.xid))"""
_TURN = f"""
WITH state AS MATERIALIZED (
    SELECT position FROM feed_state
    WHERE position = :position::bigint AND snapshot = :snapshot::text FOR UPDATE
), fresh AS MATERIALIZED (
    (SELECT id, campaign_id, occurred_at FROM participation_event
    WHERE xid >= :end::bigint ORDER BY xid, id LIMIT 1 + :most::bigint)
    UNION ALL SELECT e.* FROM unnest(:running::bigint[]) AS r(xid) CROSS JOIN LATERAL (
        SELECT id, campaign_id, occurred_at FROM participation_event
        WHERE xid >= r.xid AND xid <= r.xid ORDER BY xid, id LIMIT 1 + :most::bigint) AS e
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
    RETURNING mark
)
SELECT count(*), extract(epoch FROM clock_timestamp())::float8 - min(mark) / 1e6 FROM given"""
_SAVE = f"""
UPDATE feed_state SET position = :position, snapshot = pg_current_snapshot()::text,
    cluster = {_CLUSTER}
RETURNING position, snapshot, xid_offset, pg_notify('{CHANNEL}', position::text)"""
