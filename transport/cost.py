"""What an operation comes to with its fragments written out, which a few can make of any size."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from resolvers.errors import RequestError

MOST_SELECTIONS = 3_000
"Of an operation: some hundred are what a screen needs, and so many are planned in 0.3 seconds."
CHARACTERS = 200
"So much of a field's arguments counts as one more selection: they are read wherever it stands."


class _Part(NamedTuple):
    """A selection set that an operation comes to, and the fragments that it stands in."""

    selected: SelectionSetNode
    inside: frozenset[str]


def check_cost(document: DocumentNode) -> None:
    """Raise RequestError COST_LIMIT where an operation of the document comes to too much.

    The document need not be valid, so that it costs little to refuse one that is large.
    """
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            _check(node, fragments)


def _check(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> None:
    cost = 0
    waiting = [_Part(operation.selection_set, frozenset())]
    while waiting:
        part = waiting.pop()
        for node in part.selected.selections:
            cost += _own_cost(node)
            waiting += _below(node, part.inside, fragments)
        if cost > MOST_SELECTIONS:
            message = (
                f"With its fragments written out this operation has more than {MOST_SELECTIONS:,}"
                " selections. Ask for less, or in several requests."
            )
            raise RequestError("COST_LIMIT", message)


def _own_cost(node: SelectionNode) -> int:
    arguments = (isinstance(node, FieldNode) and node.arguments) or ()
    first, last = (arguments[0].loc, arguments[-1].loc) if arguments else (None, None)
    return 1 + (last.end - first.start) // CHARACTERS if first and last else 1


def _below(
    node: SelectionNode, inside: frozenset[str], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[_Part]:
    match node:
        case FragmentSpreadNode():
            name = node.name.value
            # Validation tells of fragments that stand in themselves, and of those that are not.
            if name in fragments and name not in inside:
                yield _Part(fragments[name].selection_set, inside | {name})
        case InlineFragmentNode() | FieldNode():
            if node.selection_set:
                yield _Part(node.selection_set, inside)
        case _:
            pass
