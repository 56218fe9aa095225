"""One influencer of a file: the fields, or the problems that keep them from being imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from resolvers.mutations.upsert_influencers import InfluencerFields


class Problem(NamedTuple):
    """A fault of the file, and its line."""

    line: int
    message: str


class AccountPlace(NamedTuple):
    """The place of an account in a table."""

    line: int
    columns: Mapping[str, str]
    "The columns of its fields, where they have names of their own."


@dataclass(slots=True)
class Entry:
    """One influencer, from one line of the file or several: the fields, or the problems."""

    line: int
    "The number of the first, from 1."
    external_id: str = ""
    "As far as it can be read."
    fields: InfluencerFields | None = None
    problems: list[Problem] = field(default_factory=list[Problem])
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    "The columns of its fields, where they have names of their own."
    accounts: Sequence[AccountPlace] = ()
    lost: int = 1
    "The number of influencers refused with it: one, or as many as the lines that were lost."

    def about(self, path: Sequence[object], message: str) -> Problem:
        """Return the message, with the line and the field that it is about."""
        line, columns = self.line, self.columns
        if len(path) > 1 and path[0] == "accounts" and self.accounts:
            line, columns = self.accounts[int(str(path[1]))]
        name = columns.get(str(path[-1])) or ".".join(map(str, path))
        return Problem(line, f"{name[:200]}: {message}")
