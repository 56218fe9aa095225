"""A server of several workers as a process group, whose parts can be killed, told and watched."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.live import ROOT, free_port
from tests.tokens import SECRET

SECONDS = 120
"""The longest wait for anything here."""


@dataclass(frozen=True)
class ServerGroup:
    """A running `python server.py serve`: its first process, with its workers in the same group."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    "What all its processes write."

    @property
    def url(self) -> str:
        """The address, as clients on this machine ask it."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """The process ids of the workers; with one worker, that of the server itself."""
        found = _children(self.process.pid)
        serving = [pid for pid in found if "spawn_main" in _command_line(pid)]
        return serving or [self.process.pid]

    def kill_worker(self, pid: int | None = None) -> int:
        """Kill one worker by SIGKILL, the first unless told; return its process id."""
        killed = pid or self.workers()[0]
        os.kill(killed, signal.SIGKILL)
        return killed

    def kill(self) -> None:
        """Kill all of its processes at once by SIGKILL, as where a machine loses its power."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to the first process, as a service manager does."""
        self.process.send_signal(number)

    def ended(self, seconds: float = SECONDS) -> int:
        """Wait until the first process has ended; return its exit code."""
        return self.process.wait(seconds)

    def said(self) -> str:
        """What it has written up to now."""
        return self.log.read_text(errors="replace")

    def entries(self, event: str) -> list[dict[str, Any]]:
        """The entries of its log about an event, where it logs JSON."""
        lines = [line for line in self.said().splitlines() if line[:1] == "{" and line[-1] == "}"]
        read = [json.loads(line) for line in lines]
        return [entry for entry in read if entry["event"] == event]

    def readiness(self) -> int | None:
        """The status of /health/ready, None where nobody answers."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=10).status_code
        except httpx.TransportError:
            return None

    def wait_until_ready(self, status: int = 200) -> None:
        """Wait until /health/ready has this status. Raises RuntimeError where the server ends."""

        def answers() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server has ended:\n{self.said()}")
            return self.readiness() == status

        wait_until(answers, self.said)

    def wait_until_all_serve(self, workers: int = 2) -> None:
        """Wait until so many workers have started to serve; readiness tells of the first."""
        wait_until(lambda: self.said().count("startup complete") >= workers, self.said)


@contextmanager
def running(
    database_url: str,
    folder: Path,
    *,
    workers: int = 2,
    settings: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
    port: int | None = None,
    ready: int | None = 200,
    within: Sequence[str] = (),
    program: str = "server.py",
) -> Generator[ServerGroup]:
    """Serve this database from `folder`, its working directory; kill what is left at the end.

    `settings` are further `JOINERY_*` variables; those of our own environment are not handed on.
    `ready` is the status of readiness to wait for, None not to wait. `within` are words before the
    command, such as `ip netns exec NAME`. `program` is the file to run, with `serve`.
    """
    port = port or free_port()
    log = folder / f"server-{port}.log"
    command = [*within, sys.executable, str(ROOT / program), "serve", "--host", host]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--workers", str(workers)],
            cwd=folder,
            env=_environment(database_url, settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    server = ServerGroup(port, process, log)
    try:
        if ready is not None:
            server.wait_until_ready(ready)
        yield server
    finally:
        _end(server)


def wait_until(happens: Callable[[], bool], told: Callable[[], str] = str) -> None:
    """Ask again until it happens; after two minutes fail with what `told` tells."""
    deadline = time.monotonic() + SECONDS
    while not happens():
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)


def _environment(database_url: str, settings: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("JOINERY_")}
    given = {"JOINERY_DATABASE_URL": database_url, "JOINERY_AUTH_SECRET": SECRET}
    return ours | given | dict(settings)


def _end(server: ServerGroup) -> None:
    """Kill the whole group, whose workers may outlive their parent."""
    with suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


def _children(parent: int) -> list[int]:
    try:
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [int(pid) for pid in found]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except FileNotFoundError:
        return ""
