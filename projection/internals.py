"""The parts of graphql-core and Strawberry in use that they do not document or type.

All of it is here, so that an upgrade which changes something fails in the test of that name
(`tests/projection/test_internals.py`). No other module imports from inside of those packages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from functools import cached_property
from inspect import isawaitable
from typing import Any, Generic, NamedTuple, Self, cast

import graphql
import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Lexer,
    NonNullTypeNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    Source,
    ValueNode,
    VariableDefinitionNode,
    VariableValues,
    specified_rules,
)
from graphql.execution import values as execution_values
from graphql.execution.collect_fields import (
    FieldDetails,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
)
from graphql.execution.executor import CollectedErrors
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.language.parser import Parser, nested_too_deeply_error
from graphql.pyutils import Path, Undefined, print_path_list
from graphql.utilities.print_schema import print_schema_definition
from strawberry.execution import optimized_is_awaitable
from strawberry.schema import schema as strawberry_schema
from strawberry.schema.schema import (
    StrawberryGraphQLCoreExecutionContext,
    _OperationContextAwareGraphQLResolveInfo,  # pyright: ignore[reportPrivateUsage]
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from typing_extensions import TypeVar

_DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF
"""Where the extensions of a GraphQL type, field or argument keep Strawberry's definition of it."""

# Execution


T = TypeVar("T", default=Any)


@dataclass(slots=True)
class Completed(Generic[T]):
    """A value that is finished for its selection: nothing below it is resolved or checked again.

    `T` is the class of what it was made from, where the field's type has no shape.
    """

    value: Any


class ResolveInfo(_OperationContextAwareGraphQLResolveInfo):
    """graphql-core's info for a resolver, with the executor that calls it."""

    executor: "Executor"

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The field's arguments, by their names in GraphQL."""
        definition = self.parent_type.fields[self.field_name]
        return argument_values(definition, self.field_nodes[0], self.executor.variable_values)


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Execute an operation, taking `Completed` values as they are.

    Resolvers find the executor on their info (`resolve_info(info).executor`).
    """

    @cached_property
    def plans(self) -> dict[Any, Any]:
        """The plans of its document; the cache of documents sets its own here, to keep them."""
        return {}

    @classmethod
    def of(
        cls,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
        context: Any,
    ) -> Self:
        """Return the executor of an operation whose document was validated."""
        details = {name: FragmentDetails(node) for name, node in fragments.items()}
        return cls(
            schema,
            dict(fragments),
            details,
            None,
            context,
            operation,
            variables,
            *_DEFAULT_RESOLVERS,
            is_awaitable=optimized_is_awaitable,
        )

    def as_template(self) -> Self:
        """Return this executor, to be copied alone: it is part of no cycle, but cannot execute."""
        self.async_helpers = cast("Any", None)  # which are methods of this very executor
        return self

    def for_call(self, context: Any, variables: VariableValues) -> Self:
        """Return a copy for a request of the operation, whose root field is called without it.

        It costs a fraction of a new one, and is part of no cycle that the garbage collector would
        have to find. But it must not execute: what that would change is shared.
        """
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.context_value = context
        copy.variable_values = variables
        copy.collected_errors = CollectedErrors()
        copy._relevant_sub_fields = {}  # what it finds depends on the variables
        return copy

    def build_resolve_info(
        self,
        field_def: GraphQLField,
        field_nodes: list[FieldNode],
        parent_type: GraphQLObjectType,
        path: Path,
    ) -> Any:
        """Return the info, with this executor on it."""
        info = ResolveInfo(
            field_nodes[0].name.value,
            field_nodes,
            type_of(field_def),
            parent_type,
            path,
            self.schema,
            self.fragment_definitions,
            self.root_value,
            self.operation,
            self.variable_values.coerced,
            self.context_value,
            cast("Any", self).is_awaitable,
            self.abort_signal,
            self.async_helpers,
            self.operation_extensions,
        )
        info.executor = self
        return info

    def complete_value(
        self,
        return_type: Any,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Return a `Completed` value as it is, any other as graphql-core completes it."""
        if isinstance(result, Completed):
            return cast("Completed[Any]", result).value
        complete: Any = super().complete_value  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return complete(return_type, field_details_list, info, path, result, position_context)

    async def execute(self) -> ExecutionResult:
        """Return the operation's result, with what went wrong."""
        executing = cast("Any", self).execute_operation()
        return cast("ExecutionResult", await executing) if isawaitable(executing) else executing

    def root_fields(self) -> list[FieldNode]:
        """Return a node of each root field that `@include` and `@skip` leave."""
        operation = self.operation
        root_type = self.schema.get_root_type(operation.operation)
        assert root_type is not None
        found = collect_fields(
            self.schema, self.fragments, self.variable_values, root_type, operation
        )
        return [details[0].node for details in found.grouped_field_set.values()]

    def fail(self, error: Exception, field: GraphQLField, node: FieldNode, path: Path) -> bool:
        """Collect the error of a root field; return whether null can stand in its place."""
        try:
            cast("Any", self).handle_field_error(error, type_of(field), details_of([node]), path)
        except GraphQLError as located:
            self.collected_errors.add(located, None)
            return False
        return True

    def report(self, error: GraphQLError) -> None:
        """Collect an error that has its path, unless there is one of the same place or above."""
        place: Path | None = None
        for key in error.path or ():
            place = Path(place, key, None)
        self.collected_errors.add(error, place)


