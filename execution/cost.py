"""The cost of an operation: its number of selections with all fragments expanded.

It can be huge in a short document, where each fragment spreads the next one twice; so selections
are counted here without expanding anything.
"""

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

MAX_SELECTIONS = 3_000
"In one operation. A screen needs some hundred; to plan this many takes 0.3 seconds."
SELECTION_CHARACTERS = 200
"In a fragment, this many characters of a field's arguments count as one more selection."


def check_cost(document: DocumentNode) -> None:
    """Raise RequestError COST_LIMIT where an operation of the document has too many selections.

    This comes before validation, which takes long for such a document: it need not be valid.
    """
    costs = _Costs(document)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            try:
                cost = costs.of(node.selection_set, in_fragment=False)
            except RecursionError:
                cost = MAX_SELECTIONS + 1
            if cost > MAX_SELECTIONS:
                message = (
                    f"With its fragments written out this operation has more than"
                    f" {MAX_SELECTIONS:,} selections. Ask for less, or in several requests."
                )
                raise RequestError("COST_LIMIT", message)


class _Costs:
    """Count selections; those of a fragment once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, int] = {}

    def of(self, selected: SelectionSetNode, *, in_fragment: bool) -> int:
        """Return the number of selections in this set, and in all below it."""
        cost = 0
        for node in selected.selections:
            cost += 1
            if isinstance(node, FragmentSpreadNode):
                cost += self._of_fragment(node.name.value)
                continue
            # The arguments in a fragment are coerced again wherever it is spread.
            if in_fragment:
                cost += _length_of_arguments(node) // SELECTION_CHARACTERS
            below: SelectionSetNode | None = getattr(node, "selection_set", None)
            if below is not None:
                cost += self.of(below, in_fragment=in_fragment)
        return cost

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            # Zero while it is counted: validation refuses cycles, and spreads of unknown fragments.
            self._known[name] = 0
            if name in self._fragments:
                fragment = self._fragments[name]
                self._known[name] = self.of(fragment.selection_set, in_fragment=True)
        return self._known[name]


def _length_of_arguments(node: SelectionNode) -> int:
    arguments = (isinstance(node, FieldNode) and node.arguments) or ()
    first, last = (arguments[0].loc, arguments[-1].loc) if arguments else (None, None)
    return last.end - first.start if first and last else 0
