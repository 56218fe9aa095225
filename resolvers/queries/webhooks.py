"""The list of all webhooks."""

from typing import Any

from projection import Completed
from resolvers.answers import Info, allow, by_key, run_of
from workflow.enums import Role


async def webhooks(info: Info) -> Completed[list[Any]]:
    """Return all webhooks, the oldest first. For staff."""
    allow(info, Role.STAFF)
    keys = [row[0] for row in await run_of(info).fetch(_ALL, {})]
    found = await by_key(info, "Webhook", {key: [(place,)] for place, key in enumerate(keys)})
    return Completed([found[key] for key in keys])


_ALL = "SELECT id FROM webhook WHERE deleted_at IS NULL ORDER BY id"
