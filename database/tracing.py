"""Whoever wants to see what a request costs: a watch is told of each statement and each plan."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class WatchedStatement:
    """A statement in the database's own words, how many rows it gave, and how long it took."""

    sql: str
    values: list[Any]
    "Of its parameters, by position."
    rows: int
    milliseconds: float


@dataclass(slots=True)
class Watch:
    """What one request has done so far."""

    statements: list[WatchedStatement] = field(default_factory=list[WatchedStatement])
    stages: dict[str, float] = field(default_factory=dict[str, float])
    "Milliseconds by stage."
    diagrams: dict[str, str] = field(default_factory=dict[str, str])
    "The plan of each field, by its response key, as a Mermaid flowchart."

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Count the time of a block to this stage."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0) + (perf_counter() - begun) * 1000


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


def current_watch() -> Watch | None:
    """The watch of this request, if somebody wants to see it."""
    return _watch.get()


@contextmanager
def watching() -> Generator[Watch]:
    """Watch what is done in this block."""
    token = _watch.set(Watch())
    try:
        watch = _watch.get()
        assert watch is not None
        yield watch
    finally:
        _watch.reset(token)
