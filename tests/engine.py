"""Run GraphQL operations in this process, by the engine that serves requests.

Variables go in, and responses come out, as JSON: a test sees what a client would.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from delivery.addresses import Allowed
from delivery.selections import Selections
from delivery.sequencer import catch_up
from delivery.webhooks import WebhookRules
from execution.engine import Engine, Params, RefusedError, to_json
from execution.errors import body_of
from projection.internals import core_schema
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from schema import schema
from tests.data import NOW
from workflow.enums import Role

STAFF = Caller(Role.STAFF, "staff-1", "Mika Sato")
ADVERTISER = Caller(Role.ADVERTISER, "acme-1", "Ann Acme", advertiser_id="acme")
STRANGER = Caller(Role.ADVERTISER, "other-1", "Otto Other", advertiser_id="other")
SERVICE = Caller(Role.SERVICE, "tracker-1", "Post tracker")

ENGINE = Engine(schema)
"""One for all tests, as a server has: it reads a document once, and keeps its plans."""

WEBHOOKS = WebhookRules(Allowed(), Selections(schema))
"""The rules of webhooks with default settings."""


def creator(influencer: int) -> Caller:
    """Return the influencer with this number as a caller."""
    return Caller(Role.INFLUENCER, encode("Influencer", influencer), influencer_id=influencer)


async def execute(
    query: str,
    variables: Mapping[str, Any],
    context: Context,
    *,
    operation_name: str | None = None,
    engine: Engine = ENGINE,
) -> dict[str, Any]:
    """Return the response: its `data`, and its `errors` if there are any."""
    if "participationEvents" in query:
        await catch_up()
    params = Params(query, orjson.loads(orjson.dumps(variables)), operation_name)
    try:
        body = (await engine.execute(engine.operation(params), params, context)).body
    except RefusedError as refused:
        body = to_json(body_of(refused.errors))
    return orjson.loads(body)


async def answer(
    query: str,
    caller: Caller | None = STAFF,
    now: datetime = NOW,
    *,
    operation_name: str | None = None,
    **variables: Any,
) -> dict[str, Any]:
    """Return the data of an operation that has no errors."""
    context = Context(caller=caller, clock=lambda: now, webhooks=WEBHOOKS)
    response = await execute(query, variables, context, operation_name=operation_name)
    assert "errors" not in response, response["errors"]
    return response["data"]


async def refusal(query: str, caller: Caller | None = STAFF, **variables: Any) -> str:
    """Return the code of an operation's only error."""
    response = await execute(
        query, variables, Context(caller=caller, clock=lambda: NOW, webhooks=WEBHOOKS)
    )
    [error] = response["errors"]
    return error["extensions"]["code"]


async def mutate(
    field: str, payload: str, caller: Caller | None = STAFF, *, dry: bool = False, **given: Any
) -> dict[str, Any]:
    """Return the payload of one mutation; `given` is its input, in the names of the contract."""
    data = await answer(operation(field, payload, dry=dry), caller, input=given)
    return data[field]


def operation(field: str, payload: str, *, dry: bool = False) -> str:
    """Return the document of one mutation, with its input as a variable."""
    more = ", dryRun: true" if dry else ""
    return (
        f"mutation Doing($input: {input_of(field)}) {{"
        f" {field}(input: $input{more}) {{ {payload} }} }}"
    )


def input_of(mutation: str) -> str:
    """Return the type of a mutation's input."""
    root: Any = core_schema(schema).mutation_type
    return str(root.fields[mutation].args["input"].type)


def gids(type_name: str, *rows: Any) -> list[str]:
    """Return the global ids of these rows."""
    return [encode(type_name, row.pk) for row in rows]
