"""A level: the functions that it makes of expressions."""

from collections.abc import Sequence
from typing import Any

import pytest

from projection.level import Level


async def _nothing(_run: Any, rows: Sequence[Any], _made: list[list[Any]]) -> list[Any]:
    return [None] * len(rows)


def _stepped(steps: int) -> Level:
    level = Level()
    for _ in range(steps):
        level.step(_nothing)
    return level


def test_a_function_does_not_grow_with_steps_that_it_does_not_use() -> None:
    few, many = (_stepped(steps).function("(x3, x1)") for steps in (5, 1_000))
    assert few.__code__.co_varnames == many.__code__.co_varnames
    values = [[number] for number in range(1_000)]
    assert many(None, None, [()], *values) == [(3, 1)]


@pytest.mark.parametrize("key", ["x0", "x1", "x2", f"x{'9' * 5_000}"])
def test_a_response_key_may_look_like_a_step(key: str) -> None:
    made = _stepped(2).function(f"{{{key!r}: x1}}")
    assert made(None, None, [(), ()], [1, 2], [3, 4]) == [{key: 3}, {key: 4}]
