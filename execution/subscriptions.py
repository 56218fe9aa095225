"""Subscriptions: what one asks for, and its results at positions in the feed.

A subscription is not executed for each subscriber. Those with an equal `key` want the same: the
results of one are the results of all of them, made once.
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
    """One caller's subscription. The engine has validated it, and its price."""

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
        "The cursor of the feed to go on from; None: from now on."
        self.campaign_id = None if campaign is None else decode(campaign, "Campaign")
        "Only events of this campaign are told; None: of all."
        self.influencer_id = context.caller.influencer_id
        "Only events of this influencer are told; None: of all."
        self._at_once = max(1, COST_LIMIT // max(1, operation.price.of(variables)))
        "Positions whose results are read together: their price is bounded as an operation's is."
        self.key = _key(self._root, params, variables, context.caller)
        "Those who want the same have an equal one."

    async def check(self) -> None:
        """Raise RequestError where the caller may not subscribe to this, or not any more."""
        await self._results(())

    async def render(self, positions: Sequence[int]) -> dict[int, bytes]:
        """Return the result at each position that concerns the caller: an ExecutionResult as JSON.

        Raises RequestError where the caller may not go on, or UNAVAILABLE where the database did
        not answer.
        """
        found: dict[int, bytes] = {}
        for start in range(0, len(positions), self._at_once):
            found |= await self._render(positions[start : start + self._at_once])
        return found

    async def _render(self, positions: Sequence[int]) -> dict[int, bytes]:
        result = await self._results(positions)
        values: dict[int, Any] = (result.data or {})[self._root.key]
        if result.errors and len(values) > 1:
            # Which result has them is only known of one alone.
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
    """Return the error that ends a stream; one that is the server's fault is logged and masked."""
    shown = to_client_error(error)
    ending = RequestError(code_of(shown) or "INTERNAL", shown.message)
    ending.extensions = shown.extensions
    return ending


def _arguments(root: RootCall, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments; those that are no text have been refused before."""
    given = {name: variables.get(variable) for name, variable in root.variables.items()}
    return {**(root.constants or {}), **given}


def _key(root: RootCall, params: "Params", variables: dict[str, Any], caller: Caller) -> Hashable:
    """Return what is equal for all who want the same: not `after`, which only says since when."""
    asked = {**variables}
    after = root.variables.get("after")
    # Declared, and given to `after`: where it is used once more, it decides what is asked for.
    if after is not None and len(re.findall(rf"\${after}\b", params.query)) == 2:
        asked.pop(after, None)
    values = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS, default=str)
    sees = caller.role, caller.advertiser_id, caller.influencer_id
    return params.query, params.operation_name, values, sees