_GRAPHQL: Any = graphql
_DEFAULT_RESOLVERS = (
    _GRAPHQL.default_field_resolver,
    _GRAPHQL.default_type_resolver,
    _GRAPHQL.default_field_resolver,
)
"""Of fields, of abstract types, and of subscriptions."""


def argument_values(
    definition: GraphQLField,
    node: FieldNode,
    variables: VariableValues | None = None,
    fragment_variables: Any = None,
) -> dict[str, Any]:
    """Return a field's arguments by name; null is as left out where there is a default."""
    given = graphql.get_argument_values(definition, node, variables, fragment_variables)
    for name, value in given.items():
        default = cast("Any", definition.args[name]).default_value
        if value is None and default is not Undefined:
            given[name] = default
    return given


def given_arguments(field: FieldNode) -> dict[str, ValueNode]:
    """Return the values that a field is given, by the names of its arguments."""
    return {argument.name.value: argument.value for argument in field.arguments or ()}


def resolve_info(info: Any) -> ResolveInfo:
    """Return what graphql-core told the resolver that was given Strawberry's `info`."""
    return info._raw_info


def details_of(nodes: Iterable[FieldNode]) -> FieldDetailsList:
    """Return the nodes of a field as graphql-core collects selections from them."""
    return [FieldDetails(node, None) for node in nodes]


# Documents

VariableValueSource = execution_values.VariableValueSource
"""A variable's value with its signature: `VariableValues` is made of them."""


def parse(text: str, max_tokens: int, max_comments: int) -> DocumentNode:
    """Return a document that is part of no cycle. Raises GraphQLSyntaxError.

    graphql-core links each token with its neighbours: so a document that is dropped would stay
    until the garbage collector finds it, and one location in it would hold all of its tokens.
    """
    lexer = Lexer(Source(text))
    token = lexer.token
    parser = Parser(
        lexer.source,
        lexer=lexer,
        allow_empty_selection_sets=False,
        max_lexical_tokens=max_tokens,
        max_comments=max_comments,
    )
    try:
        return parser.parse_document()
    except RecursionError:
        raise nested_too_deeply_error(parser) from None
    finally:
        while token:
            token.prev, token.next, token = None, None, token.next


def token_count(document: DocumentNode) -> int:
    """Return the number of tokens that a document was parsed from."""
    return cast("Any", document).token_count


def validate(
    schema: GraphQLSchema, document: DocumentNode, *, introspects: bool = True
) -> Sequence[GraphQLError]:
    """Return what is wrong with a document, Strawberry's own rules included.

    Introspection is wrong unless it `introspects`.
    """
    rules = specified_rules if introspects else _RULES_WITHOUT_INTROSPECTION
    return strawberry_schema.validate_document(schema, document, tuple(rules))


_RULES_WITHOUT_INTROSPECTION = (*specified_rules, NoSchemaIntrospectionCustomRule)


