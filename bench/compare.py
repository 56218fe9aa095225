"""Whether two servers give the same answer."""

import re
from typing import Any, cast

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00)")
_NEW_PARTICIPATION = re.compile(r"gid://joinery/Participation/\d+")
_GID = re.compile(r"gid://joinery/[A-Za-z]+/([0-9-]+)")


def difference(ours: Any, theirs: Any, *, new_ids: bool = False, bare_ids: bool = False) -> str:
    """Where the first difference is and what it is; empty where the answers are the same.

    Moments may be written differently. `new_ids`: participations were just made, so that their
    ids differ. `bare_ids`: theirs come without our prefix.
    """
    return _compare("data", *(_plain(data, new_ids, bare_ids) for data in (ours, theirs)))


def _plain(value: Any, new_ids: bool, bare_ids: bool) -> Any:
    if isinstance(value, dict):
        value = cast(dict[str, Any], value)
        return {key: _plain(item, new_ids, bare_ids) for key, item in value.items()}
    if isinstance(value, list):
        value = cast(list[Any], value)
        return [_plain(item, new_ids, bare_ids) for item in value]
    if not isinstance(value, str):
        return value
    if found := _MOMENT.fullmatch(value):
        return f"{found[1]}{(found[2] or '').rstrip('.0')}Z"
    if new_ids and _NEW_PARTICIPATION.fullmatch(value):
        return "new"
    if bare_ids and (found := _GID.fullmatch(value)):
        return found[1]
    return value


def _compare(path: str, ours: Any, theirs: Any) -> str:
    if ours == theirs:
        return ""
    parts, others = _parts(ours), _parts(theirs)
    if parts and others and parts.keys() == others.keys():
        pairs = [(f"{path}.{key}", parts[key], others[key]) for key in parts]
        return next(told for pair in pairs if (told := _compare(*pair)))
    return f"{path}: {ours!r:.300} is answered with {theirs!r:.300}"


def _parts(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return cast(dict[str, Any], value)
    if isinstance(value, list):
        return {str(place): item for place, item in enumerate(cast(list[Any], value))}
    return {}
