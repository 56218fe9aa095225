"""The server that `serve` starts: one process, or several workers of one parent."""

import asyncio
import logging
import os
import signal
import socket
import sys
from functools import partial
from multiprocessing.connection import Connection
from typing import NoReturn

from commands.database import what_is_missing
from commands.errors import CommandError, in_words
from commands.supervisor import Supervisor
from database.connection import UnreachableError, connected
from database.migrations import pending_migrations
from transport.draining import RETIRE, DrainingServer, ending_of, server_config
from transport.logs import configure_logs
from transport.metrics import metrics_served
from transport.settings import Settings, SettingsError
from transport.traces import traces_wanted

_WAITS = "the server waits for that, and /health/ready answers 503"

_log = logging.getLogger("joinery")


def run_server(host: str, port: int, workers: int) -> NoReturn:
    """Serve until told to end; the exit code tells whether something failed.

    Raises SettingsError, DatabaseError or CommandError where it cannot start, all of them here: a
    worker would only die of it.
    """
    settings = Settings()
    configure_logs(settings.log_level, as_json=settings.logs_json)
    try:
        _check(settings, host, port)
    except Exception as error:
        told = in_words(error)
        if told is None or not settings.logs_json:
            raise
        _log.critical("the server cannot start: %s", told)
        sys.exit(1)
    ending = ending_of(settings)
    with metrics_served(settings, host):
        if workers > 1:
            start = partial(work, as_json=settings.logs_json)
            sys.exit(Supervisor(_bound(host, port), workers, start, ending).run())
        server = DrainingServer(server_config(settings, host, port), ending)
        server.run()
        sys.exit(0 if server.started else 1)


def work(listener: socket.socket, beats: Connection, *, as_json: bool) -> None:
    """Serve as one of several workers, by the settings as they are when it starts.

    It sends a byte every second, and ends where nobody hears it: its parent is dead. `as_json`
    says how it logs where the settings do not, as they are wrong.
    """
    # A terminal sends these to all processes; the parent decides what follows.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        settings = Settings()
    except SettingsError as error:
        configure_logs("info", as_json=as_json)
        _log.critical("a worker cannot start: %s", error)
        sys.exit(1)
    os.set_blocking(beats.fileno(), False)

    def beat() -> None:
        try:
            os.write(beats.fileno(), b".")
        except BlockingIOError:
            pass  # the parent does not read: it was stopped
        except BrokenPipeError:
            server.handle_exit(RETIRE, None)

    server = DrainingServer(server_config(settings), ending_of(settings), beat)
    server.run([listener])
    sys.exit(0 if server.started else 1)


def _check(settings: Settings, host: str, port: int) -> None:
    """Raise where the server cannot start."""
    traces_wanted()
    _bound(host, port).close()
    if settings.metrics_port is not None:
        if settings.metrics_port == port:
            raise CommandError(f"JOINERY_METRICS_PORT: {port} is the port of the server itself")
        _bound(host, settings.metrics_port).close()
    if settings.trusted_documents is not None:
        from transport.app import engine_of  # the schema takes a second

        engine_of(settings)
    asyncio.run(_check_database(settings))


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket for this address, which refuses clients until a worker listens at it."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            return listener.dup()
    except (OSError, UnicodeError) as error:
        raise CommandError(
            f"{host}:{port} cannot be listened at ({error}): give another --host or --port,"
            " or end what uses it"
        ) from None


async def _check_database(settings: Settings) -> None:
    """Raise DatabaseError where the URL is wrong; tell what else the server has to wait for."""
    try:
        async with connected(settings.database_url, settings.database_options):
            if pending := await pending_migrations():
                # A new version may be started first: it is ready as soon as they are applied.
                _log.warning("%s; %s", what_is_missing(pending), _WAITS)
    except UnreachableError as error:
        _log.warning("%s; %s", error, _WAITS)
