"""Running operations on a schema.

This goes past `strawberry.Schema.execute` to graphql-core, with the schema's own executor class:
documents are parsed and validated once (half of a small request's time otherwise), and variables
that cannot be read are told apart from what goes wrong later. Schema extensions do not run.
"""

from collections.abc import Awaitable
from typing import Any, Protocol, cast

import strawberry
from graphql import ExecutionResult, GraphQLError
from strawberry.execution import optimized_is_awaitable

from resolvers.context import Context
from resolvers.errors import RequestError
from transport.documents import Documents, InvalidDocumentError, Operation
from transport.errors import presentable, with_code
from transport.wire import Params


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
        prepared: Executor | list[GraphQLError] = self._executor_class.build(
            self._schema,
            operation.document,
            context_value=context,
            raw_variable_values=params.variables,
            operation_name=operation.name,
            is_awaitable=optimized_is_awaitable,
        )
        if isinstance(prepared, list):
            raise RefusedError(*(with_code(error, "INVALID_INPUT") for error in prepared))
        return prepared


async def execute(executor: Executor) -> ExecutionResult:
    """The result, with its errors as clients may see them."""
    result = executor.execute_operation()
    if isinstance(result, Awaitable):
        result = await result
    errors = [presentable(error) for error in result.errors or ()]
    return ExecutionResult(result.data, errors or None)
