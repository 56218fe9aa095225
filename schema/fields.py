"""Decorators for fields with arguments, and the arguments of every page."""

from collections.abc import Awaitable, Callable
from dataclasses import is_dataclass
from functools import wraps
from inspect import getdoc
from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET
from strawberry.types.field import StrawberryField

from resolvers.context import Context

FINISHED = "finished"
"""In a field's metadata: its method gives a finished value (`projection.Completed`)."""

MAY_BE_LATE = "may be late"
"""In a root field's metadata: staff may have it from a replica."""

Info = strawberry.Info[Context, None]

First = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "The number of rows to return from the start of the list, or from `after` on: 0 to "
            "100. 20 where neither `first` nor `last` is given. Not together with `last`."
        )
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "The cursor after which the page begins, from a page with the same order and "
            "filter. Not together with `before`."
        )
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "The number of rows to return at the end of the list, or up to `before`: 0 to 100. "
            "Not together with `first`."
        )
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "The cursor before which the page ends, from a page with the same order and "
            "filter. Not together with `after`."
        )
    ),
]


DryRun = Annotated[
    bool | None,
    strawberry.argument(
        description=(
            "Whether to try the mutation out only: it runs to the end, answers with the payload as "
            "it would be, and is rolled back before the next field runs. Null is as left out."
        )
    ),
]


def projected(method: Callable[..., Any]) -> StrawberryField:
    """Declare a field with arguments of a type over a model; its docstring is its description.

    Only the signature counts: the value comes finished with its parent's, so nothing ever calls it.
    """

    @wraps(method)
    def never(*_: object, **__: object) -> None:
        raise AssertionError(f"{method.__qualname__} is answered by the projection of its parent")

    return strawberry.field(never, description=getdoc(method))


def answers(
    graphql_type: object, *, may_be_late: bool = False
) -> Callable[[Callable[..., Awaitable[Any]]], StrawberryField]:
    """Declare a root field of this type, whose function returns the finished value.

    The function's docstring is the field's description. One that `may_be_late` is read from a
    replica, where there are any, for staff.
    """
    metadata = {FINISHED: True, MAY_BE_LATE: may_be_late}

    def declare(method: Callable[..., Awaitable[Any]]) -> StrawberryField:
        return strawberry.field(
            method, description=getdoc(method), graphql_type=graphql_type, metadata=metadata
        )

    return declare


def given_values(given: Any) -> Any:
    """Return an input as plain values: an object as a dict, without the fields that were left out.

    For inputs in which leaving a field out and giving null differ.
    """
    if isinstance(given, list):
        return [given_values(item) for item in cast("list[Any]", given)]
    if not is_dataclass(given):
        return given
    return {name: given_values(value) for name, value in vars(given).items() if value is not UNSET}
