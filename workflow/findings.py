"""What services found of a post, and the status that follows beside what staff decided.

What they decided stands until something was observed after it. The status follows from the whole
of both, so findings that come twice, late or in another order make no difference.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from workflow.enums import Finding, PostStatus, PostWarning
from workflow.table import PostState

MAX_AHEAD = timedelta(minutes=5)
"""How far ahead of our clock the time of an observation may be."""


class Decided(NamedTuple):
    """The state that staff set last, and when; SUBMITTED since ever before they set any."""

    state: PostState
    at: datetime | None = None


class Observation(NamedTuple):
    """A finding on a post, or that it is over."""

    finding: Finding
    observed_at: datetime
    "As the service says. It orders findings among themselves."
    received_at: datetime
    "When it first came."
    over: bool = False

    @property
    def counts_from(self) -> datetime:
        """Return when it counts against what staff decide: from what they could know of it on."""
        return min(self.observed_at, self.received_at)


def state_after(decided: Decided, observations: Iterable[Observation]) -> PostState:
    """Return what staff set last, unless a finding that was observed after that holds.

    Then it is a WARNING of the kind observed last; at one moment, of the first kind.
    """
    known = list(observations)
    last: tuple[datetime, Finding] | None = None
    for finding in Finding:
        holding = _holding([one for one in known if one.finding is finding])
        if not any(decided.at is None or one.counts_from > decided.at for one in holding):
            continue
        observed_at = max(one.observed_at for one in holding)
        if last is None or observed_at > last[0]:
            last = observed_at, finding
    return decided.state if last is None else PostState(PostStatus.WARNING, PostWarning(last[1]))


def _holding(of_kind: list[Observation]) -> list[Observation]:
    """Return the observations of one kind since it was over last; at that moment, none."""
    ends = [one.observed_at for one in of_kind if one.over]
    return [one for one in of_kind if not ends or one.observed_at > max(ends)]
