"""Subscriptions: the arguments of one, and its results at positions in the feed.

A subscription is not executed for each subscriber. Subscriptions with an equal `key` have the same
results, which are made once for all of them.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
from graphql import ExecutionResult

from database.snapshots import Reading
from execution.documents import Operation, RootCall, call
from execution.errors import body_of, code_of, to_client_error
from execution.limits import COST_LIMIT
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.ids import decode

if TYPE_CHECKING:
    from execution.engine import Engine, Params


class Subscription:
    """One caller's subscription, validated and within the price limit."""

    def __init__(
        self,
        engine: "Engine",
        operation: Operation,
        params: "Params",
        context: Context,
        variables: dict[str, Any],
    ) -> None:
        assert context.caller is not None
        assert operation.root is not None
        self._engine = engine
        self._operation = operation
        self._params = params
        self._context = context
        self._root: RootCall = operation.root
        given = _arguments(self._root, variables)
        campaign = given.get("campaignId")
        self.after: str | None = given.get("after")
        "Cursor of the feed after which it begins; None for events from now on."
        self.campaign_id = None if campaign is None else decode(campaign, "Campaign")
        "Campaign whose events it gets; None for all."
        plan = given.get("id")
        self.plan_id = None if plan is None else decode(plan, "Plan")
        "Plan whose progress it gets; None for events."
        self.is_of_plan = "id" in given
        "Whether it gets the progress of a plan."
        self.influencer_id = context.caller.influencer_id
        "Influencer whose events it gets; None for all."
        self._at_once = max(1, COST_LIMIT // max(1, operation.price.of(variables)))
        "Positions read together, so that their price stays within that of one operation."
        self.key = _key(self._root, params, variables, context.caller)
        "Equal for subscriptions with the same results."

    async def check(self) -> None:
        """Raise RequestError if the caller may not subscribe to this, or no longer may."""
        await self._results(())

    async def render(self, positions: Sequence[int]) -> dict[int, bytes]:
        """Return an ExecutionResult, as JSON, for each position that concerns the caller.

        Raises RequestError if the caller may not go on, UNAVAILABLE if the database did not answer.
        """
        found: dict[int, bytes] = {}
        for start in range(0, len(positions), self._at_once):
            found |= await self._render(positions[start : start + self._at_once])
        return found

    async def _render(self, positions: Sequence[int]) -> dict[int, bytes]:
        result = await self._results(positions)
        values: dict[int, Any] = (result.data or {})[self._root.key]
        if result.errors and len(values) > 1:
            # An error does not tell the position: only a result made alone has its own errors.
            alone = [await self._render([each]) for each in values]
            return {key: text for one in alone for key, text in one.items()}
        return {key: self._body(value, result) for key, value in values.items()}

    async def _results(self, positions: Sequence[int]) -> ExecutionResult:
        """Return the values by position; raise the error of the field itself."""
        result, is_spoiled = await self._read(positions, self.key)
        if is_spoiled:
            result, _ = await self._read(positions, object())  # alone
        if result.data is None:
            raise to_request_error((result.errors or [])[0])
        return result

    async def _read(self, positions: Sequence[int], kind: Hashable) -> tuple[ExecutionResult, bool]:
        context = replace(self._context, positions=positions)
        executor = self._engine.prepare(self._operation, self._params, context)
        with Reading(kind) as reading:
            result = await call(executor, self._root)
        return result, reading.is_spoiled

    def _body(self, value: Any, result: ExecutionResult) -> bytes:
        body: dict[str, Any] = {"data": {self._root.key: value}}
        if result.errors:
            body = {**body_of([to_client_error(error) for error in result.errors]), **body}
        return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def to_request_error(error: Exception) -> RequestError:
    """Return the error that ends a stream; an internal error is logged and masked."""
    shown = to_client_error(error)
    ending = RequestError(code_of(shown) or "INTERNAL", shown.message)
    ending.extensions = shown.extensions
    return ending


def _arguments(root: RootCall, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments, which are all strings: others have been refused before."""
    given = {name: variables.get(variable) for name, variable in root.variables.items()}
    return {**(root.constants or {}), **given}


_IGNORED = r"(?:[\s,\ufeff]|#[^\n\r]*)*"
"""The ignored tokens of a document, as a regular expression."""


def _key(root: RootCall, params: "Params", variables: dict[str, Any], caller: Caller) -> Hashable:
    """Return a value that is equal for subscriptions with the same results, whatever `after` is."""
    asked = {**variables}
    after = root.variables.get("after")
    # Twice is its declaration and its use for `after`; a further use may change the results.
    if after is not None and len(re.findall(rf"\${_IGNORED}{after}\b", params.query)) == 2:
        asked.pop(after, None)
    values = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS, default=str)
    sees = caller.role, caller.advertiser_id, caller.influencer_id
    return params.query, params.operation_name, values, sees
