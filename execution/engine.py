"""Run GraphQL operations, whatever protocol brought them.

This goes past `strawberry.Schema.execute` to graphql-core: a document is parsed and validated once,
however often it is sent (half of a small request's time otherwise), and variables that cannot be
read are told apart from errors of execution. Schema extensions do not run.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import orjson
import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationType,
    VariableValues,
    assert_valid_schema,
)

from database.snapshots import Reading
from database.tracing import current_trace
from execution.budget import Budgets, Standing
from execution.documents import (
    Documents,
    InvalidDocumentError,
    Operation,
    TextVariable,
    call,
)
from execution.errors import body_of, code_of, to_client_error
from execution.idempotency import (
    LEASE,
    Claim,
    IdempotencyKeys,
    StoredResponse,
    digest_of,
    read_key,
)
from execution.inputs import InvalidVariablesError, coerce_variables
from execution.limits import COST_LIMIT, PUBLIC_LIMIT
from execution.pricing import PriceError
from execution.rules import Rules
from execution.subscriptions import Subscription
from projection.internals import Executor, VariableValueSource, core_schema
from resolvers.context import Context
from resolvers.errors import RequestCode, RequestError
from workflow.enums import Role

if TYPE_CHECKING:
    from database.replication import Replica, Replicas

_ONE_FIELD = "A subscription has one root field, without directives."
_SUGGESTION = re.compile(r" Did you mean [^?]*\?$")
_NOT_STORED: frozenset[RequestCode] = frozenset({"UNAVAILABLE", "INTERNAL", "UNAUTHENTICATED"})


@dataclass(slots=True)
class Params:
    """The parameters of a GraphQL request."""

    query: str
    "The document; empty where it is named by its id."
    variables: dict[str, Any]
    operation_name: str | None
    document_id: str | None = None
    "Of a trusted document, in place of its text."


@dataclass(frozen=True, slots=True)
class Response:
    """The response to an operation that was executed."""

    body: bytes
    "JSON."
    is_unavailable: bool = False
    "Whether an error asks the client to try again."
    is_replayed: bool = False
    "Whether it is the stored response to an earlier call with the same Idempotency-Key."
    codes: Sequence[RequestCode] = ()
    "Of its errors."
    standing: Standing | None = None
    "What its caller may still spend, where callers have budgets."
    read_after: str | None = None
    "The position of a mutation's commit, where there are replicas: reads may ask to come after it."


class RefusedError(Exception):
    """A well-formed GraphQL request that is not executed, with its errors."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors)
        self.errors = errors


