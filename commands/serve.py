"""Serve."""

from typing import Annotated

import uvicorn
from cyclopts import Parameter
from cyclopts.validators import Number

from transport.settings import Settings


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
    # Here, where a mistake is told in words; a worker would only die of it.
    settings = Settings()
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
        log_level=settings.log_level,
    )
