"""The expiry of a token while a stream is open."""

import asyncio
import time
from collections.abc import Callable

from resolvers.errors import RequestError
from transport.auth.tokens import Grant

MAX_DELAY = 86_400.0
"The longest delay of a timer, in seconds, because the system's clock may be corrected meanwhile."


class Expiry:
    """A timer that calls `revoke` with an error when the token of a grant has expired."""

    def __init__(self, grant: Grant, revoke: Callable[[RequestError], None]) -> None:
        self._grant = grant
        self._revoke = revoke
        self._timer = self._next()

    def cancel(self) -> None:
        """Cancel the timer."""
        self._timer.cancel()

    def _next(self) -> asyncio.TimerHandle:
        delay = min(max(0.0, self._grant.expires - time.time()), MAX_DELAY)
        return asyncio.get_running_loop().call_later(delay, self._look)

    def _look(self) -> None:
        if time.time() < self._grant.expires:
            self._timer = self._next()
        else:
            self._revoke(RequestError("UNAUTHENTICATED", "The token has expired. Get a new one."))
