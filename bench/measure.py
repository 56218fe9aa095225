"""One run: load from wrk, and what it cost the server and the database."""

import contextlib
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SCRIPT = Path(__file__).parent / "wrk.lua"


class LoadError(RuntimeError):
    """A run that does not count, because something in it failed."""


class NoAnswerError(LoadError):
    """A run too short for its server: nothing failed, but nothing was answered either."""


@dataclass(frozen=True)
class Run:
    """What one run came to. Times a request are in milliseconds."""

    per_second: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    memory: float
    "Resident megabytes of the server, at the end."
    requests: int
    kilobytes: float
    "An answer's size, headers included."


@dataclass(frozen=True)
class Load:
    """What to send where."""

    url: str
    file: Path
    once: bool
    server: int
    "The server's process."
    database: int
    "PostgreSQL's first process."

    def run(self, connections: int, seconds: float) -> Run:
        """Send for so long from one wrk thread. Raises LoadError if anything fails."""
        before = cpu(self.server), cpu(self.database)
        answer = self._wrk(connections, seconds)
        server = cpu(self.server) - before[0]
        database = cpu(self.database) - before[1]
        count = answer["requests"]
        if not answer["failed"] and not count:
            raise NoAnswerError(f"{self.url} answered nothing within {seconds} seconds")
        if answer["failed"]:
            raise LoadError(f"{answer['failed']} of {count} requests to {self.url} failed")
        return Run(
            per_second=count / answer["microseconds"] * 1e6,
            p50=answer["p50"] / 1000,
            p99=answer["p99"] / 1000,
            server_cpu=server / count * 1000,
            database_cpu=database / count * 1000,
            memory=resident(self.server),
            requests=count,
            kilobytes=answer["bytes"] / count / 1024,
        )

    def _wrk(self, connections: int, seconds: float) -> dict[str, int]:
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout", "20s", "-s", str(SCRIPT), self.url, "--", str(self.file)]
        command += ["once"] if self.once else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith('{"requests"')]
        if done.returncode or not lines:
            raise LoadError(f"wrk failed: {done.stderr or done.stdout}")
        return json.loads(lines[0])


def cpu(pid: int) -> float:
    """Seconds of CPU that a process and its children have used, ended ones too.

    PostgreSQL is one process with a child for each connection.
    """
    return sum(sum(_times(process)) for process in (pid, *children(pid)))


def _times(pid: int) -> Sequence[float]:
    """Seconds of a process in user and system, its own and those of children that ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return (0.0,)
    fields = stat.rpartition(") ")[2].split()
    return [int(field) / TICKS for field in fields[11:15]]


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = list[int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            process, _, rest = stat.read_text().partition(" (")
            if int(rest.rpartition(") ")[2].split()[1]) == pid:
                listed.append(int(process))
    return listed


def resident(pid: int) -> float:
    """Return the resident megabytes of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
