"""The feed of everything that happened."""

from typing import Any

from models.enums import Role
from projection import Completed
from resolvers.history import feed
from resolvers.projecting import allow, page


async def participation_events(info: Any) -> Completed:
    """Everything that happened, oldest first. Staff, and advertisers for their campaigns."""
    allow(info, Role.STAFF, Role.ADVERTISER)
    return await page(info, "ParticipationEvent", feed)
