"""One workload: every server is asked the same, first to compare the answers, then for time."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from bench.compare import difference
from bench.database import Database
from bench.measure import Load, LoadError, Run
from bench.servers import JOINERY, Peer, Running, Servers
from bench.workloads import Request, Workload

COMPARED = 12
"""So many answers of each server are compared; of mutations a quarter."""
WARM_UP_SECONDS = 2
SECONDS_OF_BULKS = 4
"""M2's requests take long: fewer seconds would count too few."""


@dataclass(frozen=True)
class Plan:
    """How long and how hard to load."""

    rounds: int
    seconds: float
    connections: Sequence[int]


@dataclass(frozen=True)
class Session:
    """The servers of one workload, running."""

    workload: Workload
    database: Database
    requests: list[Request]
    running: Sequence[Running]
    "Joinery first."

    def compare(self) -> None:
        """Raises LoadError where an answer differs from Joinery's."""
        count = COMPARED // 4 if self.workload.writes else COMPARED
        step = max(1, len(self.requests) // count)
        for request in self.requests[::step][:count]:
            ours = self._answer(self.running[0], request)
            for other in self.running[1:]:
                told = difference(
                    ours,
                    self._answer(other, request),
                    new_ids=self.workload.writes,
                    bare_ids=other.peer.speaks_its_own,
                )
                if told:
                    asked = f"{self.workload.name} of campaign {request.campaign}"
                    raise LoadError(f"{other.peer.title} differs from Joinery in {asked}: {told}")

    def _answer(self, running: Running, request: Request) -> Any:
        try:
            return running.ask(self.workload, request)
        finally:
            if self.workload.writes:
                self.database.reset()

    def time(self, plan: Plan, folder_of: Servers) -> Iterator[tuple[Peer, int, Run]]:
        """Load all servers in turn, round by round; each round begins with another server."""
        loads = [self._load(running, folder_of) for running in self.running]
        for load in loads:
            self._run(load, 16, min(plan.seconds, WARM_UP_SECONDS))
        seconds = max(
            plan.seconds, SECONDS_OF_BULKS if len(self.requests[0].influencers) > 100 else 0
        )
        pairs = list(zip(self.running, loads, strict=True))
        for turn in range(plan.rounds):
            first = turn % len(pairs)
            for connections in plan.connections:
                for running, load in pairs[first:] + pairs[:first]:
                    yield running.peer, connections, self._run(load, connections, seconds)

    def _load(self, running: Running, servers: Servers) -> Load:
        file = servers.folder / f"{running.peer.name}-{self.workload.name}.requests"
        running.write_requests(self.workload, self.requests, file)
        return Load(
            url=running.url(self.workload),
            file=file,
            once=self.workload.writes,
            server=running.process.pid,
            database=self.database.pid,
        )

    def _run(self, load: Load, connections: int, seconds: float) -> Run:
        run = load.run(connections, seconds)
        if self.workload.writes:
            marked = len(self.requests[0].influencers) * run.requests
            written = self.database.reset()
            if written < marked:
                raise LoadError(f"{load.url} marked {written} influencers, not {marked}")
        return run


def measure(
    workload: Workload, database: Database, servers: Servers, peers: Sequence[Peer], plan: Plan
) -> dict[str, dict[int, dict[str, float]]]:
    """The medians of every number, by peer and connections. Raises LoadError."""
    able = [peer for peer in peers if workload.name not in peer.cannot]
    runs: dict[str, dict[int, list[Run]]] = {peer.name: {} for peer in able}
    with ExitStack() as stack:
        running = [stack.enter_context(servers.start(peer)) for peer in able]
        assert running[0].peer is JOINERY
        session = Session(workload, database, workload.requests(database), running)
        session.compare()
        for peer, connections, run in session.time(plan, servers):
            runs[peer.name].setdefault(connections, []).append(run)
    return {
        name: {connections: _medians(several) for connections, several in by_connections.items()}
        for name, by_connections in runs.items()
    }


def _medians(runs: Sequence[Run]) -> dict[str, float]:
    rows = [asdict(run) for run in runs]
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}