class Engine:
    """Run the operations of one schema.

    An `Idempotency-Key` is one run's for `lease` seconds at most. An operation costs `cost_limit`
    points at most; what each caller spends in a minute comes to `cost_budget` at most, if any.
    Raise TrustedDocumentsError.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        lease: float = LEASE,
        rules: Rules | None = None,
        cost_limit: int = COST_LIMIT,
        cost_budget: int | None = None,
    ) -> None:
        self._schema = core_schema(schema)
        self._cost_limit = min(cost_limit, cost_budget or cost_limit)
        self._budgets = Budgets(cost_budget) if cost_budget else None
        assert_valid_schema(self._schema)
        self._rules = rules or Rules()
        self._documents = Documents(self._schema, self._rules)
        self._keys = IdempotencyKeys(lease)
        self.replicas: Replicas | None = None
        "Replicas of the connected database, for queries that may be late; set when it starts."

    def operation(self, params: Params, *, is_known: bool = True) -> Operation:
        """Return the operation that is asked for; raise RefusedError.

        `is_known` says whether the caller has a valid token: for others nothing is validated before
        it is known to need no token, and nothing is kept.
        """
        try:
            if not params.query and params.document_id is not None:
                params.query = self._documents.text_of(params.document_id)
            found = self._documents.find(params.query, params.operation_name, is_known=is_known)
        except (InvalidDocumentError, RequestError) as error:
            raise self._refused(error) from None
        if found.is_trusted and found.document.loc:
            # By whatever it was asked for, it is one call for an `Idempotency-Key`.
            params.query = found.document.loc.source.body
        return found

    async def execute(
        self, operation: Operation, params: Params, context: Context, key: str | None = None
    ) -> Response:
        """Execute an operation, a mutation at most once for each idempotency key of a caller.

        Raise RefusedError, or RequestError where the key is malformed, in use, or another call's;
        RateLimitedError where the caller has spent too much.
        """
        if context.caller is None or not operation.is_validated:
            operation = self._public(operation, is_known=context.caller is not None)
        executor = self.prepare(operation, params, context)
        standing = self._pay(operation, executor, context)
        response = await self._run(executor, operation, params, context, key)
        return response if standing is None else replace(response, standing=standing)

    def subscription(self, operation: Operation, params: Params, context: Context) -> Subscription:
        """Return a subscription, whose price has been paid; `check` tells who may have it.

        Raise RefusedError, or RateLimitedError where the caller has spent too much.
        """
        if context.caller is None or not operation.is_validated:
            operation = self._public(operation, is_known=context.caller is not None)
        if operation.root is None:
            raise RefusedError(RequestError("GRAPHQL_VALIDATION_FAILED", _ONE_FIELD))
        executor = self.prepare(operation, params, context)
        self._pay(operation, executor, context)
        return Subscription(self, operation, params, context, executor.variable_values.coerced)

    def _pay(self, operation: Operation, executor: Executor, context: Context) -> Standing | None:
        """Return what the caller may spend after this operation; raise where it is too much."""
        caller, variables = context.caller, executor.variable_values.coerced
        price = operation.price.of(variables)
        limit = self._cost_limit if caller else min(self._cost_limit, PUBLIC_LIMIT)
        if price > limit:
            raise RefusedError(PriceError(price, limit, operation.pricing.dearest(variables)))
        if (trace := current_trace.get()) is not None:
            trace.price = price
        if self._budgets is None or caller is None:
            return None
        return self._budgets.spend(caller, price)

    async def _run(
        self,
        executor: Executor,
        operation: Operation,
        params: Params,
        context: Context,
        key: str | None,
    ) -> Response:
        if operation.type is OperationType.QUERY:
            return _response(await self._read(executor, operation, params, context))
        if operation.is_trial(executor):
            return _response(_visible(await _execute(executor, operation)))
        if key is None or context.caller is None:
            response = _response(_visible(await _execute(executor, operation)))
            return replace(response, read_after=await self._position())
        digest = digest_of(params.query, params.variables, params.operation_name)
        claim = await self._keys.claim(context.caller, read_key(key), digest)
        if isinstance(claim, StoredResponse):
            read_after = claim.read_after or await self._position()
            return Response(claim.body, is_replayed=True, read_after=read_after)
        context.replay = claim
        return await _execute_and_store(executor, operation, claim, self._position)

    def _public(self, operation: Operation, *, is_known: bool) -> Operation:
        """Return an operation that anybody may run, validated; raise RefusedError."""
        try:
            return self._documents.public(operation, is_known=is_known)
        except (InvalidDocumentError, RequestError) as error:
            raise self._refused(error) from None

    async def _read(
        self, executor: Executor, operation: Operation, params: Params, context: Context
    ) -> ExecutionResult:
        """Return the result of a query, which is of one moment."""
        if (replica := self._replica(operation, context)) is not None:
            result = await _read_from(replica, executor, operation)
            if result is not None:
                return _visible(result)
            executor = self.prepare(operation, params, context)
        with Reading(id(operation.node)) as reading:
            result = await _execute(executor, operation)
        if reading.is_spoiled:
            with Reading(object()):  # alone
                result = await _execute(self.prepare(operation, params, context), operation)
        return _visible(result)

    def _replica(self, operation: Operation, context: Context) -> "Replica | None":
        """Return the replica to read from; None: from the connected database."""
        if self.replicas is None or not operation.may_be_late:
            return None
        if context.caller is None or context.caller.role is not Role.STAFF:
            return None
        return self.replicas.choose(context.read_after)

    async def _position(self) -> str | None:
        """Return the position after what was committed; None where there are no replicas."""
        return None if self.replicas is None else str(await self.replicas.position())

    def prepare(self, operation: Operation, params: Params, context: Context) -> Executor:
        """Return what executes the operation with these variables; raise RefusedError."""
        variables = _texts(operation.texts, params.variables)
        if variables is None:
            variables = self._coerced(operation, params.variables)
        root = operation.root
        if root is None:
            return self._executor(operation, variables, context)
        executor = root.executor
        if executor is None:
            template = self._executor(operation, VariableValues({}, {}), None)
            executor = root.executor = template.as_template()
        return executor.for_call(context, variables)

    def _coerced(self, operation: Operation, given: dict[str, Any]) -> VariableValues:
        try:
            return coerce_variables(self._schema, operation.node, operation.fragments, given)
        except InvalidVariablesError as error:
            raise self._refused(error) from None

    def _refused(
        self, error: InvalidDocumentError | InvalidVariablesError | RequestError
    ) -> RefusedError:
        if isinstance(error, RequestError):
            return RefusedError(error)
        if not self._rules.suggests:
            for each in error.errors:
                each.message = _SUGGESTION.sub("", each.message)
        return RefusedError(*error.errors)

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
    """Return the variables' values as they are, if each is a text or a list of texts as declared.

    graphql-core would coerce each of them to itself.
    """
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


async def _execute(executor: Executor, operation: Operation) -> ExecutionResult:
    root = operation.root
    return await (executor.execute() if root is None else call(executor, root))


def _visible(result: ExecutionResult) -> ExecutionResult:
    """Return the result, with errors that clients may see."""
    errors = [to_client_error(error) for error in result.errors or ()]
    return ExecutionResult(result.data, errors or None)


async def _execute_and_store(
    executor: Executor,
    operation: Operation,
    claim: Claim,
    position: Callable[[], Awaitable[str | None]],
) -> Response:
    """Execute, and store the response for repeated calls unless it asks to try again."""
    try:
        return await _stored(executor, operation, claim, position)
    except asyncio.CancelledError:
        claim.release_soon()
        raise


async def _stored(
    executor: Executor,
    operation: Operation,
    claim: Claim,
    position: Callable[[], Awaitable[str | None]],
) -> Response:
    result = _visible(await _execute(executor, operation))
    response = replace(_response(result), read_after=await position())
    try:
        if _NOT_STORED.isdisjoint(code_of(error) for error in result.errors or ()):
            await claim.store(response.body, response.read_after)
        else:
            await claim.release()
    except Exception as error:  # noqa: BLE001
        # What was committed stays, so the response is sent; a repeated call finds the payloads.
        to_client_error(error)  # for the log
    return response


async def _read_from(
    replica: "Replica", executor: Executor, operation: Operation
) -> ExecutionResult | None:
    """Return the result of a query from a replica; None where that failed, whatever the reason."""
    try:
        async with replica.reading():
            with Reading(id(operation.node), replica.source) as reading:
                result = await _execute(executor, operation)
    except TimeoutError:
        return None
    if reading.has_failed or reading.is_spoiled:
        replica.suspend("a read has failed")
        return None
    return result


def _response(result: ExecutionResult) -> Response:
    if not result.errors:
        return Response(to_json({"data": result.data}))
    body = to_json({**body_of(result.errors), "data": result.data})
    codes: list[RequestCode] = [code_of(error) or "INTERNAL" for error in result.errors]
    return Response(body, "UNAVAILABLE" in codes, codes=codes)


def to_json(body: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return the body of a response, or a part of it, as JSON, with times in UTC."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)
