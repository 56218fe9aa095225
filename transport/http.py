"""GraphQL over HTTP, as its specification says: https://graphql.github.io/graphql-over-http/draft/

Strawberry's own view falls short of it (request errors with `data`, no
`application/graphql-response+json`, the wrong one of several operations), so this is ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from database.tracing import Trace, traced
from execution.documents import Operation
from execution.engine import Engine, Executor, RefusedError, execute
from execution.errors import body_of, code_of, presentable, status_of
from execution.idempotency import Claim, IdempotencyKeys, StoredAnswer, digest_of, read_key
from execution.params import Params
from resolvers.caller import Caller
from resolvers.context import Context, Proofs
from resolvers.errors import RequestCode, RequestError
from transport.request import JSON, HttpError, Incoming, media_type_for, read_params

_NOT_STORED: frozenset[RequestCode] = frozenset({"UNAVAILABLE", "INTERNAL", "UNAUTHENTICATED"})
_RETRY = {"Retry-After": "1"}
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
    (b"x-content-type-options", b"nosniff"),
]


class Callers(Protocol):
    """Knows callers by their Authorization header."""

    async def caller(self, authorization: str | None) -> Caller | None:
        """The caller, None without a header; raises RequestError."""
        ...


@dataclass(slots=True)
class Answer:
    """A response. Where `legacy_ok`, plain JSON has status 200 whatever `status` is."""

    body: bytes
    status: int
    legacy_ok: bool = True
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    async def send(self, send: Send, media_type: str) -> None:
        """Send it."""
        more = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        start = {
            "type": "http.response.start",
            "status": 200 if self.legacy_ok and media_type == JSON else self.status,
            "headers": [
                (b"content-type", b"%s; charset=utf-8" % media_type.encode()),
                (b"content-length", b"%d" % len(self.body)),
                *_HEADERS,
                *more,
            ],
        }
        await send(start)
        await send({"type": "http.response.body", "body": self.body})


class GraphQLOverHTTP:
    """The endpoint that serves one schema."""

    def __init__(
        self,
        schema: strawberry.Schema,
        callers: Callers,
        *,
        proofs: Proofs | None = None,
        plain_accounts: bool = False,
        explains: bool = False,
    ) -> None:
        self._engine = Engine(schema)
        self._callers = callers
        self._proofs = proofs
        self._plain_accounts = plain_accounts
        self._explains = explains
        self._keys = IdempotencyKeys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or a POST: an ASGI application for one address."""
        media_type = JSON
        request = Incoming(scope, receive)
        try:
            media_type = media_type_for(request.header(b"accept"))
            if self._explains and request.header(b"joinery-explain") == "1":
                answer = await self._explained(request)
            else:
                answer = await self._answer(request)
        except HttpError as error:
            errors = [RequestError("INVALID_INPUT", str(error))]
            answer = _refused(errors, error.status, legacy_ok=False, headers=error.headers)
        except RefusedError as error:
            answer = _refused(error.errors, status_of(error.errors))
        except Exception as error:  # noqa: BLE001
            errors = [presentable(error)]
            answer = _refused(errors, status_of(errors), legacy_ok=False)
        await answer.send(send, media_type)

    async def _explained(self, request: Incoming) -> Answer:
        """The same answer, with what it cost in `extensions.plan`."""
        with traced() as trace, trace.stage("total"):
            answer = await self._answer(request)
        body: dict[str, Any] = orjson.loads(answer.body)
        body["extensions"] = {"plan": _plan_extension(trace)}
        return replace(answer, body=_encoded(body))

    async def _answer(self, request: Incoming) -> Answer:
        params = await read_params(request)
        caller = await self._callers.caller(request.header(b"authorization"))
        operation = self._engine.operation(params)
        _check_allowed(operation, request.method, caller)
        context = Context(
            caller=caller,
            proofs=self._proofs,
            plain_accounts=self._plain_accounts,
        )
        executor = self._engine.prepare(operation, params, context)
        key = request.header(b"idempotency-key")
        mutates = operation.type is OperationType.MUTATION and not operation.is_dry_run
        if key is None or caller is None or not mutates:
            return _answered(await execute(executor, operation.root))
        claim = await self._claim(caller, key, params)
        if isinstance(claim, StoredAnswer):
            return Answer(claim.body, claim.status, headers={"Idempotency-Replayed": "true"})
        context.replay = claim
        return await _execute_and_store(executor, operation, claim)

    async def _claim(self, caller: Caller, key: str, params: Params) -> Claim | StoredAnswer:
        digest = digest_of(params.query, params.variables, params.operation_name)
        return await self._keys.claim(caller, read_key(key), digest)


def _check_allowed(operation: Operation, method: str, caller: Caller | None) -> None:
    """Refuse what this way in does not serve, and what needs a token."""
    if operation.type is OperationType.SUBSCRIPTION:
        message = "A subscription needs a connection that stays open; this address answers once."
        raise RefusedError(RequestError("INVALID_INPUT", message))
    if operation.type is OperationType.MUTATION and method != "POST":
        raise HttpError(405, "A mutation must be sent by POST.", {"Allow": "POST"})
    if caller is None and not operation.is_public:
        message = "This needs a token: send the header `Authorization: Bearer` and the token."
        raise RefusedError(RequestError("UNAUTHENTICATED", message))


async def _execute_and_store(executor: Executor, operation: Operation, claim: Claim) -> Answer:
    """Execute, and keep the answer for repetitions unless it asks to try again."""
    result = await execute(executor, operation.root)
    answer = _answered(result)
    try:
        if _NOT_STORED.isdisjoint(code_of(error) for error in result.errors or ()):
            await claim.store(StoredAnswer(answer.body, answer.status))
        else:
            await claim.release()
    except Exception as error:  # noqa: BLE001
        # What was done is done: this caller is told so, and a repetition finds the payloads.
        presentable(error)
    return answer


def _answered(result: ExecutionResult) -> Answer:
    if not result.errors:
        return Answer(_encoded({"data": result.data}), 200)
    is_unavailable = any(code_of(error) == "UNAVAILABLE" for error in result.errors)
    body = _encoded({**body_of(result.errors), "data": result.data})
    return Answer(body, 200, headers=_RETRY if is_unavailable else {})


def _refused(
    errors: Sequence[GraphQLError],
    status: int,
    *,
    legacy_ok: bool = True,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    usual = {401: {"WWW-Authenticate": "Bearer"}, 503: _RETRY}.get(status, {})
    return Answer(_encoded(body_of(errors)), status, legacy_ok, {**usual, **(headers or {})})


def _encoded(body: Mapping[str, Any]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def _plan_extension(trace: Trace) -> dict[str, Any]:
    """Statements with their rows and milliseconds, time by stage, and plans as Mermaid charts.

    What is in `total`, but not in `sql` and `plan`, is reading the request, resolving, and making
    objects from rows.
    """
    statements = [
        {
            "sql": each.sql,
            "values": each.values,
            "rows": each.rows,
            "ms": round(each.milliseconds, 3),
        }
        for each in trace.statements
    ]
    stages = {**trace.stages, "sql": sum(each.milliseconds for each in trace.statements)}
    return {
        "statements": statements,
        "stages": {name: round(spent, 3) for name, spent in stages.items()},
        "diagrams": trace.diagrams,
    }
