"""The trace of a request: its SQL statements, its plans, and time by stage.

A request is traced inside `traced()`. Tracing changes nothing about how its statements run.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class TracedStatement:
    """A statement in the database's dialect, the number of its rows, and how long it took.

    Of a statement that was shared with other requests: this request's keys and rows, and the time
    of all.
    """

    sql: str
    values: list[Any]
    "Of its parameters, by position."
    rows: int
    milliseconds: float


@dataclass(slots=True)
class Trace:
    """What one request has done so far."""

    statements: list[TracedStatement] = field(default_factory=list[TracedStatement])
    stages: dict[str, float] = field(default_factory=dict[str, float])
    "Milliseconds by stage."
    diagrams: dict[str, str] = field(default_factory=dict[str, str])
    "The plan of each field, by its response key, as a Mermaid flowchart."
    price: int = 0
    "The points that the operation costs."

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Add the time of a block to a stage."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0) + (perf_counter() - begun) * 1000


current_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)
"""The trace of the request that is being worked on; None where it is not traced."""


@contextmanager
def traced() -> Generator[Trace]:
    """Trace what a block does."""
    trace = Trace()
    token = current_trace.set(trace)
    try:
        yield trace
    finally:
        current_trace.reset(token)
