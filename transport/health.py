"""Whether this process is alive, and whether it can serve; asked by machines, without a token."""

import asyncio

import orjson
from starlette.requests import Request
from starlette.responses import Response

from database.failures import READ_ONLY, is_read_only
from database.readiness import readiness
from database.replication import Replicas
from execution.errors import to_client_error
from telemetry.outages import database
from telemetry.version import version

TIMEOUT_SECONDS = 2.0
"So long readiness may take to be known; a database that answers later is not ready."


async def live(_request: Request) -> Response:
    """Answer that the process runs, and which version of the server it is."""
    return _report(200, status="ok", version=version())


async def ready(request: Request) -> Response:
    """Answer whether the server can serve: its database is ready, and it does not end."""
    if getattr(request.state, "is_draining", False):
        return _report(503, status="ending")
    facts = await _database_facts()
    is_ready = set(facts.values()) == {"ok"}
    status = "ok" if is_ready else "unavailable"
    return _report(200 if is_ready else 503, status=status, **facts, **_replicas(request))


async def _database_facts() -> dict[str, str]:
    """Return how the database and its migrations are; where all is well, `ok`."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            found = await readiness()
    except Exception as error:  # noqa: BLE001
        to_client_error(error)  # for the log
        return {"database": READ_ONLY if is_read_only(error) else "cannot be reached"}
    if fault := found.pooler or found.fault:
        return {"database": fault}
    database.succeeded()
    if found.pending:
        message = f"lack {', '.join(found.pending)}: run `python server.py migrate`"
        return {"database": "ok", "migrations": message}
    return {"database": "ok", "migrations": "ok"}


def _replicas(request: Request) -> dict[str, str]:
    """Return how the replicas are; whatever that is, the primary serves."""
    replicas: Replicas | None = getattr(request.app.state, "replicas", None)
    if replicas is None:
        return {}
    states = replicas.states
    return {f"replica {number}": state for number, state in enumerate(states, 1)}


def _report(status_code: int, **facts: str) -> Response:
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return Response(orjson.dumps(facts), status_code, headers)
