"""GraphQL documents, parsed, validated and prepared once, however often they are sent."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from graphql import (
    BooleanValueNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    print_ast,
)
from strawberry import Info

from execution.cost import check_cost
from execution.errors import with_code
from execution.inputs import with_fields, with_marked_literals
from execution.pricing import Price, Pricing
from execution.rules import Rules
from execution.trusted import (
    Source,
    TrustedDocumentsError,
    canonical,
    hash_of,
    with_line_feeds,
)
from projection.internals import (
    Executor,
    GraphQLVariableSignature,
    Path,
    argument_values,
    definition_of,
    given_arguments,
    has_default,
    input_class,
    metadata_of,
    method_of,
    parse,
    python_name,
    signature_of,
    token_count,
    type_of,
    validate,
)
from resolvers.errors import RequestCode, RequestError
from schema.fields import FINISHED, MAY_BE_LATE

MAX_TOKENS = 50_000
"Enough for 1,000 influencers as literals, though variables are for that."
MAX_COMMENTS = 1_000
MAX_OPERATIONS = 50
"In one document: for each of them, validation goes through all that it spreads."
CACHE_CHARACTERS = 256 * 1024
"In all cached documents together. Parsed, a character takes up to 500 bytes."
MAX_CACHED_CHARACTERS = 16 * 1024
"In one cached document. A longer one has its data as literals, and is hardly sent again."
MAX_PUBLIC_CHARACTERS = 4 * 1024
"In a document without a token. Introspection with all that tools ask for has 2,000."
MAX_PUBLIC_TOKENS = 250
"In such a document where it is executed. The same introspection has 200."

INTROSPECTION = frozenset({"__schema", "__type"})
_IS_LIST = {"ID": False, "String": False, "[ID!]": True, "[String!]": True}
"""By type of a variable that is a text, or a list of texts: whether it is a list."""
_UNTRUSTED = (
    "PersistedQueryNotFound: no document here has this id. Only trusted documents are served, so it"
    " does not help to send its text: have it added to the documents of the server."
)

Resolve = Callable[[Any, dict[str, Any]], Awaitable[Any]]
"""`resolve(info, arguments)`, both as graphql-core makes them."""
Converter = Callable[[Any], Any]
"""Converts a value that graphql-core has coerced, and that is not null, to what a method takes."""


class TextVariable(NamedTuple):
    """A variable that is a text or a list of texts: such a value needs no coercion."""

    signature: GraphQLVariableSignature
    is_list: bool


class InvalidDocumentError(Exception):
    """A document that is not valid, with its errors; each has its code."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(slots=True)
