"""The caller."""

from dataclasses import dataclass

from projection import Completed
from resolvers.answers import Info, caller_of, payload
from workflow.enums import Role


@dataclass(frozen=True, slots=True)
class ViewerValue:
    """The caller, as clients see them."""

    role: Role
    name: str | None
    influencer: int | None
    advertiser_id: str | None


async def viewer(info: Info) -> Completed[ViewerValue]:
    """Return the caller. Raises UNAUTHENTICATED."""
    caller = caller_of(info)
    value = ViewerValue(caller.role, caller.name, caller.influencer_id, caller.advertiser_id)
    return await payload(info, value)
