"""Participations: one by its id, and the list across campaigns."""

from typing import Any

from projection import Completed
from resolvers.ids import decode
from resolvers.participation_lists import everywhere
from resolvers.projecting import one, page


async def participation(info: Any, id: str) -> Completed:
    """The participation; null where there is none that the caller may see."""
    return await one(info, "Participation", decode(id, "Participation"))


async def participations(info: Any) -> Completed:
    """The participations that the caller may see."""
    return await page(info, "Participation", everywhere)
