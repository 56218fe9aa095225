"""Running operations on a schema.

This goes past `strawberry.Schema.execute` to graphql-core, with the schema's own executor class:
documents are parsed and validated once (half of a small request's time otherwise), and variables
that cannot be read are told apart from what goes wrong later. Schema extensions do not run.
"""

from collections.abc import Mapping
from typing import Any, cast

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    VariableValues,
    assert_valid_schema,
    get_variable_values,
)

from execution.documents import Documents, InvalidDocumentError, Operation, TextVariable
from execution.errors import presentable, with_code
from execution.params import Params
from execution.root_fields import RootCall, call
from projection.internals import Executor, VariableValueSource, core_schema
from resolvers.context import Context
from resolvers.errors import RequestError

MOST_COERCION_ERRORS = 50


class RefusedError(Exception):
    """A well-formed GraphQL request that is not executed, with its errors."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors)
        self.errors = errors


class Engine:
    """Runs the operations of one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = core_schema(schema)
        assert_valid_schema(self._schema)
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
        if operation.is_dry_run:
            context.dry_run = True
        root = operation.root
        if root is None:
            return self._executor(operation, variables, context)
        executor = root.executor
        if executor is None:
            executor = root.executor = self._executor(operation, VariableValues({}, {}), None)
        return executor.for_call(context, variables)

    def _executor(
        self, operation: Operation, variables: VariableValues, context: Context | None
    ) -> Executor:
        executor = Executor.of(
            self._schema, operation.node, operation.fragments, variables, context
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
    result = await (executor.execute() if root is None else call(executor, root))
    errors = [presentable(error) for error in result.errors or ()]
    return ExecutionResult(result.data, errors or None)
