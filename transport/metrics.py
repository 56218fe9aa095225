"""Metrics for Prometheus: at a port of their own, or at /metrics for whoever has a token."""

import asyncio
import hmac
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from database.pool import look_at_pools
from database.replication import Replicas
from execution.engine import to_json
from execution.errors import body_of
from resolvers.errors import RequestError
from telemetry.sharing import publishing, shared_folder
from transport.settings import Settings

PATH = "/metrics"


@contextmanager
def metrics_served(settings: Settings, host: str) -> Generator[None]:
    """Put together what this process and those that it starts count, if the settings ask for it.

    Raise OSError where a port of its own is taken.
    """
    if not settings.serves_metrics:
        yield
        return
    with shared_folder() as folder:
        if settings.metrics_port is None:
            yield
            return
        # Only here: it takes a tenth of the time in which the server starts.
        from telemetry.exposition import listening  # noqa: PLC0415

        with listening(folder, host, settings.metrics_port):
            yield


@asynccontextmanager
async def metrics_published(settings: Settings, replicas: Replicas | None) -> AsyncGenerator[None]:
    """Hand on what this process counts while the block runs, if the settings ask for metrics."""
    if not settings.serves_metrics:
        yield
        return
    look = partial(look_at_pools, {} if replicas is None else replicas.clients)
    with shared_folder() as folder:
        async with publishing(folder, look):
            yield


def metrics_routes(settings: Settings) -> Sequence[Route]:
    """Return the route of the metrics of all processes, where there is a token for it."""
    if settings.metrics_token is None:
        return ()
    from telemetry.exposition import exposition  # noqa: PLC0415

    expected = f"Bearer {settings.metrics_token}".encode()

    async def page(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, expected):
            return _refusal()
        accept = request.headers.get("accept", "")
        with shared_folder() as folder:
            body, media_type = await asyncio.to_thread(exposition, folder, accept)
        return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    return [Route(PATH, page)]


def _refusal() -> Response:
    message = (
        "This needs the token that JOINERY_METRICS_TOKEN sets: `Authorization: Bearer` and it."
    )
    body = to_json(body_of([RequestError("UNAUTHENTICATED", message)]))
    headers = {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"}
    return Response(body, 401, headers, media_type="application/json")