class VariableFault(NamedTuple):
    """A value in a variable that its type refuses."""

    variable: str
    path: Sequence[str | int]
    "To the value, in the variable's."
    message: str
    node: VariableDefinitionNode
    error: GraphQLError
    "Of the scalar, where it was one that refused."


def variable_faults(
    schema: GraphQLSchema, nodes: Iterable[VariableDefinitionNode], given: Mapping[str, Any]
) -> Iterator[VariableFault]:
    """Yield why `get_variable_values` refuses these values, each with its path."""
    for node in nodes:
        signature, name = signature_of(schema, node), node.variable.name.value
        value = given.get(name, Undefined)
        may_be_left_out = node.default_value or not isinstance(node.type, NonNullTypeNode)
        if signature is None or (value is Undefined and may_be_left_out):
            continue
        found = list[tuple[GraphQLError, list[str | int]]]()
        _GRAPHQL.validate_input_value(value, type_of(signature), _append_to(found))
        for error, path in found:
            where = print_path_list(path)
            message = f"Variable '${name}' has invalid value{where}: {error.message}"
            yield VariableFault(name, path, message, node, error)


def _append_to(
    faults: list[tuple[GraphQLError, list[str | int]]],
) -> Callable[[GraphQLError, list[str | int]], None]:
    return lambda error, path: faults.append((error, path))


def signature_of(
    schema: GraphQLSchema, variable: VariableDefinitionNode
) -> GraphQLVariableSignature | None:
    """Return what reads values of a variable; None where its type or default is no good."""
    signature = get_variable_signature(schema, variable)
    return None if isinstance(signature, GraphQLError) else signature


# Strawberry's definitions


class Schema(strawberry.Schema):
    """Strawberry's, with a description, for which Strawberry has no option."""

    description: str | None = None

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)  # pyright: ignore[reportUnknownMemberType]
        self._schema.description = self.description

    def as_str(self) -> str:
        """Return the schema in SDL, with the description, which Strawberry does not print."""
        definition = print_schema_definition(self._schema)
        return f"{definition}\n\n{super().as_str()}" if definition else super().as_str()


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema of Strawberry's."""
    return schema._schema  # pyright: ignore[reportPrivateUsage]


def python_name(field: Any) -> str:
    """Return the name in Python of a GraphQL argument or input field."""
    return field.extensions[_DEFINITION].python_name


def has_default(field: Any) -> bool:
    """Return whether an input field that is left out is left to its class's default."""
    definition = field.extensions[_DEFINITION]
    return not (definition.default_value is MISSING and definition.default_factory is MISSING)


def input_class(input_type: Any) -> type[Any]:
    """Return the class of a GraphQL input type."""
    return input_type.extensions[_DEFINITION].origin


def definition_of(field: Any) -> Any:
    """Return Strawberry's definition of a field or argument; None where it is not Strawberry's."""
    return field.extensions.get(_DEFINITION)


def metadata_of(field: GraphQLField) -> Mapping[Any, Any]:
    """Return the metadata that a field was declared with."""
    definition = definition_of(field)
    return definition.metadata if definition else {}


def method_of(field: GraphQLField) -> Callable[..., Any]:
    """Return the method that resolves a field, as it was written."""
    return definition_of(field).base_resolver.wrapped_func


# GraphQL types without their wrappers. graphql-core's generic types defy checking, hence `Any`.


def type_of(field: Any) -> Any:
    """Return the type of a field, argument or input field."""
    return field.type


def return_type(info: Any) -> Any:
    """Return the type of the field that is being resolved."""
    return info.return_type


def named_type(graphql_type: Any) -> Any:
    """Return the type inside lists and non-nulls."""
    while hasattr(graphql_type, "of_type"):
        graphql_type = graphql_type.of_type
    return graphql_type


def object_type(graphql_type: Any) -> GraphQLObjectType:
    """Return the object type inside lists and non-nulls."""
    named = named_type(graphql_type)
    assert isinstance(named, GraphQLObjectType)
    return named


def is_list(graphql_type: Any) -> bool:
    """Return whether values of the type are lists, or null."""
    inner = graphql_type.of_type if is_non_null(graphql_type) else graphql_type
    return type(inner) is GraphQLList


def is_non_null(graphql_type: Any) -> bool:
    """Return whether a value of the type is never null."""
    return type(graphql_type) is GraphQLNonNull
