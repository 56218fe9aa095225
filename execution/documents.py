"""GraphQL documents: parsed and validated once, however often they are sent."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    parse,
    print_ast,
)

from execution.cost import check_cost
from execution.errors import with_code
from execution.root_fields import RootCall, root_call
from projection.internals import GraphQLVariableSignature, signature_of, validate
from resolvers.errors import RequestCode, RequestError
from schema import DRY_RUN

MOST_TOKENS = 50_000
"Room for 1,000 influencers written into the document, though variables are for that."
MOST_COMMENTS = 1_000
KEPT_CHARACTERS = 256 * 1024
"Of all documents kept together: parsed, a character takes up to 500 bytes."
LONGEST_KEPT = 16 * 1024
"A longer document has its data written into it, and will hardly come again."

_IS_LIST = {"ID": False, "String": False, "[ID!]": True, "[String!]": True}
"""The types of variables that are texts, or lists of them."""


class TextVariable(NamedTuple):
    """A variable that is a text or a list of texts: where it is one, it is taken as it is."""

    signature: GraphQLVariableSignature
    is_list: bool


class InvalidDocumentError(Exception):
    """A document that cannot be run, with its errors; each carries its code."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True)
class Operation:
    """One operation of a document that passed validation."""

    node: OperationDefinitionNode
    document: DocumentNode
    root: RootCall | None
    "What it comes to where it has one root field."
    texts: Mapping[str, TextVariable] | None
    "Its variables, where each is an ID, a String or a list of them; else None."
    plans: dict[Any, Any]
    "What the read engine makes of the document's operations."

    @property
    def type(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation

    @property
    def name(self) -> str | None:
        """Its name, if it has one."""
        return self.node.name.value if self.node.name else None

    @cached_property
    def is_dry_run(self) -> bool:
        """Whether all that it does will be rolled back."""
        names = [directive.name.value for directive in self.node.directives or ()]
        return DRY_RUN.name in names

    @cached_property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """The document's fragments by name."""
        return {
            node.name.value: node
            for node in self.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    @cached_property
    def is_public(self) -> bool:
        """Whether it asks for nothing but introspection and `__typename`, at its root."""
        fields = _root_fields(self.node.selection_set, self.fragments)
        return all(name.startswith("__") for name in fields)


class Documents:
    """The documents of one schema: read once, those used last are kept."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, tuple[Operation, ...]] = OrderedDict()
        self._kept_characters = 0

    def operation(self, text: str, name: str | None) -> Operation:
        """The operation of this name, or the only one.

        Raises InvalidDocumentError, or RequestError: INVALID_INPUT where the name fits none,
        COST_LIMIT where it would take too long to plan.
        """
        operations = self._operations(text)
        if name is None:
            if len(operations) == 1:
                return operations[0]
            names = ", ".join(operation.name or "" for operation in operations)
            message = f"The document has several operations ({names}): say which by operationName."
            raise RequestError("INVALID_INPUT", message)
        for operation in operations:
            if operation.name == name:
                return operation
        raise RequestError("INVALID_INPUT", f"The document has no operation named {name!r}.")

    def _operations(self, text: str) -> tuple[Operation, ...]:
        operations = self._kept.get(text)
        if operations is not None:
            self._kept.move_to_end(text)
            return operations
        operations = self._read(text)
        if len(text) <= LONGEST_KEPT:
            self._keep(text, operations)
        return operations

    def _keep(self, text: str, operations: tuple[Operation, ...]) -> None:
        self._kept[text] = operations
        self._kept_characters += len(text)
        while self._kept_characters > KEPT_CHARACTERS:
            dropped, _ = self._kept.popitem(last=False)
            self._kept_characters -= len(dropped)

    def _read(self, text: str) -> tuple[Operation, ...]:
        try:
            document = parse(text, max_lexical_tokens=MOST_TOKENS, max_comments=MOST_COMMENTS)
        except GraphQLSyntaxError as error:
            raise InvalidDocumentError([with_code(error, "GRAPHQL_PARSE_FAILED")]) from None
        check_cost(document)
        errors = validate(self._schema, document)
        if errors:
            raise InvalidDocumentError(
                [with_code(error, _validation_code(error)) for error in errors]
            )
        plans: dict[Any, Any] = {}
        operations = tuple(
            Operation(
                node,
                document,
                root_call(self._schema, node),
                _text_variables(self._schema, node),
                plans,
            )
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        )
        if not operations:
            message = "The document has no operation: it needs a query or a mutation."
            raise RequestError("GRAPHQL_VALIDATION_FAILED", message)
        return operations


def _root_fields(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[str]:
    """The names of the fields at the root; validation has seen to it that this ends."""
    for node in selections.selections:
        match node:
            case FieldNode():
                yield node.name.value
            case InlineFragmentNode():
                yield from _root_fields(node.selection_set, fragments)
            case FragmentSpreadNode():
                yield from _root_fields(fragments[node.name.value].selection_set, fragments)
            case _:
                pass


def _text_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode
) -> Mapping[str, TextVariable] | None:
    variables: dict[str, TextVariable] = {}
    for node in operation.variable_definitions or ():
        signature = signature_of(schema, node)
        is_list = _IS_LIST.get(print_ast(node.type).removesuffix("!"))
        if signature is None or is_list is None:
            return None
        variables[signature.name] = TextVariable(signature, is_list)
    return variables


def _validation_code(error: GraphQLError) -> RequestCode:
    """A literal that its type cannot read is bad input, as it would be in a variable.

    Validation tells where its errors are; what a scalar itself raises comes without a place.
    """
    about_value = not error.nodes or isinstance(error.nodes[0], ValueNode)
    return "INVALID_INPUT" if about_value else "GRAPHQL_VALIDATION_FAILED"
