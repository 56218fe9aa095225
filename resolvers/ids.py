"""Global ids: `gid://joinery/Campaign/12`, and `gid://joinery/Candidate/12-34` for a pair.

What a trial run made has an id that names nothing: `gid://joinery/Campaign/preview:…`.
"""

import re

from database.trial import FIRST_ID

PREFIX = "gid://joinery/"
# 18 digits fit in a BIGINT. No leading zeros: an object has one id.
_NUMBER = r"(?:0|[1-9]\d{0,17})"
_GID = re.compile(rf"{PREFIX}([A-Z][A-Za-z]*)/({_NUMBER}(?:-{_NUMBER})?)", re.ASCII)


def encode(type_name: str, key: int | str) -> str:
    """Return the global id of an object."""
    return f"{PREFIX}{type_name}/{key}"


def encode_in_trial(type_name: str, key: int | str) -> str:
    """Return the global id of an object that a trial run reads, made by it or not."""
    is_made = any(int(number) >= FIRST_ID for number in str(key).split("-"))
    return encode(type_name, f"preview:{key}" if is_made else key)


def split(gid: str) -> tuple[str, str] | None:
    """Return the type's name and the key in a global id; None if it is malformed."""
    match = _GID.fullmatch(gid)
    return (match[1], match[2]) if match else None


def decode(gid: str, type_name: str) -> int | None:
    """Return the number in a global id of this type; None if it is malformed or another type's."""
    parts = split(gid)
    if parts is None or parts[0] != type_name or "-" in parts[1]:
        return None
    return int(parts[1])
