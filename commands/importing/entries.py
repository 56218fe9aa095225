"""What a file says about one influencer, or why it cannot be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from resolvers.mutations.upsert_influencers import InfluencerFields


class Problem(NamedTuple):
    """A fault of the file, and its line."""

    line: int
    message: str


class AccountPlace(NamedTuple):
    """Where an account stands in a table."""

    line: int
    columns: Mapping[str, str]
    "The columns of its fields, where they have names of their own."


@dataclass(slots=True)
class Entry:
    """What some lines of the file say about one influencer, or why they cannot be taken."""

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
    "How many influencers are refused with it: one, or as many as the lines that were lost."

    def about(self, path: Sequence[object], message: str) -> Problem:
        """Return the message, with the line and the field that it is about."""
        line, columns = self.line, self.columns
        if len(path) > 1 and path[0] == "accounts" and self.accounts:
            line, columns = self.accounts[int(str(path[1]))]
        name = columns.get(str(path[-1])) or ".".join(map(str, path))
        return Problem(line, f"{name[:200]}: {message}")
