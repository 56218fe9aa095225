"""Ids of what a trial run makes: a transaction that is rolled back (`transacted(undo=True)`).

The database gives ids from 1 on, and gives one again whose transaction was rolled back (SQLite), or
never (PostgreSQL). Rows of a trial run take theirs from far above, where no real row ever is: so
each tells by its id alone that it is none, and nothing real is mistaken for it later.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import randbits

FIRST_ID = 10**18
"""Ids of real rows have 18 digits at most."""
_RUN_BITS, _ROW_BITS = 42, 20
"""Any run's number and a million rows of it, below the end of a BIGINT."""


class TrialIds:
    """The ids for one trial run: they rise, and no other run has them but by rare chance."""

    def __init__(self) -> None:
        self._next = FIRST_ID + (randbits(_RUN_BITS) << _ROW_BITS)

    def take(self, count: int) -> range:
        """Return so many ids, which were not taken before."""
        ids = range(self._next, self._next + count)
        self._next = ids.stop
        return ids


def trial_ids() -> TrialIds | None:
    """Return the ids for what the open transaction makes; None unless it is a trial run."""
    return _current.get()


@contextmanager
def trial_run() -> Generator[None]:
    """Make the transaction in the block a trial run; whoever opened it rolls it back."""
    token = _current.set(TrialIds())
    try:
        yield
    finally:
        _current.reset(token)


_current: ContextVar[TrialIds | None] = ContextVar("trial_ids", default=None)
