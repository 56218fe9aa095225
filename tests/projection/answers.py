"""How a server's answer must agree with the reference's."""

from collections.abc import Mapping
from typing import Any, cast

from graphql.execution import ExecutionResult

from tests.projection.reference import ANY_CURSOR

Told = tuple[tuple[str | int, ...], str]
"""An error's path and code."""


def check(found: Mapping[str, Any], expected: ExecutionResult) -> None:
    """Fails where they differ: in values, the order of keys, or errors by path and code.

    Where an argument is invalid in a field that cannot be null, the server fails the root field,
    not the nearest object that may be null.
    """
    ours = sorted((tuple(e["path"]), e["extensions"]["code"]) for e in found.get("errors", ()))
    theirs = sorted((tuple(e.path or ()), _code(e)) for e in expected.errors or ())
    assert expected.data is not None
    data: dict[str, Any] = found["data"] or dict.fromkeys(expected.data)
    failed = {key for key, value in data.items() if value is None and expected.data[key]}
    for key in failed:
        invalid = {code for path, code in ours if path[0] == key}
        assert invalid == {"INVALID_INPUT"}
        assert invalid <= {code for path, code in theirs if path[0] == key}
    assert _outside(failed, ours) == _outside(failed, theirs)
    same("data", data, expected.data | dict.fromkeys(failed))


def _code(error: Any) -> str:
    return error.extensions["code"]


def _outside(roots: set[str], errors: list[Told]) -> list[Told]:
    return sorted(each for each in errors if each[0][0] not in roots)


def same(path: str, found: Any, expected: Any) -> None:
    """Fails at the first place where parsed JSON differs from what is expected there."""
    if isinstance(expected, dict):
        wanted = cast("dict[str, Any]", expected)
        assert isinstance(found, dict), f"{path} is {found!r}, not {wanted!r}"
        given = cast("dict[str, Any]", found)
        assert list(given) == list(wanted), path
        for key, value in wanted.items():
            same(f"{path}.{key}", given[key], value)
    elif isinstance(expected, list | tuple):
        rows = cast("list[Any]", expected)
        assert isinstance(found, list), f"{path} is {found!r}, not {rows!r}"
        assert len(cast("list[Any]", found)) == len(rows), path
        for place, (one, other) in enumerate(zip(cast("list[Any]", found), rows, strict=True)):
            same(f"{path}.{place}", one, other)
    elif expected == ANY_CURSOR:
        assert isinstance(found, str), f"{path} is {found!r}, no cursor"
        assert found, path
    else:
        assert type(found) is not bool or type(expected) is bool, path
        assert found == expected, f"{path} is {found!r}, not {expected!r}"