class RootCall:
    """The one root field of an operation."""

    key: str
    "Its response key."
    node: FieldNode
    definition: GraphQLField
    parent: GraphQLObjectType
    resolve: Resolve
    constants: dict[str, Any] | None
    "The arguments without variables, by their names in GraphQL; None where one is part of a value."
    variables: Mapping[str, str]
    "The arguments that are a variable: its name, by theirs."
    executor: Executor | None = None
    "The executor that those of requests are copied from; None before the first request."

    def arguments(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the arguments; None where they have to be coerced.

        A variable was coerced already, but null and none at all may stand for a default.
        """
        if self.constants is None or not self.variables:
            return self.constants
        given = {name: variables.get(variable) for name, variable in self.variables.items()}
        return None if None in given.values() else {**self.constants, **given}


@dataclass(frozen=True)
class Operation:
    """One operation of a document that was parsed, and validated unless the caller is unknown."""

    schema: GraphQLSchema
    node: OperationDefinitionNode
    document: DocumentNode
    root: RootCall | None = None
    "The call of its only root field; None where the operation is executed."
    texts: Mapping[str, TextVariable] | None = None
    "Its variables by name, if each is an ID, a String or a list of them; else None."
    plans: dict[Any, Any] = field(default_factory=dict[Any, Any])
    "The plans of the document's operations, kept by the projection."
    is_validated: bool = True
    is_trusted: bool = False
    "Whether its document is trusted: metrics tell the names of such operations alone."
    may_be_late: bool = False
    "Whether it may be read from a replica, by its root fields."

    @property
    def type(self) -> OperationType:
        """Its type: query, mutation or subscription."""
        return self.node.operation

    @property
    def name(self) -> str | None:
        """Its name, if it has one."""
        return self.node.name.value if self.node.name else None

    def is_trial(self, executor: Executor) -> bool:
        """Return whether all that it does is rolled back: its fields are trial runs alone."""
        given = executor.variable_values.coerced
        return self._may_be_trial and all(
            _is_true(_dry_run(field), given)
            for field in executor.root_fields()
            if field.name.value != "__typename"
        )

    @cached_property
    def _may_be_trial(self) -> bool:
        return any(map(_dry_run, _root_fields(self.node.selection_set, self.fragments, set())))

    @cached_property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """The document's fragments by name."""
        return _fragments(self.document)

    @property
    def pricing(self) -> Pricing:
        """Its selections, to be priced."""
        return Pricing(self.schema, self.node, self.fragments)

    @cached_property
    def price(self) -> Price:
        """Its price, in which variables are left open."""
        return self.pricing.price()

    @cached_property
    def root_fields(self) -> frozenset[str]:
        """The names of its root fields."""
        fields = _root_fields(self.node.selection_set, self.fragments, set())
        return frozenset(field.name.value for field in fields)


class Documents:
    """The documents of one schema: trusted ones are kept, and of others those used last."""

    def __init__(self, schema: GraphQLSchema, rules: Rules | None = None) -> None:
        """Serve documents of this schema. Raises TrustedDocumentsError."""
        self._schema = schema
        self._rules = rules or Rules()
        self._cache: OrderedDict[str, tuple[Operation, ...]] = OrderedDict()
        self._cached_characters = 0
        self._trusted: dict[str, tuple[Operation, ...]] = {}
        "By text."
        self._texts: dict[str, str] = {}
        "Of trusted documents, by id."
        self._not_found = _UNTRUSTED if self._rules.trusted_only else "PersistedQueryNotFound"
        self._trust(self._rules.trusted or ())

    def text_of(self, document_id: str) -> str:
        """Return a trusted document.

        Raise RequestError PERSISTED_QUERY_NOT_FOUND, or PERSISTED_QUERY_NOT_SUPPORTED where there
        are none. Clients look for these very messages, or for the codes, and then send the text:
        where that would be in vain, the message says so.
        """
        if self._rules.trusted is None:
            raise RequestError("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
        text = self._texts.get(canonical(document_id))
        if text is None:
            raise RequestError("PERSISTED_QUERY_NOT_FOUND", self._not_found)
        return text

    def find(self, text: str, name: str | None, *, is_known: bool) -> Operation:
        """Return the operation of this name, or the only one; raise as `operation` does.

        Unless the document is trusted, it is neither validated nor kept for a caller who is not
        known, nor where only trusted ones are served: `public` tells whether it runs.
        """
        if trusted := self._trusted.get(text):
            return _named(trusted, name)
        if is_known and not self._rules.trusted_only:
            return self.operation(text, name)
        if len(text) > MAX_PUBLIC_CHARACTERS:
            raise _not_public(is_known=is_known)
        document = _parsed(text)
        nodes = _operation_nodes(document)
        return _named(
            [Operation(self._schema, node, document, is_validated=False) for node in nodes], name
        )

    def public(self, operation: Operation, *, is_known: bool) -> Operation:
        """Return an operation that anybody may run, validated.

        Raise as `operation` does, and RequestError: UNAUTHENTICATED where a token is needed,
        DOCUMENT_NOT_TRUSTED where the document must be trusted.
        """
        allowed = {"__typename"}
        if self._rules.introspection == "everyone" or (
            is_known and self._rules.introspection == "callers"
        ):
            allowed |= INTROSPECTION
        if not operation.root_fields <= allowed:
            raise _not_public(is_known=is_known)
        if operation.is_validated:
            return operation
        if token_count(operation.document) > MAX_PUBLIC_TOKENS:
            raise _not_public(is_known=is_known)
        return _named(self._validated(operation.document), operation.name)

    def operation(self, text: str, name: str | None) -> Operation:
        """Return the operation of this name, or the only one.

        Raise InvalidDocumentError, or RequestError: INVALID_INPUT where no operation has the name,
        COST_LIMIT where one has too many selections.
        """
        return _named(self.operations(text), name)

    def operations(self, text: str) -> Sequence[Operation]:
        """Return the operations of a document; raise as `operation` does."""
        operations = self._cache.get(text)
        if operations is not None:
            self._cache.move_to_end(text)
            return operations
        operations = self._validated(_parsed(text))
        if len(text) <= MAX_CACHED_CHARACTERS:
            self._store(text, operations)
        return operations

    def _store(self, text: str, operations: tuple[Operation, ...]) -> None:
        self._cache[text] = operations
        self._cached_characters += len(text)
        while self._cached_characters > CACHE_CHARACTERS:
            evicted, _ = self._cache.popitem(last=False)
            self._cached_characters -= len(evicted)

    def _trust(self, sources: Iterable[Source]) -> None:
        problems: list[str] = []
        for source in sources:
            known = self._trusted.get(with_line_feeds(source.text))
            try:
                operations = known or self._read(source)
            except InvalidDocumentError as error:
                problems += [f"{source.name}: {_with_line(each)}" for each in error.errors]
            except RequestError as error:
                problems.append(f"{source.name}: {error.message}")
            else:
                self._trusted |= {source.text: operations, source.text.rstrip(): operations}
                self._texts |= {source.id: source.text, hash_of(source.text): source.text}
        if problems:
            raise TrustedDocumentsError("\n".join(dict.fromkeys(problems)))

    def _read(self, source: Source) -> tuple[Operation, ...]:
        operations = self._validated(_parsed(source.text), is_trusted=True)
        if len(operations) > 1:
            message = f"It has {len(operations)} operations: a trusted document has one."
            raise RequestError("INVALID_INPUT", message)
        return operations

    def _validated(
        self, document: DocumentNode, *, is_trusted: bool = False
    ) -> tuple[Operation, ...]:
        _operation_nodes(document)
        check_cost(document)
        introspects = is_trusted or self._rules.introspection != "nobody"
        errors = validate(self._schema, document, introspects=introspects)
        if errors and (marked := with_marked_literals(document, errors)):
            document, errors = marked, validate(self._schema, marked, introspects=introspects)
        if errors:
            coded = [with_code(error, _validation_code(error)) for error in errors]
            raise InvalidDocumentError(with_fields(document, coded))
        plans: dict[Any, Any] = {}
        fragments = _fragments(document)
        return tuple(
            Operation(
                self._schema,
                node,
                document,
                root_call(self._schema, node, fragments),
                _text_variables(self._schema, node),
                plans,
                may_be_late=_may_be_late(self._schema, node, fragments),
                is_trusted=is_trusted,
            )
            for node in _operation_nodes(document)
        )


def token_needed() -> RequestError:
    """Return the refusal of a caller without a token."""
    message = "This needs a token: send the header `Authorization: Bearer` and the token."
    return RequestError("UNAUTHENTICATED", message)


def _not_public(*, is_known: bool) -> RequestError:
    if not is_known:
        return token_needed()
    message = "Only trusted documents are served here: send the `documentId` of one."
    return RequestError("DOCUMENT_NOT_TRUSTED", message)


def _with_line(error: GraphQLError) -> str:
    return f"line {error.locations[0].line}: {error.message}" if error.locations else error.message


def _parsed(text: str) -> DocumentNode:
    try:
        return parse(text, MAX_TOKENS, MAX_COMMENTS)
    except GraphQLSyntaxError as error:
        raise InvalidDocumentError([with_code(error, "GRAPHQL_PARSE_FAILED")]) from None


def _operation_nodes(document: DocumentNode) -> list[OperationDefinitionNode]:
    """Return the nodes of the operations; raise RequestError where there is none, or too many."""
    nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not nodes:
        message = "The document has no operation: it needs a query or a mutation."
        raise RequestError("GRAPHQL_VALIDATION_FAILED", message)
    if len(nodes) > MAX_OPERATIONS:
        message = f"A document has at most {MAX_OPERATIONS} operations: send fewer in one."
        raise RequestError("COST_LIMIT", message)
    return nodes


def _named(operations: Sequence[Operation], name: str | None) -> Operation:
    """Return the operation of this name, or the only one; raise RequestError INVALID_INPUT."""
    if name is None:
        if len(operations) == 1:
            return operations[0]
        names = ", ".join(operation.name or "" for operation in operations)
        message = f"The document has several operations ({names}): say which by operationName."
        raise RequestError("INVALID_INPUT", message)
    for operation in operations:
        if operation.name == name:
            return operation
    raise RequestError("INVALID_INPUT", f"The document has no operation named `{name}`.")


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _may_be_late(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
) -> bool:
    parent = schema.get_root_type(operation.operation)
    if operation.operation is not OperationType.QUERY or parent is None:
        return False
    names = {field.name.value for field in _root_fields(operation.selection_set, fragments, set())}
    return all(
        name.startswith("__") or metadata_of(parent.fields[name]).get(MAY_BE_LATE) for name in names
    )


def _root_fields(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[FieldNode]:
    """Yield the root fields, in a document that need not be valid."""
    for node in _root_nodes(selections, fragments, seen):
        if isinstance(node, FieldNode):
            yield node


def _root_nodes(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[SelectionNode]:
    """Yield the root fields, and the fragments in which they are; those that exist."""
    for node in selections.selections:
        yield node
        if isinstance(node, InlineFragmentNode):
            yield from _root_nodes(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in fragments and name not in seen:
                seen.add(name)
                yield from _root_nodes(fragments[name].selection_set, fragments, seen)


def _dry_run(field: FieldNode) -> ValueNode | None:
    """Return what a field is given for `dryRun`, if anything."""
    return given_arguments(field).get("dryRun")


def _is_true(given: ValueNode | None, variables: Mapping[str, Any]) -> bool:
    if isinstance(given, VariableNode):
        return bool(variables.get(given.name.value))
    return isinstance(given, BooleanValueNode) and given.value


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


# Operations with one root field, which most are: its method is called directly. graphql-core and
# Strawberry take as long to find the method, convert its arguments and complete its value as all
# the rest of a small request takes; the value is finished already.


def root_call(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> RootCall | None:
    """Return the call of an operation's only root field; None where it must be executed."""
    node = _only_field(operation, fragments)
    parent = schema.get_root_type(operation.operation)
    if parent is None or node is None:
        return None
    definition = parent.fields.get(node.name.value)
    if definition is None or node.directives or not metadata_of(definition).get(FINISHED):
        return None
    reads = operation.operation is not OperationType.MUTATION
    given = given_arguments(node).items()
    variables = {name: v.name.value for name, v in given if isinstance(v, VariableNode)}
    return RootCall(
        key=(node.alias or node.name).value,
        node=node,
        definition=definition,
        parent=parent,
        resolve=(_query if reads else _mutation)(definition),
        constants=_constants(definition, node, variables),
        variables=variables,
    )


def _only_field(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> FieldNode | None:
    """Return the only root field; that of a subscription may be in a fragment."""
    selections = operation.selection_set.selections
    if operation.operation is OperationType.SUBSCRIPTION:
        nodes = [*_root_nodes(operation.selection_set, fragments, set())]
        if any(node.directives for node in nodes):
            return None
        selections = [node for node in nodes if isinstance(node, FieldNode)]
    node = selections[0] if len(selections) == 1 else None
    return node if isinstance(node, FieldNode) else None


def _constants(
    definition: GraphQLField, node: FieldNode, variables: Container[str]
) -> dict[str, Any] | None:
    """Return the arguments that are no variables; None where one is part of a value."""
    given = [each for each in node.arguments or () if each.name.value not in variables]
    if any("$" in print_ast(each) for each in given):
        return None
    others = {name: each for name, each in definition.args.items() if name not in variables}
    return argument_values(GraphQLField(type_of(definition), others), node)


async def call(executor: Executor, root: RootCall) -> ExecutionResult:
    """Return the result, with the errors that executing the operation would give."""
    path = Path(None, root.key, root.parent.name)
    info = executor.build_resolve_info(root.definition, [root.node], root.parent, path)
    try:
        if (arguments := root.arguments(executor.variable_values.coerced)) is not None:
            info.arguments = arguments
        completed = await root.resolve(info, info.arguments)
    except Exception as error:  # noqa: BLE001
        data = {root.key: None} if executor.fail(error, root.definition, root.node, path) else None
    else:
        data = {root.key: completed.value}
    return ExecutionResult(data, executor.collected_errors.errors)


def _query(definition: GraphQLField) -> Resolve:
    """Return a call with arguments as graphql-core coerced them: an input object is a dict."""
    method, field = method_of(definition), definition_of(definition)
    names = {name: python_name(argument) for name, argument in definition.args.items()}

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        given = {names[name]: value for name, value in arguments.items()}
        return method(None, Info(info, field), **given)

    return resolve


def _mutation(definition: GraphQLField) -> Resolve:
    """Return a call with arguments converted: an input object is one of Strawberry's classes."""
    method, field = method_of(definition), definition_of(definition)
    keywords = _keywords_converter(definition.args)

    def resolve(info: Any, arguments: dict[str, Any]) -> Awaitable[Any]:
        return method(Info(info, field), **keywords(arguments))

    return resolve


# Converters do what Strawberry does, without looking up names, types and defaults in each request.


def converter(given: Any) -> Converter | None:
    """Return the converter of an input type; None where its values need no conversion."""
    input_type = unwrap(given, GraphQLNonNull) or given
    if (item_type := unwrap(input_type, GraphQLList)) is not None:
        item = converter(item_type)
        return None if item is None else _list_converter(item)
    is_object = isinstance(input_type, GraphQLInputObjectType)
    return _object_converter(input_type) if is_object else None


def unwrap(graphql_type: Any, wrapper: type[Any]) -> Any:
    """Return the type in a wrapper, a list or a non-null; None where it is not wrapped so."""
    return graphql_type.of_type if isinstance(graphql_type, wrapper) else None


def _keywords_converter(fields: Mapping[str, Any]) -> Converter:
    """Return the converter of arguments, or of an object's fields, to keyword arguments."""
    known = {name: (python_name(field), converter(field.type)) for name, field in fields.items()}

    def convert(given: dict[str, Any]) -> dict[str, Any]:
        keywords: dict[str, Any] = {}
        for name, value in given.items():
            keyword, item = known[name]
            keywords[keyword] = value if item is None or value is None else item(value)
        return keywords

    return convert


def _list_converter(item: Converter) -> Converter:
    def convert(values: list[Any]) -> list[Any]:
        return [None if value is None else item(value) for value in values]

    return convert


def _object_converter(input_type: GraphQLInputObjectType) -> Converter:
    make = input_class(input_type)
    keywords = _keywords_converter(input_type.fields)
    nulls = {
        python_name(field): None for field in input_type.fields.values() if not has_default(field)
    }

    def convert(given: dict[str, Any]) -> Any:
        return make(**{**nulls, **keywords(given)})

    return convert
