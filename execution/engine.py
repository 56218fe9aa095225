"""Running operations on a schema.

This goes past `strawberry.Schema.execute` to graphql-core, with the schema's own executor class:
documents are parsed and validated once (half of a small request's time otherwise), and variables
that cannot be read are told apart from what goes wrong later. Schema extensions do not run.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol, cast

import graphql
import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    assert_valid_schema,
)
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from strawberry.execution import optimized_is_awaitable

from execution.documents import Documents, InvalidDocumentError, Operation, TextVariable
from execution.errors import presentable, with_code
from execution.params import Params
from execution.root_fields import RootCall, call
from resolvers.context import Context
from resolvers.errors import RequestError

_GRAPHQL: Any = graphql
_DEFAULT_RESOLVERS = (
    _GRAPHQL.default_field_resolver,
    _GRAPHQL.default_type_resolver,
    _GRAPHQL.default_field_resolver,
)
"Of fields, of abstract types, and of subscriptions."
MOST_COERCION_ERRORS = 50


class RefusedError(Exception):
    """A well-formed GraphQL request that is not executed, with its errors."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors)
        self.errors = errors


class Executor(Protocol):
    """An operation whose variables have been read."""

    def execute_operation(self) -> ExecutionResult | Awaitable[ExecutionResult]:
        """Execute it; what goes wrong is in the result."""
        ...


class Engine:
    """Runs the operations of one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema._schema  # pyright: ignore[reportPrivateUsage]
        assert_valid_schema(self._schema)
        self._executor_class = cast("Any", schema).execution_context_class
        self._documents = Documents(self._schema)

    def operation(self, params: Params) -> Operation:
        """The operation that is asked for; raises RefusedError."""
        try:
            return self._documents.operation(params.query, params.operation_name)
        except InvalidDocumentError as error:
            raise RefusedError(*error.errors) from None
        except RequestError as error:
            raise RefusedError(error) from None

    def prepare(self, operation: Operation, params: Params, context: Context) -> Executor:
        """Read the variables; what comes after this is execution. Raises RefusedError."""
        variables = _texts(operation.texts, params.variables) or get_variable_values(
            self._schema,
            operation.node.variable_definitions or (),
            params.variables,
            max_errors=MOST_COERCION_ERRORS,
        )
        if isinstance(variables, list):
            raise RefusedError(*(with_code(error, "INVALID_INPUT") for error in variables))
        root = operation.root
        if root is None:
            return self._executor(operation, variables, context)
        if root.executor is None:
            root.executor = self._executor(operation, VariableValues({}, {}), None)
        return root.executor.for_call(context, variables)

    def _executor(
        self, operation: Operation, variables: VariableValues, context: Context | None
    ) -> Any:
        executor = self._executor_class(
            self._schema,
            operation.fragments,
            operation.fragment_details,
            None,
            context,
            operation.node,
            variables,
            *_DEFAULT_RESOLVERS,
            is_awaitable=optimized_is_awaitable,
        )
        executor.plans = operation.plans
        return executor


def _texts(
    variables: Mapping[str, TextVariable] | None, given: Mapping[str, Any]
) -> VariableValues | None:
    """The variables' values where all are texts or lists of them, which need no reading."""
    if variables is None:
        return None
    values: dict[str, Any] = {}
    sources: dict[str, VariableValueSource] = {}
    for name, (signature, is_list) in variables.items():
        value = given.get(name)
        if not (_are_texts(value) if is_list else type(value) is str):
            return None
        values[name] = value
        sources[name] = VariableValueSource(signature, value)
    return VariableValues(sources, values)


def _are_texts(value: Any) -> bool:
    return type(value) is list and set(map(type, cast("list[Any]", value))) <= {str}


async def execute(executor: Executor, root: RootCall | None) -> ExecutionResult:
    """The result, with its errors as clients may see them."""
    if root is not None:
        result = await call(executor, root)
    else:
        executing = executor.execute_operation()
        result = await executing if isinstance(executing, Awaitable) else executing
    errors = [presentable(error) for error in result.errors or ()]
    return ExecutionResult(result.data, errors or None)
