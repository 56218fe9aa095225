"""Values that the types of an operation refuse: in which input they are, and who tells it.

A person mistypes a URL or a time. So a text that is none, in a mutation's input, is marked as
`Malformed` and let through: the mutation tells it in `userErrors`, beside all else that is wrong
with the input. Everything else refuses the request; each error about a value in a mutation's input
has the path to it in `extensions.field`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    VariableValues,
    Visitor,
    get_variable_values,
    visit,
)

from execution.errors import with_code
from projection.internals import VariableFault, variable_faults
from resolvers.errors import MalformedError
from resolvers.pipeline.validation import Malformed

MAX_ERRORS = 50


class InvalidVariablesError(Exception):
    """Variables that their types refuse, with an error for each value."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class Place(NamedTuple):
    """The place of a value in the arguments of a field."""

    path: tuple[str | int, ...]
    is_input: bool
    "Whether the field is a mutation."


def with_marked_literals(
    document: DocumentNode, errors: Iterable[GraphQLError]
) -> DocumentNode | None:
    """Return the document with malformed texts in the inputs of mutations marked.

    None if the errors are about anything else.
    """
    places = _literals(document)
    marked = dict[int, Malformed]()
    for error in errors:
        node = error.nodes[0] if isinstance(error, MalformedError) and error.nodes else None
        place = places.get(id(node))
        if not isinstance(node, StringValueNode) or place is None or not place.is_input:
            return None
        marked[id(node)] = Malformed(node.value, error.message)
    return visit(document, _Marker(marked))


class _Marker(Visitor):
    def __init__(self, marked: Mapping[int, Malformed]) -> None:
        super().__init__()
        self._marked = marked

    def enter_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode | None:
        """Return the marked node in place of one that is malformed."""
        text = self._marked.get(id(node))
        return None if text is None else replace(node, value=text)


def with_fields(document: DocumentNode, errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """Return the errors, each that is about a value in an input with the path to it."""
    places = _literals(document)
    found = [(error, places.get(id(error.nodes[0])) if error.nodes else None) for error in errors]
    return [_with_field(error, place) if place else error for error, place in found]


def coerce_variables(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    given: dict[str, Any],
) -> VariableValues:
    """Return the values of an operation's variables. Raises InvalidVariablesError."""
    nodes = operation.variable_definitions or ()
    values = get_variable_values(schema, nodes, given, MAX_ERRORS)
    if isinstance(values, VariableValues):
        return values
    faults = list(variable_faults(schema, nodes, given))
    places = _variables(operation, fragments)
    if faults and all(_is_for_input(fault, places, given) for fault in faults):
        values = get_variable_values(schema, nodes, _marked(given, faults), MAX_ERRORS)
        if isinstance(values, VariableValues):
            return values
    # What has no path is not about a value, but about how many there are, or how deep.
    errors = [_refusal(fault, places) for fault in faults[:MAX_ERRORS]] or values
    raise InvalidVariablesError([with_code(error, "INVALID_INPUT") for error in errors])


def _is_for_input(
    fault: VariableFault, places: Mapping[str, Sequence[Place]], given: Mapping[str, Any]
) -> bool:
    used = places.get(fault.variable, ())
    is_text = isinstance(_at(given, (fault.variable, *fault.path)), str)
    return isinstance(fault.error, MalformedError) and is_text and all(p.is_input for p in used)


def _marked(given: Mapping[str, Any], faults: Iterable[VariableFault]) -> dict[str, Any]:
    """Return a copy of the variables in which the faulty texts are marked."""
    copy = deepcopy(dict(given))
    for fault in faults:
        *path, last = (fault.variable, *fault.path)
        parent = _at(copy, path)
        parent[last] = Malformed(parent[last], fault.error.message)
    return copy


def _at(value: Any, path: Iterable[str | int]) -> Any:
    """Return what is at the path; None where a variable was left out."""
    for key in path:
        value = value.get(key) if isinstance(key, str) else value[key]
    return value


def _refusal(fault: VariableFault, places: Mapping[str, Sequence[Place]]) -> GraphQLError:
    """Return the error for the client; its path is that of the first use of the variable."""
    error = GraphQLError(fault.message, fault.node, original_error=fault.error)
    for place in places.get(fault.variable, ())[:1]:
        return _with_field(error, Place((*place.path, *fault.path), place.is_input))
    return error


def _with_field(error: GraphQLError, place: Place) -> GraphQLError:
    if place.is_input:
        error.extensions = {**(error.extensions or {}), "field": [*map(str, place.path)]}
    return error


# Places


def _literals(document: DocumentNode) -> dict[int, Place]:
    """Return the places of all literals in arguments, by the `id` of their nodes."""
    fragments = _fragments(document)
    return {
        id(node): place
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for node, place in _values(operation, fragments)
    }


def _variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, list[Place]]:
    """Return the places where an operation uses its variables, by their names."""
    places: dict[str, list[Place]] = {}
    for node, place in _values(operation, fragments):
        if isinstance(node, VariableNode):
            places.setdefault(node.name.value, []).append(place)
    return places


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _values(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[tuple[ValueNode, Place]]:
    mutates = operation.operation is OperationType.MUTATION
    for argument, is_root in _arguments(operation.selection_set, fragments, set(), is_root=True):
        for node, path in _nested(argument.value, (argument.name.value,)):
            yield node, Place(path, is_root and mutates)


def _arguments(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    seen: set[tuple[str, bool]],
    *,
    is_root: bool,
) -> Iterator[tuple[ArgumentNode, bool]]:
    """Yield the arguments of all fields, and whether it is a root field's."""
    for node in selections.selections:
        below: SelectionSetNode | None = None
        if isinstance(node, FieldNode):
            yield from ((argument, is_root) for argument in node.arguments or ())
            below = node.selection_set
        elif isinstance(node, InlineFragmentNode):
            below = node.selection_set
        elif isinstance(node, FragmentSpreadNode) and (node.name.value, is_root) not in seen:
            seen.add((node.name.value, is_root))
            fragment = fragments.get(node.name.value)
            below = fragment.selection_set if fragment else None
        if below is not None:
            stays = is_root and not isinstance(node, FieldNode)
            yield from _arguments(below, fragments, seen, is_root=stays)


def _nested(
    node: ValueNode, path: tuple[str | int, ...]
) -> Iterator[tuple[ValueNode, tuple[str | int, ...]]]:
    """Yield a value and all values in it, with their paths."""
    yield node, path
    if isinstance(node, ListValueNode):
        for index, item in enumerate(node.values):
            yield from _nested(item, (*path, index))
    if isinstance(node, ObjectValueNode):
        for field in node.fields:
            yield from _nested(field.value, (*path, field.name.value))
