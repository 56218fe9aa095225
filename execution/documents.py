"""GraphQL documents, parsed and validated once, however often they are sent."""

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

MAX_TOKENS = 50_000
"Enough for 1,000 influencers as literals, though variables are for that."
MAX_COMMENTS = 1_000
CACHE_CHARACTERS = 256 * 1024
"In all cached documents together. Parsed, a character takes up to 500 bytes."
MAX_CACHED_CHARACTERS = 16 * 1024
"In one cached document. A longer one has its data as literals, and is hardly sent again."

_IS_LIST = {"ID": False, "String": False, "[ID!]": True, "[String!]": True}
"""By type of a variable that is a text, or a list of texts: whether it is a list."""


class TextVariable(NamedTuple):
    """A variable that is a text or a list of texts: such a value needs no coercion."""

    signature: GraphQLVariableSignature
    is_list: bool


class InvalidDocumentError(Exception):
    """A document that is not valid, with its errors; each has its code."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True)
class Operation:
    """One operation of a document that passed validation."""

    node: OperationDefinitionNode
    document: DocumentNode
    root: RootCall | None
    "The call of its only root field; None where the operation is executed."
    texts: Mapping[str, TextVariable] | None
    "Its variables by name, if each is an ID, a String or a list of them; else None."
    plans: dict[Any, Any]
    "The plans of the document's operations, kept by the projection."

    @property
    def type(self) -> OperationType:
        """Its type: query, mutation or subscription."""
        return self.node.operation

    @property
    def name(self) -> str | None:
        """Its name, if it has one."""
        return self.node.name.value if self.node.name else None

    @cached_property
    def is_dry_run(self) -> bool:
        """Whether it is to be rolled back at the end (`@dryRun`)."""
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
        """Whether its root fields are all introspection or `__typename`."""
        fields = _root_fields(self.node.selection_set, self.fragments)
        return all(name.startswith("__") for name in fields)


class Documents:
    """The documents of one schema; those used last are cached."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._cache: OrderedDict[str, tuple[Operation, ...]] = OrderedDict()
        self._cached_characters = 0

    def operation(self, text: str, name: str | None) -> Operation:
        """Return the operation of this name, or the only one.

        Raise InvalidDocumentError, or RequestError: INVALID_INPUT where no operation has the name,
        COST_LIMIT where one has too many selections.
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
        operations = self._cache.get(text)
        if operations is not None:
            self._cache.move_to_end(text)
            return operations
        operations = self._read(text)
        if len(text) <= MAX_CACHED_CHARACTERS:
            self._store(text, operations)
        return operations

    def _store(self, text: str, operations: tuple[Operation, ...]) -> None:
        self._cache[text] = operations
        self._cached_characters += len(text)
        while self._cached_characters > CACHE_CHARACTERS:
            evicted, _ = self._cache.popitem(last=False)
            self._cached_characters -= len(evicted)

    def _read(self, text: str) -> tuple[Operation, ...]:
        try:
            document = parse(text, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS)
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
    """Yield the names of the root fields. A valid document has no cycle of fragments."""
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
    """Return INVALID_INPUT for a literal that its type does not accept, as for a variable.

    An error that a scalar raised itself has no nodes.
    """
    about_value = not error.nodes or isinstance(error.nodes[0], ValueNode)
    return "INVALID_INPUT" if about_value else "GRAPHQL_VALIDATION_FAILED"
