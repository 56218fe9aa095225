"""Fields that are null because of an error, which is told at each of their places in an answer."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from graphql import FieldNode, GraphQLError

from projection.internals import Executor

MAX_ERRORS = 10_000
"""In the answer to one operation. So many take 0.4 seconds and 2 MB."""

Keys: TypeAlias = tuple[str | int, ...]
"""A place in an answer. In a plan 0 stands for every item of a list."""


class Refused(NamedTuple):
    """A field whose value is null at all of its places, and the error that says why."""

    error: GraphQLError
    nodes: Sequence[FieldNode]
    path: Keys

    def at(self, place: Keys) -> GraphQLError:
        """Return the error of one place."""
        return GraphQLError(
            self.error.message,
            self.nodes,
            path=place,
            original_error=self.error.original_error,
            extensions=self.error.extensions,
        )


Standing: TypeAlias = tuple[Keys, Any]
"""A finished value, and its place in the answer."""


def report(executor: Executor, refused: Iterable[Refused], values: Sequence[Standing]) -> bool:
    """Report each refused field wherever the values have it; return False where that is too much.

    Then nothing is reported.
    """
    room = MAX_ERRORS - len(executor.collected_errors.errors)
    found = [*islice(_places(refused, values), room + 1)]
    if len(found) > room:
        return False
    for field, place in found:
        executor.report(field.at(place))
    return True


def _places(
    refused: Iterable[Refused], values: Sequence[Standing]
) -> Iterator[tuple[Refused, Keys]]:
    for field in refused:
        for place, value in values:
            for found in _below(value, field.path, place):
                yield field, found


def _below(value: Any, path: Keys, place: Keys) -> Iterator[Keys]:
    """Yield each place that a path leads to, below a value at this place."""
    if value is None:
        return
    key, rest = path[0], path[1:]
    if key == 0:
        for index, item in enumerate(value):
            yield from _below(item, rest, (*place, index))
    elif rest:
        yield from _below(value[key], rest, (*place, key))
    else:
        yield (*place, key)
