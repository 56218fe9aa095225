"""Counters, gauges and histograms, kept in plain numbers of this process.

To count costs a fraction of a microsecond, and nothing has to be imported for it. prometheus-client
comes in where metrics are served (`telemetry/exposition.py`); its own shared counters would cost
one to four microseconds for each number, several times a request.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]
Labels: TypeAlias = tuple[str, ...]
"""Values of a metric's labels, in the order of their names."""
Sample: TypeAlias = tuple[str, Labels, list[float]]
"""A metric's name, its labels, and its numbers: a value, or those of a histogram."""


class Metric:
    """A metric: its name, what it says, and its numbers by label."""

    kind: Kind

    def __init__(self, name: str, text: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self.text = text
        self.labels = labels
        self._numbers: dict[Labels, list[float]] = {}

    def samples(self) -> Iterator[Sample]:
        """Yield the numbers of this process."""
        for labels, numbers in self._numbers.items():
            yield self.name, labels, numbers


class Counter(Metric):
    """A number that grows."""

    kind = "counter"

    def add(self, *labels: str, amount: float = 1) -> None:
        """Count something."""
        found = self._numbers.get(labels)
        if found is None:
            self._numbers[labels] = [amount]
        else:
            found[0] += amount


class Gauge(Metric):
    """A number that goes up and down; those of all processes are added up."""

    kind = "gauge"

    def set(self, value: float, *labels: str) -> None:
        """Set the number of this process."""
        self._numbers[labels] = [value]

    def change(self, amount: float, *labels: str) -> None:
        """Add an amount to the number of this process."""
        found = self._numbers.setdefault(labels, [0])
        found[0] += amount


class Histogram(Metric):
    """Durations in seconds, counted by upper bounds.

    Its numbers are one for each bound, one for what is longer, and the sum.
    """

    kind = "histogram"
    bounds = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

    def add(self, seconds: float, *labels: str) -> None:
        """Count a duration."""
        numbers = self._numbers.get(labels)
        if numbers is None:
            numbers = self._numbers[labels] = [0.0] * (len(self.bounds) + 2)
        numbers[bisect_left(self.bounds, seconds)] += 1
        numbers[-1] += seconds
