"""The caller."""

from dataclasses import dataclass
from hashlib import blake2b

import orjson

from projection import Completed
from resolvers.answers import Info, caller_of, payload
from resolvers.caller import Caller
from resolvers.ids import encode
from workflow.enums import Role


@dataclass(frozen=True, slots=True)
class ViewerValue:
    """The caller, as clients see them."""

    id: str
    role: Role
    name: str | None
    influencer: int | None
    advertiser_id: str | None


async def viewer(info: Info) -> Completed[ViewerValue]:
    """Return the caller. Raises UNAUTHENTICATED."""
    caller = caller_of(info)
    value = ViewerValue(
        _id(caller), caller.role, caller.name, caller.influencer_id, caller.advertiser_id
    )
    return await payload(info, value)


def _id(caller: Caller) -> str:
    """Return one id for each role, subject and advertiser, in which none of them can be read."""
    who = orjson.dumps([caller.role, caller.subject, caller.advertiser_id])
    return encode("Viewer", blake2b(who, digest_size=16).hexdigest())
