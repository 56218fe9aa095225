"""The shape of a change: an event at its position in the feed."""

from projection import Computed, Run, Shape, ToOne
from resolvers.feed import FeedCursor


def _cursor(_run: Run, position: int, mark: int) -> str:
    return FeedCursor(position, mark).encode()


CHANGE = Shape(
    name="ParticipationChange",
    source="(SELECT f.position AS id, f.mark, f.event_id, e.participation_id, e.campaign_id,"
    " e.influencer_id, e.action FROM feed f JOIN participation_event e ON e.id = f.event_id) t",
    fields={
        "cursor": Computed(compute=_cursor, needs=("id", "mark")),
        "event": ToOne(shape="ParticipationEvent", on="{j}.id = {t}.event_id"),
        "participation": ToOne(shape="Participation", on="{j}.id = {t}.participation_id"),
    },
)
