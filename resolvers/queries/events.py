"""The feed of everything that happened."""

from typing import Any

from projection import Completed
from resolvers.answers import allow, page
from resolvers.queries.history import feed
from workflow.enums import Role


async def participation_events(info: Any) -> Completed:
    """Everything that happened, oldest first. Staff, and advertisers for their campaigns."""
    allow(info, Role.STAFF, Role.ADVERTISER)
    return await page(info, "ParticipationEvent", feed)
