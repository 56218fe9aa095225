"""Serve."""

import asyncio
import socket
import sys
from typing import Annotated

import uvicorn
from cyclopts import Parameter
from cyclopts.validators import Number

from commands.database import what_is_missing
from commands.errors import CommandError
from database.connection import connected
from database.migrations import pending_migrations
from transport.logs import configure_logs
from transport.metrics import metrics_served
from transport.settings import Settings

GRACE_SECONDS = 8
"""For the requests under way when the server is told to end; Docker kills it after 10."""


def serve(
    *,
    host: str = "127.0.0.1",
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 8000,
    workers: Annotated[int, Parameter(validator=Number(gte=1, lte=256))] = 1,
) -> None:
    """Serve GraphQL at /graphql (also what happens without a command).

    Parameters
    ----------
    host
        The address to listen at; 0.0.0.0 for all.
    port
        The port to listen at.
    workers
        How many processes share the work. With SQLite one is best.
    """
    # All here, where a mistake is told in words; a worker would only die of it.
    settings = Settings()
    _check_address(host, port)
    if settings.metrics_port is not None:
        _check_address(host, settings.metrics_port)
    asyncio.run(_check_database(settings))
    # Of several workers none says where they listen: this process does.
    configure_logs(settings.log_level, as_json=settings.logs_json)
    with metrics_served(settings, host):
        uvicorn.run(
            "server:app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            log_level=settings.log_level,
            # Else it would wait for ever for a client that sends half a request.
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_worker_healthcheck=60,
        )


def _check_address(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except (OSError, UnicodeError) as error:
        raise CommandError(
            f"{host}:{port} cannot be listened at ({error}): give another --host or --port,"
            " or end what uses it"
        ) from None


async def _check_database(settings: Settings) -> None:
    async with connected(settings.database_url, settings.database_options):
        if pending := await pending_migrations():
            # A new version may be started first: it is ready as soon as they are applied.
            waits = "the server waits for that, and /health/ready answers 503"
            print(f"server.py: {what_is_missing(pending)}; {waits}", file=sys.stderr)
