"""How posts, and the rows of the Posts tab, are read."""

from collections.abc import Sequence

from projection import Column, Computed, Denial, Derived, Run, Shape, ToOne
from resolvers.posts_sql import live_sql
from resolvers.queries.posts_tab import ROWS_BY_KEY
from resolvers.shapes import columns as c
from workflow.decisions import post_actions
from workflow.enums import Action, CampaignStatus, Role
from workflow.facts import CampaignRow, post_state
from workflow.post_addresses import is_short_link
from workflow.table import PostFacts


def _actions(
    run: Run, campaign: CampaignRow, url_is_taken: bool, *states: str | None
) -> Sequence[Action]:
    """Return the actions on a post. `states` are its own, and what staff set last."""
    facts = PostFacts(
        campaign_status=CampaignStatus(campaign.status),
        post_tracking=bool(campaign.post_tracking),
        state=post_state(*states[:3]),
        url_is_taken=bool(url_is_taken),
    )
    return post_actions(facts, Role(run.role), post_state(*states[3:]))


def _of_post(_run: Run, actions: Sequence[Action] | None) -> Sequence[Action]:
    """Return the actions on a row's post; none where there is no post."""
    return actions or ()


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
        "source": c.plain("source"),
        "round": c.plain("round"),
        "account": ToOne(shape="SocialAccount", on="{j}.id = {t}.account_id"),
        "isShortLink": Column(
            sql="{t}.url", template="is_short_link({v})", names={"is_short_link": is_short_link}
        ),
        "row": Computed(
            compute=_row,
            needs=("participation_id", "id"),
            roles=c.ALL_BUT_CREATORS,
            denial=Denial.NULL,
        ),
        "publishedAt": c.moment("published_at", nullable=True),
        "availableActions": Computed(compute=_of_post, needs=("actions",)),
        "submittedAt": c.moment("submitted_at"),
        "updatedAt": c.moment("updated_at"),
    },
    internal={
        "campaign": ToOne(shape="Campaign", on="{j}.id = {t}.campaign_id"),
        "url_is_taken": Column(
            sql=f"(NOT {live_sql('{t}')} AND EXISTS (SELECT 1 FROM post q WHERE"
            " q.campaign_id = {t}.campaign_id AND q.url_digest = {t}.url_digest"
            f" AND {live_sql('q')}))"
        ),
        "actions": Derived(
            compute=_actions,
            needs=(
                "campaign.terms",
                "url_is_taken",
                "status",
                "warning",
                "reason",
                "decided_status",
                "decided_warning",
                "decided_reason",
            ),
        ),
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
        "availableActions": Computed(compute=_of_post, needs=("post.actions",)),
    },
)
