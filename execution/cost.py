"""What an operation comes to with its fragments written out, which a few can make of any size."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from resolvers.errors import RequestError

MOST_SELECTIONS = 3_000
"Of an operation: some hundred are what a screen needs, and so many are planned in 0.3 seconds."
CHARACTERS = 200
"So much of a field's arguments, within a fragment, counts as one more selection."


def check_cost(document: DocumentNode) -> None:
    """Raise RequestError COST_LIMIT where an operation of the document comes to too much.

    The document need not be valid, so that it costs little to refuse one that is large.
    """
    costs = _Costs(document)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            try:
                cost = costs.of(node.selection_set, in_fragment=False)
            except RecursionError:
                cost = MOST_SELECTIONS + 1
            if cost > MOST_SELECTIONS:
                message = (
                    f"With its fragments written out this operation has more than"
                    f" {MOST_SELECTIONS:,} selections. Ask for less, or in several requests."
                )
                raise RequestError("COST_LIMIT", message)


class _Costs:
    """Counts selections; each fragment's once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, int] = {}

    def of(self, selected: SelectionSetNode, *, in_fragment: bool) -> int:
        """How many there are in this set."""
        cost = 0
        for node in selected.selections:
            cost += 1
            if isinstance(node, FragmentSpreadNode):
                cost += self._of_fragment(node.name.value)
                continue
            # What a fragment holds is read again wherever it is spread.
            if in_fragment:
                cost += _length_of_arguments(node) // CHARACTERS
            below: SelectionSetNode | None = getattr(node, "selection_set", None)
            if below is not None:
                cost += self.of(below, in_fragment=in_fragment)
        return cost

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            # Validation tells of fragments that stand in themselves, and of those that are not.
            self._known[name] = 0
            if name in self._fragments:
                fragment = self._fragments[name]
                self._known[name] = self.of(fragment.selection_set, in_fragment=True)
        return self._known[name]


def _length_of_arguments(node: SelectionNode) -> int:
    arguments = (isinstance(node, FieldNode) and node.arguments) or ()
    first, last = (arguments[0].loc, arguments[-1].loc) if arguments else (None, None)
    return last.end - first.start if first and last else 0
