"""The points that each caller may spend in a minute. Each process counts for itself."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

from resolvers.caller import Caller
from resolvers.errors import RequestError

WINDOW = 60
"Seconds, from the first operation of a caller on."
MAX_CALLERS = 10_000
"With a window under way. Beyond that the oldest is forgotten: its caller has a whole budget again."


@dataclass(frozen=True, slots=True)
class Standing:
    """The points that a caller may still spend."""

    budget: int
    "Points of a whole window."
    remaining: int
    "Points until this one ends."
    seconds: int
    "Until it ends, 1 or more."


class RateLimitedError(RequestError):
    """A caller has not enough points left for an operation: RATE_LIMITED."""

    def __init__(self, price: int, standing: Standing) -> None:
        message = (
            f"This operation costs {price:,} points, and {standing.remaining:,} of"
            f" {standing.budget:,} a minute are left. Send it again in {standing.seconds} s."
        )
        super().__init__("RATE_LIMITED", message)
        self.standing = standing


@dataclass(slots=True)
class _Window:
    end: float
    spent: int = 0


class Budgets:
    """The budgets of all callers, who are known by `role`, `sub` and `advertiser`."""

    def __init__(self, budget: int, clock: Callable[[], float] = monotonic) -> None:
        self.budget = budget
        self._clock = clock
        self._windows = OrderedDict[tuple[str, ...], _Window]()
        "In the order of their ends."

    def spend(self, caller: Caller, price: int) -> Standing:
        """Return what is left after an operation of this price; raise RateLimitedError.

        A price above the whole budget is never served: refuse it before.
        """
        window = self._window(caller)
        seconds = ceil(window.end - self._clock())
        left = self.budget - window.spent
        if price > left:
            raise RateLimitedError(price, Standing(self.budget, left, seconds))
        window.spent += price
        return Standing(self.budget, left - price, seconds)

    def _window(self, caller: Caller) -> _Window:
        now, windows = self._clock(), self._windows
        while windows and next(iter(windows.values())).end <= now:
            windows.popitem(last=False)
        key = (caller.role, caller.subject, caller.advertiser_id or "")
        if key not in windows:
            if len(windows) == MAX_CALLERS:
                windows.popitem(last=False)
            windows[key] = _Window(now + WINDOW)
        return windows[key]
