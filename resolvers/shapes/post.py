"""How posts, and the rows of the Posts tab, are read."""

from projection import Column, Computed, Denial, Run, Shape, ToOne
from resolvers.queries.posts_tab import ROWS_BY_KEY
from resolvers.shapes import columns as c
from workflow.post_addresses import is_short_link


def _row(_run: Run, participation: int, post: int) -> tuple[int, int]:
    """Return the key of the row of the Posts tab, which may not show it."""
    return participation, post


POST = Shape(
    name="Post",
    source="post t",
    fields={
        "id": c.gid("Post"),
        "participation": ToOne(shape="Participation", on="{j}.id = {t}.participation_id"),
        "url": c.plain("url"),
        "status": c.plain("status"),
        "warning": c.plain("warning"),
        "reason": c.plain("reason"),
        "round": c.plain("round"),
        "account": ToOne(shape="SocialAccount", on="{j}.id = {t}.account_id"),
        "isShortLink": Column(
            sql="{t}.url", template="is_short_link({v})", names={"is_short_link": is_short_link}
        ),
        "row": Computed(
            compute=_row,
            needs=("participation_id", "id"),
            roles=c.DECIDERS,
            denial=Denial.NULL,
        ),
        "submittedAt": c.moment("submitted_at"),
        "updatedAt": c.moment("updated_at"),
    },
)

POST_ROW = Shape(
    name="PostRow",
    source=ROWS_BY_KEY,
    key=("participation_id", "post_key"),
    fields={
        "id": c.gid("PostRow", "{t}.participation_id::text || '-' || {t}.post_key::text"),
        "participation": ToOne(shape="Participation", on="{j}.id = {t}.participation_id"),
        "post": ToOne(shape="Post", on="{j}.id = {t}.post_id"),
        "status": c.plain("status"),
    },
)
