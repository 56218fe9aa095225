"""The cost of a request, in `extensions.plan` of its response."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, TypeVar

import orjson

from database.tracing import Trace, traced
from execution.engine import Response, to_json

Other = TypeVar("Other")


async def explain(responding: Awaitable[Response | Other]) -> Response | Other:
    """Return the response with its cost in `extensions.plan`; an open stream as it is."""
    with traced() as trace, trace.stage("total"):
        response = await responding
    if not isinstance(response, Response):
        return response
    body: dict[str, Any] = orjson.loads(response.body)
    return replace(response, body=to_json({**body, "extensions": {"plan": _plan(trace)}}))


def _plan(trace: Trace) -> dict[str, Any]:
    """Return the price, the statements, milliseconds by stage, and the plans as Mermaid charts.

    The rest of `total`, without `sql` and `plan`, is reading the request, resolving, and making
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
        "cost": trace.price,
        "statements": statements,
        "stages": {name: round(spent, 3) for name, spent in stages.items()},
        "diagrams": trace.diagrams,
    }
