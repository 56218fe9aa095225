"""A URL is held by a live post alone, and a post has the round in which it was made.

Posts that shared an address with an older one have no address since 0007. Those whose address no
live post holds get it back.
"""

import logging
from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from workflow.post_addresses import digest

_log = logging.getLogger(__name__)

LIVE = "status <> 'INEFFECTIVE' AND coalesce(warning, '') <> 'DELETED_POST'"
ROUNDS = """UPDATE post SET round = coalesce(
    (SELECT min(e.round) FROM participation_event e WHERE e.action = 'SUBMIT_POST'
        AND e.participation_id = post.participation_id AND e.post_id = post.id),
    (SELECT p.round FROM participation p WHERE p.id = post.participation_id))"""
INDEXES = (
    f"CREATE UNIQUE INDEX post_live_once ON post (campaign_id, url_digest) WHERE {LIVE}",
    "DROP INDEX post_once",
)
WITHOUT_ADDRESS = f"""SELECT id, campaign_id, url, ({LIVE}) AS is_live FROM post
WHERE url_digest LIKE 'post %' ORDER BY submitted_at, id"""
HOLDER = f"SELECT 1 FROM post WHERE campaign_id = {{}} AND url_digest = {{}} AND {LIVE}"
GIVE_BACK = "UPDATE post SET url_digest = {} WHERE id = {}"


async def apply(apps: StateApps, editor: BaseSchemaEditor) -> None:
    """Fill in the rounds, let go of the addresses of posts that are not live, and give back."""
    del apps
    client: Any = editor.client
    places = ("$1", "$2") if client.capabilities.dialect == "postgres" else ("?", "?")
    for statement in (ROUNDS, *INDEXES):
        await client.execute_query(statement)
    _, posts = await client.execute_query(WITHOUT_ADDRESS)
    for post in [dict(row) for row in posts]:
        address = digest(post["url"])
        held, _ = await client.execute_query(HOLDER.format(*places), [post["campaign_id"], address])
        if post["is_live"] and not held:
            _log.warning("post %s has its address again: no live post held it", post["id"])
        if not (held and post["is_live"]):
            await client.execute_query(GIVE_BACK.format(*places), [address, post["id"]])


class Migration(migrations.Migration):
    """Live posts."""

    dependencies = [("models", "0010_selection")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField("Post", "round", fields.IntField(db_default=1)),
        ops.RunPython(apply),
    ]
