"""Serve."""

import signal
import sys
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number


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
    if sys.stdin is None or not sys.stdin.isatty():
        # What serves takes a second to load, and SIGHUP would end it meanwhile.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from commands.serving import run_server

    run_server(host, port, workers)
