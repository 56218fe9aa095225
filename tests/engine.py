"""Operations in GraphQL, executed in this process as one of the callers that there are."""

from datetime import datetime
from typing import Any

import orjson

from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from schema import schema
from tests.data import NOW
from workflow.enums import Role

STAFF = Caller(Role.STAFF, "staff-1", "Mika Sato")
ADVERTISER = Caller(Role.ADVERTISER, "acme-1", "Ann Acme", advertiser_id="acme")
STRANGER = Caller(Role.ADVERTISER, "other-1", "Otto Other", advertiser_id="other")


def creator(influencer: int) -> Caller:
    """The influencer with this number."""
    return Caller(Role.INFLUENCER, encode("Influencer", influencer), influencer_id=influencer)


async def answer(
    query: str, caller: Caller | None = STAFF, now: datetime = NOW, **variables: Any
) -> dict[str, Any]:
    """The data of an operation that must go well, as it goes over the wire."""
    result = await schema.execute(
        query, variable_values=variables, context_value=Context(caller=caller, now=now)
    )
    assert not result.errors, result.errors
    assert result.data is not None
    return orjson.loads(orjson.dumps(result.data, option=orjson.OPT_UTC_Z))


async def refusal(query: str, caller: Caller | None = STAFF, **variables: Any) -> str:
    """The code of the only top-level error of an operation."""
    result = await schema.execute(
        query, variable_values=variables, context_value=Context(caller=caller, now=NOW)
    )
    [error] = result.errors or []
    assert error.extensions is not None
    return error.extensions["code"]


async def mutate(
    field: str, selection: str, caller: Caller | None = STAFF, *, dry: bool = False, **given: Any
) -> dict[str, Any]:
    """The payload of one mutation; `given` is its input, in the names of the contract."""
    data = await answer(operation(field, selection, dry=dry), caller, input=given)
    return data[field]


def operation(field: str, selection: str, *, dry: bool = False) -> str:
    """The text of one mutation with its input as a variable."""
    name = field[0].upper() + field[1:]
    directive = "@dryRun " if dry else ""
    return (
        f"mutation Doing($input: {name}Input!) {directive}"
        f"{{ {field}(input: $input) {{ {selection} }} }}"
    )


def gids(type_name: str, *rows: Any) -> list[str]:
    """The global ids of these rows."""
    return [encode(type_name, row.pk) for row in rows]
