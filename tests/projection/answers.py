"""How a server's answer must agree with the reference's."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
)
from graphql.execution import ExecutionResult

from projection.internals import is_non_null
from tests.projection.reference import ALLOWED, ANY_CURSOR, SCHEMA
from workflow.enums import Role

Keys = tuple[str, ...]
"""Response keys to a field, without the places in lists."""


def check(
    found: Mapping[str, Any],
    expected: ExecutionResult,
    document: DocumentNode,
    variables: Mapping[str, Any],
    role: Role,
) -> None:
    """Fails where they differ: in values, the order of keys, or errors by path and code.

    The server refuses a selection as it reads it, the reference field by field as it gets there.
    So the server also refuses what no row came to; and where null cannot stand in the place of
    what is refused, the root field fails, not the nearest object that may be null.
    """
    refusable = dict(_Refusals(document, variables, role).found())
    ours = {_told(error["path"], error["extensions"]) for error in found.get("errors", ())}
    theirs = {_told(error.path, error.extensions) for error in expected.errors or ()}
    for path, code in ours - theirs:
        assert (code, path in refusable) == ("FORBIDDEN", True), f"{path} is refused: {code}"
    failed = {path[0] for path, code in ours if refusable.get(path, True) or code != "FORBIDDEN"}
    data: dict[str, Any] | None = found["data"]
    for path, code in theirs - ours:
        assert data is None or path[0] in failed, f"{path} is not refused: {code}"
    if data is None:
        assert failed
        return
    assert expected.data is not None
    same("data", data, expected.data | dict.fromkeys(failed & data.keys()))


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


def _told(path: Any, extensions: Any) -> tuple[Keys, str]:
    """An error's path and code; of what is no matter of roles, the root field alone."""
    keys = tuple(key for key in path if isinstance(key, str))
    code: str = extensions["code"]
    return (keys if code == "FORBIDDEN" else keys[:1]), code


class _Refusals:
    """The fields of an operation that the role may not ask for."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any], role: Role) -> None:
        self._role = role
        self._fragments = dict[str, FragmentDefinitionNode]()
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                self._fragments[definition.name.value] = definition
            elif isinstance(definition, OperationDefinitionNode):
                self._operation = definition
        self._variables = _with_defaults(self._operation, variables)

    def found(self) -> Iterator[tuple[Keys, bool]]:
        """Each one's path, and whether null cannot stand in its place."""
        return self._below(self._operation.selection_set, SCHEMA.query_type, ())

    def _below(self, selected: Any, parent: Any, path: Keys) -> Iterator[tuple[Keys, bool]]:
        for node in selected.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                yield from self._field(node, parent, path)
            else:
                spread: Any = node
                inside = (
                    node
                    if isinstance(node, InlineFragmentNode)
                    else self._fragments[spread.name.value]
                )
                name = inside.type_condition and inside.type_condition.name.value
                below = SCHEMA.type_map[name] if name else parent
                yield from self._below(inside.selection_set, below, path)

    def _field(self, node: FieldNode, parent: Any, path: Keys) -> Iterator[tuple[Keys, bool]]:
        name = node.name.value
        if name == "__typename":
            return
        definition = parent.fields[name]
        path = (*path, node.alias.value if node.alias else name)
        if self._role not in ALLOWED.get(f"{parent.name}.{name}", set(Role)):
            yield path, is_non_null(definition.type)
        elif node.selection_set:
            yield from self._below(node.selection_set, get_named_type(definition.type), path)

    def _is_included(self, node: Any) -> bool:
        for directive in node.directives or ():
            value = directive.arguments[0].value
            given = self._variables[value.name.value] if _is_variable(value) else value.value
            if given is (directive.name.value == "skip"):
                return False
        return True


def _is_variable(value: Any) -> bool:
    return isinstance(value, VariableNode)


def _with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Any:
    defaults = {
        one.variable.name.value: cast("Any", one.default_value).value
        for one in operation.variable_definitions or ()
        if one.default_value
    }
    return {**defaults, **variables}
