"""A real server of several workers, and the ways in which it and its database are broken."""

import asyncio
import signal
from collections import Counter
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from database.migrations import migrate
from tests.faults.servers import ServerGroup, running
from tests.live import free_port
from tests.postgres import Postgres, postgres

SETTINGS = {"JOINERY_LOG_LEVEL": "error"}


@dataclass
class Stage:
    """A server and its database, either of which may be broken and started again."""

    database_url: str
    folder: Path
    workers: int
    program: str = "server.py"
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    postgres_folder: Path | None = None
    "Of a PostgreSQL of the stage's own, which may be stopped."
    restarts: bool = True
    "Whether the server may be ended as a whole; it takes seconds to start."
    port: int = field(default_factory=free_port)
    faults: Counter[str] = field(default_factory=Counter[str])
    "How often each was done."
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    "Where things are broken: a PostgreSQL ends with the thread that has started it."
    _server: ExitStack = field(default_factory=ExitStack)
    _database: ExitStack = field(default_factory=ExitStack)
    _group: ServerGroup | None = None
    _postgres: Postgres | None = None

    @property
    def url(self) -> str:
        """The server's address, which stays the same."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def group(self) -> ServerGroup:
        """The server's processes."""
        assert self._group is not None
        return self._group

    def open(self) -> None:
        """Start the database, if it is the stage's own, and the server."""
        if self.postgres_folder is not None:
            self._start_database()
            asyncio.run(migrate(self.database_url))
        self._start_server()
        self.group.wait_until_ready()

    def close(self) -> None:
        """End both."""
        self._server.close()
        self._database.close()
        self.thread.shutdown()

    def break_something(self, random: Random) -> None:
        """Do one of the faults, and undo it."""
        faults = [(12, self.kill_worker)]
        if self.restarts:
            faults += [(1, self.restart), (1, self.kill)]
        if self.postgres_folder is not None:
            faults.append((2, self.stop_database))
        [(_, fault)] = random.choices(faults, [weight for weight, _ in faults])
        self.faults[fault.__name__] += 1
        fault()

    def kill_worker(self) -> None:
        """Kill a worker, which the server replaces."""
        self.group.kill_worker()

    def restart(self) -> None:
        """End the server in order, and start it again."""
        self.group.tell()
        self.group.ended()
        self._server.close()
        self._start_server()

    def kill(self) -> None:
        """Kill all of the server at once, and start it again."""
        self.group.kill()
        self._server.close()
        self._start_server()

    def stop_database(self) -> None:
        """Stop PostgreSQL as a crash does, and start it again."""
        assert self._postgres is not None
        self._postgres.process.send_signal(signal.SIGQUIT)
        self._postgres.process.wait()
        self._database.close()
        self._start_database()

    def _start_database(self) -> None:
        self._database = ExitStack()
        kept = postgres(durable=True, kept=self.postgres_folder)
        self._postgres = self._database.enter_context(kept)

    def _start_server(self) -> None:
        self._server = ExitStack()
        self._group = self._server.enter_context(
            running(
                self.database_url,
                self.folder,
                workers=self.workers,
                settings={**SETTINGS, **self.settings},
                port=self.port,
                ready=None,
                program=self.program,
            )
        )


@contextmanager
def opened(stage: Stage) -> Generator[Stage]:
    """Open a stage for as long as it is used."""
    try:
        stage.open()
        yield stage
    finally:
        stage.close()
