"""The columns of a table: their fields, by the header and by `--columns`."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from commands.errors import CommandError
from models.text import clean
from workflow.enums import Platform

NEEDED = ("externalId", "name")
PERSON = ("externalId", "name", "email", "country", "categories", "avatarUrl")
ACCOUNT = {
    "platform": "platform",
    "accountExternalId": "externalId",
    "handle": "handle",
    "followers": "followers",
}
"""The columns of an account that has a row, and the fields that they are."""
NETWORK_FIELDS = ("handle", "followers", "externalId")
NETWORKS = {
    platform: {field: f"{platform.lower()}.{field}" for field in NETWORK_FIELDS}
    for platform in Platform
}
"""The columns of an account that stands beside others in one row, by field."""
KNOWN = (*PERSON, *ACCOUNT, *(name for network in NETWORKS.values() for name in network.values()))
_KNOWN_IN_WORDS = (
    f"{', '.join((*PERSON, *ACCOUNT))}, and for each network as "
    f"{', '.join(NETWORKS[Platform.INSTAGRAM].values())}"
)


def parse_renamed(text: str) -> dict[str, str]:
    """Return the header of each column that `--columns` renames.

    Raises ValueError where it names no column.
    """
    renamed: dict[str, str] = {}
    for pair in next(csv.reader([text], strict=True, skipinitialspace=True), ()):
        name, equals, header = map(clean, pair.partition("="))
        if not equals or not header:
            raise ValueError(f"{pair[:60]!r}: give a column as name=header of the file")
        if name not in KNOWN:
            raise ValueError(f"{name[:60]!r} is no column; known are {_KNOWN_IN_WORDS}")
        if name in renamed or header in renamed.values():
            raise ValueError(f"{pair[:60]!r}: give each column once")
        renamed[name] = header
    return renamed


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of the columns in a row."""

    width: int
    index: Mapping[str, int]
    "The places of those that are known."
    own_names: Mapping[str, str]
    "The headers of those that are renamed."
    unread: Sequence[str] = ()
    "The headers of the others."
    nameless: Sequence[int] = ()
    networks: Mapping[Platform, Mapping[str, str]] = field(
        default_factory=dict[Platform, Mapping[str, str]]
    )
    "The columns of the networks in the file."

    @property
    def are_accounts_without_ids(self) -> bool:
        """Return whether some accounts have no column for their ids."""
        beside = any("externalId" not in network for network in self.networks.values())
        return beside or ("handle" in self.index and "accountExternalId" not in self.index)


def match(header: Sequence[str], renamed: Mapping[str, str]) -> Columns:
    """Return which column is which; raise CommandError where that is not clear."""
    headers = [clean(name) for name in header]
    fields = {ours: name for name, ours in _fields(renamed).items()}
    problems = _problems(headers, fields, strict=not renamed)
    if problems:
        message = f"its first line, the names of the columns, {problems[0]}"
        raise CommandError(f"{message}; known are {_KNOWN_IN_WORDS}")
    index = {name: headers.index(header) for name, header in fields.items() if header in headers}
    return Columns(
        len(headers),
        index,
        {name: header for name, header in renamed.items() if name in index},
        [name for name in headers if name and name not in fields.values()],
        [] if renamed else [place for place, name in enumerate(headers) if not name],
        _networks(index),
    )


def _fields(renamed: Mapping[str, str]) -> dict[str, str]:
    """Return the field of each header: one that is renamed is no longer known by its own name."""
    taken = set(renamed.values())
    own = {name: name for name in KNOWN if name not in renamed and name not in taken}
    return own | {header: name for name, header in renamed.items()}


def _problems(headers: Sequence[str], fields: Mapping[str, str], *, strict: bool) -> Sequence[str]:
    known = set(fields.values())
    present = {name for name, header in fields.items() if header in headers}
    return [
        *(f"lacks {fields.get(name, name)}" for name in NEEDED if name not in present),
        *(f"lacks {header[:40]}" for name, header in fields.items()
          if name != header and name not in present),
        *(f"has an unknown {name[:40]!r}" for name in headers
          if strict and name and name not in known),
        *(f"has {name[:40]} twice" for name in known if headers.count(name) > 1),
        *_half_networks(present, fields),
    ]  # fmt: skip


def _half_networks(present: set[str], fields: Mapping[str, str]) -> Sequence[str]:
    """Return the networks that lack what an account cannot be without."""
    problems: list[str] = []
    for columns in NETWORKS.values():
        given = [name for name in columns.values() if name in present]
        lacking = [columns[each] for each in ("handle", "followers") if columns[each] not in given]
        if given and lacking:
            problems.append(f"has {fields[given[0]][:40]}, and lacks {lacking[0]}")
    return problems


def _networks(index: Mapping[str, int]) -> dict[Platform, Mapping[str, str]]:
    found = {
        platform: {each: name for each, name in columns.items() if name in index}
        for platform, columns in NETWORKS.items()
    }
    return {platform: columns for platform, columns in found.items() if columns}
