"""Compute the digests of posts' URLs anew: one post may have many addresses.

Where posts of a campaign turn out to be one, the oldest holds the address: the others keep their
URL, with a digest of their own that no URL has. Both stay, and each is told.

The function is the one that submissions are compared by, not a copy of it as it was: digests that
another function made would find nothing. A later change of it needs a migration like this one.
"""

import logging
from collections.abc import Sequence
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from workflow.post_addresses import digest

BATCH = 1_000
_POSTS = "SELECT id, campaign_id, url FROM post ORDER BY submitted_at, id"
_log = logging.getLogger(__name__)


async def apply(apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Give each post its new digest."""
    del apps
    client: Any = editor.client
    postgres = client.capabilities.dialect == "postgres"
    _, posts = await client.execute_query(_POSTS)
    digests = _digests([(row["id"], row["campaign_id"], row["url"]) for row in posts])
    # So that no new one meets an old one on the way.
    await client.execute_query("UPDATE post SET url_digest = 'post ' || id")
    place = ("$1", "$2") if postgres else ("?", "?")
    statement = f"UPDATE post SET url_digest = {place[0]} WHERE id = {place[1]}"
    for start in range(0, len(digests), BATCH):
        await client.execute_many(statement, digests[start : start + BATCH])


def _digests(posts: Sequence[tuple[int, int, str]]) -> list[tuple[str, int]]:
    """Return the digest and the id of each of the posts, which are given in order of time."""
    holders = dict[tuple[int, str], tuple[int, str]]()
    found = list[tuple[str, int]]()
    for post, campaign, url in posts:
        held = digest(url)
        holder, address = holders.setdefault((campaign, held), (post, url))
        if holder != post:
            held = f"post {post}"
            _log.warning(
                "campaign %s: post %s (%s) is the same as post %s (%s), which holds the address",
                *(campaign, post, url, holder, address),
            )
        found.append((held, post))
    return found


class Migration(migrations.Migration):
    """Digests of the posts themselves, in the place of their URLs'."""

    dependencies = [("models", "0006_deltas")]  # noqa: RUF012
    operations = [ops.RunPython(apply)]  # noqa: RUF012
