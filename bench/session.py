"""One workload: every server is asked the same, first to compare the answers, then for time."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from typing import Any

from bench.compare import difference
from bench.database import Database
from bench.measure import Load, LoadError, NoAnswerError, Run
from bench.servers import JOINERY, Peer, Running, Servers
from bench.workloads import Request, Workload

COMPARED = 12
"""So many answers of each server are compared; of mutations a quarter."""
WARM_UP_SECONDS = 2
LONGER_WARM_UPS = (8, 20)
"""Seconds, for those who answered nothing before."""
ENOUGH = 40
"""Answers in a run; one lasts longer for a server that gives fewer in its time."""
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
        """Raise LoadError where an answer differs from Joinery's."""
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
        shortest = max(
            plan.seconds, SECONDS_OF_BULKS if len(self.requests[0].influencers) > 100 else 0
        )
        lasting = [self._seconds(load, plan.seconds, shortest) for load in loads]
        servers = list(zip(self.running, loads, lasting, strict=True))
        for turn in range(plan.rounds):
            first = turn % len(servers)
            for connections in plan.connections:
                for running, load, seconds in servers[first:] + servers[:first]:
                    yield running.peer, connections, self._run(load, connections, seconds)

    def _seconds(self, load: Load, asked: float, shortest: float) -> float:
        """How long a server's runs last: warmed up, it is to give enough answers in the time."""
        for seconds in (min(asked, WARM_UP_SECONDS), *LONGER_WARM_UPS):
            with suppress(NoAnswerError):
                rate = self._run(load, 16, seconds).per_second
                return min(max(shortest, ENOUGH / rate), LONGER_WARM_UPS[-1])
        raise LoadError(f"{load.url} answers nothing within {LONGER_WARM_UPS[-1]} seconds")

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
    """Return the medians of every number, by peer and connections. Raises LoadError."""
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
    """Return the medians of the numbers; how far requests/s lie apart, as a share of theirs."""
    rows = [asdict(run) for run in runs]
    medians = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    speeds = [run.per_second for run in runs]
    return {**medians, "spread": (max(speeds) - min(speeds)) / medians["per_second"]}
