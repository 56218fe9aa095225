"""Places in the write-ahead log, which clients carry from their writes to their reads."""

import re
from dataclasses import dataclass
from typing import Self

_TEXT = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{1,8})-([0-9a-f]{1,16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the write-ahead log of a database cluster."""

    system: int
    "The identifier of the database cluster: that of another one says nothing here."
    timeline: int
    "It grows with each failover."
    lsn: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the position of a text that `str` made. Raises ValueError."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError("not a position")
        return cls(*(int(number, 16) for number in found.groups()))

    def __str__(self) -> str:
        """Return it as clients carry it."""
        return f"{self.system:x}-{self.timeline:x}-{self.lsn:x}"

    def is_of(self, other: "Position") -> bool:
        """Return whether both are of one timeline, so that the greater is the later."""
        return (self.system, self.timeline) == (other.system, other.timeline)

    def is_in(self, replayed: "Position") -> bool:
        """Return whether a server that has replayed so far has all that was written up to here.

        What an earlier timeline had written, and the later ones lack, no server has any more.
        """
        return (
            self.system == replayed.system
            and self.timeline <= replayed.timeline
            and self.lsn <= replayed.lsn
        )


NOWHERE = Position(0, 0, 0)
"""In no server's log: who carries it reads from the primary."""
