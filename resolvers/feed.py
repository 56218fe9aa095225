"""The feed: the events of all participations in one order, and its cursors.

A cursor holds a position and the time of the event at that position. So it is valid with any
filter, in the query, in subscriptions and in webhooks. The time shows whether the same event is
still there: another one, or none, means that the database was restored to an earlier state.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

from database.session import rows
from projection import read_cursor, write_cursor
from resolvers.errors import RequestError

MAX_POSITION = 2**63 - 1

_TAG = "feed"
_UNREADABLE = "This cursor is not one that the feed gave."
_PUT_BACK = (
    "Another event, or none, stands at this cursor's place in the feed: the database was put back"
    " to an earlier state. What your copy has from after that may be undone: read it anew, and"
    " follow the feed from its start, or from the cursor of the feed's last event."
)


class FeedCursor(NamedTuple):
    """A place in the feed: after the event at this position."""

    position: int
    mark: int
    "The time of the event, in microseconds since 1970."

    def encode(self) -> str:
        """Return the cursor as clients see it."""
        return write_cursor(_TAG, *self)

    @classmethod
    async def read(cls, text: str) -> Self:
        """Return the cursor in a text.

        Raises RequestError INVALID_INPUT if the text is not a cursor of the feed, or its event is
        not at its position any more.
        """
        try:
            tag, *numbers = read_cursor(text)
            first, second = numbers
        except (ValueError, TypeError):
            raise RequestError("INVALID_INPUT", _UNREADABLE) from None
        if not all(type(each) is int and 0 <= each < 2**63 for each in numbers):
            raise RequestError("INVALID_INPUT", _UNREADABLE)
        if tag != _TAG:
            return await cls._of_earlier_version(first, second)
        cursor = cls(first, second)
        if not await still_stands(cursor):
            raise RequestError("INVALID_INPUT", _PUT_BACK)
        return cursor

    @classmethod
    async def _of_earlier_version(cls, transaction: int, event: int) -> Self:
        """Return the place in the feed for a cursor of version 0.1.

        That version ordered events by the number of their transaction. The result is the last place
        before all events that came after the old cursor, so none of them is missed.
        """
        if not await rows(_IS_EVENT, transaction=transaction, event=event):
            raise RequestError("INVALID_INPUT", _UNREADABLE)
        found = await rows(_BEFORE_THE_REST, transaction=transaction, event=event)
        return cls(*found[0]) if found else cls(0, 0)


class FeedEvent(NamedTuple):
    """An event in the feed, with its campaign, influencer and action."""

    position: int
    mark: int
    event_id: int
    campaign_id: int
    influencer_id: int
    action: str


async def last_cursor() -> FeedCursor:
    """Return the place after the last event; the start of the feed if it is empty."""
    found = await rows("SELECT position, mark FROM feed ORDER BY position DESC LIMIT 1")
    return FeedCursor(*found[0]) if found else FeedCursor(0, 0)


async def still_stands(cursor: FeedCursor) -> bool:
    """Return whether the event is still at its position; it is not after a restore."""
    return cursor.position == 0 or bool(await rows(_STANDS, **cursor._asdict()))


async def events_after(
    position: int,
    limit: int,
    *,
    upto: int = MAX_POSITION,
    campaign: int | None = None,
    influencer: int | None = None,
) -> Sequence[FeedEvent]:
    """Return the next events of the feed, `limit` at most, in order.

    They are those of this campaign and this influencer, if given.
    """
    values = {"position": position, "upto": upto, "limit": limit}
    where = ["f.position > :position", "f.position <= :upto"]
    if campaign is not None:
        where.append("f.campaign_id = :campaign")
        values["campaign"] = campaign
    if influencer is not None:
        where.append("e.influencer_id = :influencer")
        values["influencer"] = influencer
    found = await rows(_NEXT.format(where=" AND ".join(where)), **values)
    return [FeedEvent(*row) for row in found]


_STANDS = "SELECT 1 FROM feed WHERE position = :position AND mark = :mark"
_IS_EVENT = "SELECT 1 FROM participation_event WHERE id = :event AND xid = :transaction"
_BEFORE_THE_REST = f"""
SELECT position, mark FROM feed WHERE position < coalesce((
    SELECT min(f.position) FROM feed f JOIN participation_event e ON e.id = f.event_id
    WHERE (e.xid, e.id) > (:transaction, :event)), {MAX_POSITION})
ORDER BY position DESC LIMIT 1"""
_NEXT = """
SELECT f.position, f.mark, f.event_id, f.campaign_id, e.influencer_id, e.action
FROM feed f JOIN participation_event e ON e.id = f.event_id
WHERE {where} ORDER BY f.position LIMIT :limit"""
