"""Participations: one by its id, and the list across campaigns."""

from typing import Any

from projection import Completed
from resolvers.answers import one, page
from resolvers.ids import decode
from resolvers.queries.applicant_tab import everywhere


async def participation(info: Any, id: str) -> Completed:
    """The participation; null where there is none that the caller may see."""
    return await one(info, "Participation", decode(id, "Participation"))


async def participations(info: Any) -> Completed:
    """The participations that the caller may see."""
    return await page(info, "Participation", everywhere)
