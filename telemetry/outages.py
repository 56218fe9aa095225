"""Outages of the database: a line when one begins, and one when it is over, not one a request."""

from time import monotonic

import structlog

QUIET_SECONDS = 1.0
"""An outage is over once something succeeds, and nothing has failed for so long."""

_log = structlog.stdlib.get_logger("joinery.database")


class Outage:
    """The state of the database as this process knows it: available, or unavailable since when."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._last = 0.0
        self._failures = 0
        self._kinds = set[type[BaseException]]()

    def failed(self, error: BaseException) -> None:
        """Note a failure that the database is to blame for; log the first of each kind."""
        self._last = monotonic()
        if self._since is None:
            self._since = self._last
        self._failures += 1
        if type(error) not in self._kinds:
            self._kinds.add(type(error))
            _log.warning("the database is unavailable", error=repr(error))

    def succeeded(self) -> None:
        """Note that the database has answered; log it if that ends an outage."""
        if self._since is None or monotonic() - self._last < QUIET_SECONDS:
            return
        seconds = round(monotonic() - self._since, 1)
        _log.info("the database is available again", seconds=seconds, failures=self._failures)
        self._since = None
        self._failures = 0
        self._kinds.clear()


database = Outage()
"""The database that this process is connected to."""
