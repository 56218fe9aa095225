"""Any object by its global id."""

from collections.abc import Mapping, Sequence
from typing import Any

from projection import Completed
from resolvers.answers import Info, by_key, caller_of
from resolvers.errors import RequestError
from resolvers.ids import split

MAX_IDS = 100
_NUMBERED = frozenset(
    {
        "Campaign", "Influencer", "SocialAccount", "Participation", "ParticipationEvent", "Post",
        "Webhook", "Delivery", "Plan",
    }
)  # fmt: skip
_PAIRED = frozenset({"Candidate", "PostRow"})


async def node(info: Info, id: str) -> Completed:
    """Return the object; null if there is none that the caller may see."""
    caller_of(info)
    return Completed((await _found(info, {(): id}))[0])


async def nodes(info: Info, ids: Sequence[str]) -> Completed:
    """Return the objects in the order of the ids, null for each that the caller may not see.

    Raises INVALID_INPUT for more than 100 ids.
    """
    caller_of(info)
    if len(ids) > MAX_IDS:
        raise RequestError("INVALID_INPUT", f"`ids` takes {MAX_IDS} ids at most, not {len(ids)}.")
    return Completed(await _found(info, {(index,): gid for index, gid in enumerate(ids)}))


async def _found(info: Info, ids: Mapping[tuple[int, ...], str]) -> list[Any]:
    """Return the objects of these ids, which are given by their places in the field's value."""
    named = {place: _named(gid) for place, gid in ids.items()}
    found: dict[tuple[str, Any], Any] = {}
    for type_name in dict.fromkeys(name for name, _ in named.values() if name):
        places = dict[Any, list[tuple[int, ...]]]()
        for place, (name, key) in named.items():
            if name == type_name:
                places.setdefault(key, []).append(place)
        objects = await by_key(info, type_name, places)
        found |= {(type_name, key): item for key, item in objects.items()}
    return [found.get(name_and_key) for name_and_key in named.values()]


def _named(gid: str) -> tuple[str, Any]:
    """Return the type and the key in an id; an empty name if it is no id."""
    type_name, key = split(gid) or ("", "")
    first, dash, second = key.partition("-")
    if type_name in _NUMBERED and not dash:
        return type_name, int(first)
    if type_name in _PAIRED and dash:
        return type_name, (int(first), int(second))
    return "", None
